"""An audit: whether each payment that was recorded stands at the provider, once, and in its amount."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum

import attrs

from invoicekit.adapter import markers_in
from invoicekit.errors import (
    AuthenticationError,
    InvoiceKitError,
    JournalUnavailable,
    UsageError,
)
from invoicekit.guard import IN_DOUBT
from invoicekit.journal import IllegalMove, Intent, IntentState
from invoicekit.model import Money, Payment
from invoicekit.service.payments import PaymentCalls

_AT_ONCE = 8
_NOBODY_CAN_READ = (AuthenticationError, UsageError, JournalUnavailable)

Progress = Callable[[int, int], None]
"""Called with the invoices read so far, and all of them."""


class Standing(Enum):
    """How a recorded payment stands at the provider."""

    ONCE = "once"
    TWICE = "twice"
    """Or more often: replayed on the way, or entered again with our marker."""
    MISSING = "missing"
    DIFFERENT = "different"
    """It stands there with another amount."""
    UNFINISHED = "unfinished"
    """The money is in the provider's books and was never applied to the invoice."""
    UNREAD = "unread"
    """The provider could not be asked, or nothing on record would tell the payment from others."""


@attrs.frozen(kw_only=True)
class AuditedPayment:
    """One payment of the journal's, and what stands of it.

    Attributes:
        reference: What it was recorded under; empty where a marker stands twice that is none of those
            looked at: another journal's, or of another time.
        marker: Ours in the provider's note; empty where none is used.
        asked: The amount that was asked for; None where the record is older than that was kept.
        found: What stands there.
        alike: Where nothing does: payments of this amount that nobody's marker is on. One of them may be
            it, its note rewritten by the provider; or somebody entered it by hand.
        evidence: What the record rests on; a person's word where somebody settled it by that.
        error: Why it could not be read.
    """

    standing: Standing
    invoice_id: str
    reference: str
    marker: str = ""
    asked: Money | None = None
    found: tuple[Payment, ...] = ()
    alike: tuple[Payment, ...] = ()
    evidence: str = ""
    error: InvoiceKitError | None = None


@attrs.frozen(kw_only=True)
class PaymentAudit:
    """What an audit found.

    Attributes:
        payments, invoices: How many were looked at.
        findings: All that does not stand once and in its amount.
        unsettled: Payments in doubt, of any time: `resolve_unknown` looks for those.
    """

    payments: int
    invoices: int
    findings: tuple[AuditedPayment, ...]
    unsettled: int

    @property
    def counts(self) -> Mapping[Standing, int]:
        """How many of the journal's payments stand in which way."""
        counts = Counter(finding.standing for finding in self.findings if finding.reference)
        counts[Standing.ONCE] = self.payments - counts.total()
        return counts


@attrs.define(kw_only=True)
class _Recorded:
    """A payment as the journal has it: the steps that were applied, the last one of them last."""

    intents: list[Intent]
    is_finished: bool

    @property
    def last(self) -> Intent:
        return self.intents[-1]

    @property
    def amount(self) -> Money | None:
        return next((intent.amount for intent in self.intents if intent.amount is not None), None)

    @property
    def names(self) -> frozenset[str]:
        """By what it is told from others at the provider."""
        known = (name for intent in self.intents for name in (intent.resource_id, intent.marker))
        return frozenset(name for name in known if name)

    def finding(
        self, standing: Standing, found: Iterable[Payment] = (), error: InvoiceKitError | None = None
    ) -> AuditedPayment:
        return AuditedPayment(
            standing=standing,
            invoice_id=self.last.target,
            reference=self.last.reference,
            marker=next((intent.marker for intent in self.intents if intent.marker), ""),
            asked=self.amount,
            found=tuple(found),
            evidence=self.last.evidence,
            error=error,
        )

    def stands(self, found: Sequence[Payment]) -> Standing:
        """Judge what was found of it."""
        if not self.names:
            return Standing.UNREAD
        if not found:
            return Standing.MISSING if self.is_finished else Standing.UNFINISHED
        asked, amounts = self.amount, [payment.amount for payment in found]
        if len(found) == 1:
            return Standing.ONCE if asked is None or amounts == [asked] else Standing.DIFFERENT
        if asked is not None and asked not in amounts and _total(amounts) == asked:
            return Standing.ONCE  # a provider may apply one transaction in several rows
        return Standing.TWICE


