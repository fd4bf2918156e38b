"""Fail closed: what cannot be promised is not sent; what was sent is not denied."""

import asyncio
from typing import Any

import pytest
from guard_bench import RESEND, Bench

from invoicekit.clock import LoopClock
from invoicekit.errors import (
    InProgress,
    InvoiceKitError,
    JournalUnavailable,
    OutcomeUnknown,
    ServiceClosed,
)
from invoicekit.journal import Intent, IntentKey, IntentState, Lease, MemoryJournal
from invoicekit.model import Outcome

pytestmark = pytest.mark.looptime


class Breaking(MemoryJournal):
    """Fail at the step named."""

    def __init__(self, step: str, failure: InvoiceKitError | None = None) -> None:
        super().__init__(clock=LoopClock())
        self.step = step
        self.failure = failure or JournalUnavailable("disk full")

    def _check(self, step: str) -> None:
        if self.step == step:
            raise self.failure

    async def plan(self, intent: Intent, *, lease: Lease | None = None) -> Intent:
        self._check("plan")
        return await super().plan(intent, lease=lease)

    async def record_sending(self, key: IntentKey, **more: Any) -> Intent:
        self._check("sending")
        return await super().record_sending(key, **more)

    async def move(self, key: IntentKey, state: IntentState, **more: Any) -> Intent:
        self._check("move")
        return await super().move(key, state, **more)


@pytest.mark.parametrize("step", ["plan", "sending"])
async def test_nothing_is_sent_without_a_record(step: str) -> None:
    """A promise that cannot be written is not made."""
    bench = Bench(journal=Breaking(step))

    with pytest.raises(JournalUnavailable, match="disk full"):
        await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    assert bench.provider.sent == []


BROKEN = [JournalUnavailable("disk full"), ServiceClosed("the journal was closed")]


@pytest.mark.parametrize("failure", BROKEN, ids=["full", "closed"])
async def test_an_applied_write_is_reported_although_the_journal_broke(failure: InvoiceKitError) -> None:
    """The provider said yes; calling it not applied would be a lie."""
    bench = Bench(journal=Breaking("move", failure))

    result = await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    assert result.outcome is Outcome.APPLIED
    assert "the journal could not record it" in result.evidence


@pytest.mark.parametrize("failure", BROKEN, ids=["full", "closed"])
async def test_a_broken_journal_never_leads_to_a_second_send(failure: InvoiceKitError) -> None:
    """Without a record of the way back to planned there is no way to send again."""
    bench = Bench(journal=Breaking("move", failure))
    bench.provider.script = ["lost before it was applied"]

    with pytest.raises(OutcomeUnknown):
        await bench.guard.run(bench.setting("new"), bench.scope())

    assert len(bench.provider.sent) == 1


@pytest.mark.parametrize("failure", BROKEN, ids=["full", "closed"])
async def test_what_cannot_be_planned_again_stays_unknown(failure: InvoiceKitError) -> None:
    """It was sent once: neither "no disk" nor "closed" may be all that its caller hears."""
    bench = Bench(journal=Breaking("move", failure), policy=RESEND)
    bench.provider.script = ["lost before it was applied"]

    with pytest.raises(OutcomeUnknown, match="not asked for again"):
        await bench.guard.run(bench.append(settle=5.0), bench.scope(), reference="r1")

    assert len(bench.provider.sent) == 1


async def test_two_owners_of_one_journal_send_once() -> None:
    """Another process on the same journal: only the one whose record came first sends."""
    one = Bench()
    two = Bench(journal=one.journal)
    two.provider = one.provider

    results = await asyncio.gather(
        one.guard.run(one.append(), one.scope(), reference="r1"),
        two.guard.run(two.append(), two.scope(), reference="r1"),
        return_exceptions=True,
    )

    assert len(one.provider.rows) == 1
    assert sum(isinstance(result, InProgress) for result in results) <= 1
