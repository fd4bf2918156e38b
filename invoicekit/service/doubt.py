"""Calls about writes whose outcome is not known."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import attrs

from invoicekit.adapter import Adapter, Write
from invoicekit.errors import InvoiceKitError, OutcomeUnknown, UsageError
from invoicekit.guard import IN_DOUBT, CallScope, fingerprint_of, settle_by_hand
from invoicekit.journal import Intent, IntentState
from invoicekit.model import Outcome
from invoicekit.service.calls import Calls

_AT_ONCE = 8
_LONGEST_CHAIN = 500


@attrs.frozen(kw_only=True)
class Resolution:
    """What became of one write in doubt.

    Attributes:
        intent: The journal's record as it stands now.
        outcome: APPLIED, NOT_APPLIED, or UNKNOWN: it is as open as before.
        error: Why it is open: `DuplicateDetected`, `InProgress`, `OutcomeUnknown`, or a read that failed.
    """

    intent: Intent
    outcome: Outcome
    error: InvoiceKitError | None = None


class DoubtCalls(Calls):
    """Settle what can be settled, by looking or by a person's word."""

    async def resolve_unknown(self) -> tuple[Resolution, ...]:
        """Look for every write in doubt that the journal holds of this account, and settle what shows.

        Nothing is sent but reads. It reaches what an earlier process left behind, killed ones included;
        what another process is working on right now stays with it. An append that does not show stays in
        doubt under ``on_doubt="ask"``: call again later, run the same call again, or look at the provider
        and use `settle`. What shows of a chain (an Asset payment is a transaction, then its application)
        is settled step by step: run the same call again to do what is left of it.

        Returns:
            One resolution for each, in the order first planned.

        Raises:
            JournalUnavailable: The journal cannot be read.
        """
        self._connection.check_open()
        resolutions: list[Resolution] = []
        group: list[Intent] = []
        async for intent in self._open_intents():
            group.append(intent)
            if len(group) == _AT_ONCE:
                resolutions += await asyncio.gather(*map(self._resolve, group))
                group.clear()
        return (*resolutions, *await asyncio.gather(*map(self._resolve, group)))

    async def settle(
        self, reference: str, *, is_applied: bool, because: str, operation: str | None = None
    ) -> Intent:
        """Settle a write in doubt by the word of a person who looked at the provider.

        If you say that a payment was not applied which stands there without invoicekit's marker, the same
        call made again pays twice.

        Args:
            is_applied: It stands at the provider, and is never sent again; or it does not, and the same
                call looks once more and then sends it.
            because: What was seen, and by whom; it is kept as the evidence.
            operation: Which, where several writes in doubt have the reference.

        Raises:
            UsageError: Nothing under the reference is in doubt, several are, or `because` is empty.
            InProgress: A process is working on its target right now.
        """
        self._connection.check_open()
        held = [
            intent
            async for intent in self._connection.journal.intents(
                provider=self._adapter.name, account=self._connection.site.account
            )
            if intent.reference == reference and operation in (None, intent.operation)
        ]
        return await settle_by_hand(
            self._connection.journal, held, reference, is_applied=is_applied, because=because
        )

    def _open_intents(self) -> AsyncIterator[Intent]:
        return self._connection.journal.intents(
            provider=self._adapter.name, account=self._connection.site.account, states=IN_DOUBT
        )

    async def _resolve(self, intent: Intent) -> Resolution:
        error: InvoiceKitError | None
        try:
            scope = self._connection.scope(self._options)
            write = await self._made_again(intent, scope)
            guard = self._connection.guard
            await guard.settle(write, scope, intent.key, marker=intent.marker, asked=intent.asked)
            error = None
        except InvoiceKitError as failure:
            error = failure
        now = await self._connection.journal.get(intent.key) or intent
        if now.state.is_applied:
            return Resolution(intent=now, outcome=Outcome.APPLIED)
        if now.state.is_settled or now.state is IntentState.PLANNED:
            return Resolution(intent=now, outcome=Outcome.NOT_APPLIED)
        return Resolution(intent=now, outcome=Outcome.UNKNOWN, error=error)

    async def _made_again(self, intent: Intent, scope: CallScope) -> Write[object]:
        """Make the write again that the intent is about; a chain is followed as far as it shows.

        Raises:
            OutcomeUnknown: It cannot be, so nobody can look for it.
        """
        if intent.asked is None and intent.state is IntentState.DUPLICATE:
            raise _cannot_look(intent, "it was found twice after it was settled; once is for an audit to see")
        if intent.asked is None:
            raise _cannot_look(intent, "it was not asked for through a method of the service")
        try:
            name, arguments = intent.asked.call()
            write = self._call(name, arguments)
        except (ValueError, TypeError, UsageError) as failure:
            raise _cannot_look(intent, str(failure)) from None
        for _ in range(_LONGEST_CHAIN):
            if _is_about(intent, write):
                return write
            seen = None if write.look is None or write.then is None else await write.look(scope.reader)
            following = (
                write.then(seen.matches[0]) if seen and write.then and len(seen.matches) == 1 else None
            )
            if following is None:
                break
            write = following
        raise _cannot_look(intent, "what was asked then reads differently by now")

    def _call(self, name: str, arguments: tuple[object, ...]) -> Write[object]:
        # The journal's text names the method; only those that the adapter offers are called.
        adapter: Adapter[object] = self._offered(name)
        return cast(Write[object], getattr(adapter, name)(*arguments))


def _is_about(intent: Intent, write: Write[object]) -> bool:
    return (
        write.operation.name == intent.operation
        and fingerprint_of(write.target, write.content) == intent.fingerprint
    )


def _cannot_look(intent: Intent, why: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{intent.operation} {intent.reference!r} on {intent.target} cannot be looked for: {why}. Run the "
        "same call again, or look at the provider and settle it by hand",
        intent=intent,
        evidence=why,
        attempts=intent.sends,
    )