class AuditCalls(PaymentCalls):
    """Compare the journal with the provider's own lists."""

    async def audit_payments(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        on_progress: Progress | None = None,
    ) -> PaymentAudit:
        """Look whether every payment that the journal holds as applied stands at the provider, and once.

        It reads one list for each invoice, in the bulk lane, and sends nothing else. Thus it shows what no
        look at the time could: a request that a middlebox replayed later, a payment deleted or changed
        since. A payment found twice is written down as that, so that `journal list` shows it and its
        reference is refused until somebody settles it; one that was, and stands once by now, is confirmed.
        Nothing is deleted.

        Args:
            since, until: Only payments settled from this instant on, and before that one.
            on_progress: Called after each invoice.

        Raises:
            UnsupportedOperation: The provider takes no payments, or does not list them.
            UsageError: An instant without a time zone.
            JournalUnavailable: The journal cannot be read, or a duplicate not be written down.
            AuthenticationError: The credentials are refused.
        """
        self._offered("list_payments")
        for instant in (since, until):
            if instant is not None and instant.tzinfo is None:
                raise UsageError("the audit's instants are aware; nothing was read")
        recorded, unsettled = await self._recorded(since, until)
        by_invoice: dict[str, list[_Recorded]] = defaultdict(list)
        for one in recorded:
            by_invoice[one.last.target].append(one)
        lane, invoices = self.bulk_lane(), list(by_invoice.items())
        findings: list[AuditedPayment] = []
        for start in range(0, len(invoices), _AT_ONCE):
            batch = invoices[start : start + _AT_ONCE]
            looked = await asyncio.gather(
                *(lane._audit(invoice_id, held) for invoice_id, held in batch), return_exceptions=True
            )
            for number, found in enumerate(looked, start=start + 1):
                if isinstance(found, BaseException):
                    raise found
                findings += found
                if on_progress is not None:
                    on_progress(number, len(invoices))
        return PaymentAudit(
            payments=len(recorded), invoices=len(invoices), findings=tuple(findings), unsettled=unsettled
        )

    async def _recorded(
        self, since: datetime | None, until: datetime | None
    ) -> tuple[Sequence[_Recorded], int]:
        """Read the journal's payments of a time that are applied, and count those in doubt."""
        journal, steps = self._connection.journal, self._steps()
        of_the_time: dict[str, Intent] = {}
        unsettled = 0
        held = journal.intents(provider=self._adapter.name, account=self._connection.site.account)
        async for intent in held:
            if intent.operation not in steps:
                continue
            unsettled += intent.state in IN_DOUBT and intent.state is not IntentState.DUPLICATE
            is_of_the_time = (since is None or since <= intent.updated_at) and (
                until is None or intent.updated_at < until
            )
            if is_of_the_time and _may_stand(intent):
                of_the_time[intent.reference] = intent
        recorded = []
        for reference, one in of_the_time.items():
            intents = [
                one
                if step == one.operation
                else await journal.get(self._connection.guard.key(step, reference))
                for step in steps
            ]
            last = intents[-1]
            if last is not None and last.state in IN_DOUBT and last.state is not IntentState.DUPLICATE:
                continue  # counted above
            applied = [intent for intent in intents if intent is not None and _may_stand(intent)]
            if applied:
                recorded.append(_Recorded(intents=applied, is_finished=applied[-1] is last))
        return recorded, unsettled

    def _steps(self) -> tuple[str, ...]:
        """Name the writes that a payment takes here, in their order."""
        writes = self._offered("record_payment").capabilities.of("record_payment").writes
        return tuple(write.name for write in writes)

    async def _audit(self, invoice_id: str, held: Sequence[_Recorded]) -> list[AuditedPayment]:
        try:
            listed = await self.list_payments(invoice_id).snapshot()
        except _NOBODY_CAN_READ:
            raise
        except InvoiceKitError as failure:
            return [one.finding(Standing.UNREAD, error=failure) for one in held]
        # A list that grows while it is read shows a row on two pages: still one payment.
        rows = list({payment.id or number: payment for number, payment in enumerate(listed)}.values())
        by_name = self._by_name(rows)
        found = [self._found(one, by_name) for one in held]
        claimed = {id(payment) for payments in found for payment in payments}
        unclaimed = [
            payment for payment in rows if id(payment) not in claimed and not markers_in(_note_of(payment))
        ]
        findings = []
        for one, payments in zip(held, found, strict=True):
            standing = one.stands(payments)
            await self._write_down(one.last, standing, count=len(payments))
            if standing is not Standing.ONCE:
                alike = [] if payments else [other for other in unclaimed if other.amount == one.amount]
                findings.append(attrs.evolve(one.finding(standing, payments), alike=tuple(alike)))
        known = frozenset(name for one in held for name in one.names)
        return findings + [
            AuditedPayment(
                standing=Standing.TWICE,
                invoice_id=invoice_id,
                reference="",
                marker=name,
                found=tuple(payments),
            )
            for name, payments in by_name.items()
            if name not in known and len(payments) > 1 and markers_in(name)
        ]

    @staticmethod
    def _found(one: _Recorded, by_name: Mapping[str, Sequence[Payment]]) -> Sequence[Payment]:
        found = {id(payment): payment for name in one.names for payment in by_name.get(name, ())}
        return tuple(found.values())

    def _by_name(self, rows: Sequence[Payment]) -> Mapping[str, Sequence[Payment]]:
        """Order payments by every name that a record may know them under."""
        by_name: dict[str, list[Payment]] = defaultdict(list)
        for payment in rows:
            # One without an id is the invoice's only one.
            names = {payment.id or payment.invoice_id, *markers_in(_note_of(payment))}
            names |= self._adapter.aliases_of(payment)
            for name in names:
                by_name[name].append(payment)
        return by_name

    async def _write_down(self, last: Intent, standing: Standing, *, count: int) -> None:
        """Let the journal know of a duplicate that turned up, or that there is none any more."""
        if standing is Standing.TWICE and last.state is IntentState.CONFIRMED:
            state = IntentState.DUPLICATE
        elif standing is Standing.ONCE and last.state is IntentState.DUPLICATE:
            state = IntentState.CONFIRMED
        else:
            return
        try:
            await self._connection.journal.move(
                last.key, state, evidence=f"audit: {count} records at the provider"
            )
        except IllegalMove:
            return  # somebody settled it meanwhile


def _note_of(payment: Payment) -> str:
    return payment.note if isinstance(payment.note, str) else ""


def _total(amounts: Sequence[Money]) -> Money | None:
    """Add up; None where they are of several currencies."""
    currencies = {amount.currency for amount in amounts}
    if len(currencies) > 1:
        return None
    return Money(sum((amount.amount for amount in amounts), Decimal(0)), currencies.pop())


def _may_stand(intent: Intent) -> bool:
    return intent.state.is_applied or intent.state is IntentState.DUPLICATE
