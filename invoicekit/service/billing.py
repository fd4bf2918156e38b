"""Calls that take tracked time to an invoice."""

from collections.abc import Iterable
from typing import Self

from invoicekit.billing import BilledTime, Books, TimePlan, TimeTerms, bill, release
from invoicekit.errors import UsageError
from invoicekit.model import Invoice, TimeEntry
from invoicekit.service.payments import PaymentCalls
from invoicekit.service.time_entries import TimeEntryCalls


class BillingCalls(PaymentCalls, TimeEntryCalls):
    """Work out, make, and take back an invoice for tracked time."""

    @property
    def provider(self) -> str:
        """The adapter's name."""
        return self._adapter.name

    @property
    def account(self) -> str:
        """The workspace, tenant or business."""
        return self._connection.site.account

    async def plan_time_invoice(
        self,
        terms: TimeTerms,
        *,
        tracker: Self | None = None,
        tracked_customer_id: str | None = None,
        entries: Iterable[TimeEntry] | None = None,
    ) -> TimePlan:
        """Find the uninvoiced, billable time of a customer and period, and work its invoice out.

        Nothing is written. Look at the plan: every entry stands on exactly one line, or among those left
        out, with the reason.

        Args:
            tracker: Where the time is tracked, if not here: track in Clockify, bill in Asset.
            tracked_customer_id: The customer's id there.
            entries: The time itself, e.g. from a file, for a provider that tracks none.

        Raises:
            UnsupportedOperation: No time is tracked here, and neither `tracker` nor `entries` is given.
            UsageError: Both are given, or `entries` for a provider that tracks time itself.
        """
        names: dict[str, str] = {}
        found: list[TimeEntry] = []
        source = tracker or self
        if entries is not None:
            if tracker is not None or self.capabilities().of("list_time_entries").is_offered:
                raise UsageError(
                    "entries= is for a provider that tracks no time itself, and without tracker="
                )
            found.extend(entries)
        else:
            customer_id = terms.customer_id if tracker is None else tracked_customer_id
            listed = source.list_time_entries(
                start=terms.start, end=terms.end, invoiced=False, customer_id=customer_id
            )
            async for entry in listed:
                found.append(entry)
                names.update(source.native.names_in(entry))
            if terms.hourly_rate is None:
                found = list(await source.native.with_rates(found))
        return TimePlan.of(
            terms,
            found,
            books=Books(provider=self.provider, account=self.account),
            tracker=Books(provider=source.provider, account=source.account),
            capabilities=self.capabilities(),
            names=names,
        )

    async def invoice_time_entries(self, plan: TimePlan, *, tracker: Self | None = None) -> BilledTime:
        """Make the draft invoice of a plan, tie or mark its entries, and look whether all of it agrees.

        Run it again after whatever cut it off, with the same plan: it does what is left, and nothing
        twice. With another plan under the same number it is refused.

        Args:
            tracker: Where the time is tracked, if not here.

        Raises:
            Conflict: Entries changed since the plan was made; nothing was sent.
            ReferenceReused: The number was used for other lines; nothing was sent.
        """
        lane = self.bulk_lane()
        return await bill(lane, plan, lane if tracker is None else tracker.bulk_lane())

    async def release_time_entries(self, plan: TimePlan, *, tracker: Self | None = None) -> Invoice | None:
        """Take back what `invoice_time_entries` made, while it is a draft: its time can be billed again.

        Returns:
            The draft that was deleted; None where there was none.

        Raises:
            InvalidTransition: It is no draft any more.
            UnsupportedOperation: The provider deletes no invoices.
        """
        lane = self.bulk_lane()
        return await release(lane, plan, lane if tracker is None else tracker.bulk_lane())
