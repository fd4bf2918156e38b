"""Several owners of one reference: none of them is told what is true of another."""

import asyncio
from collections.abc import Iterable

import attrs
import pytest
from guard_bench import LOST_BEFORE, RESEND, Bench, Writer

from invoicekit.adapter import Done, Sighting
from invoicekit.clock import LoopClock
from invoicekit.errors import OutcomeUnknown, ReferenceReused, Rejected
from invoicekit.guard import DoubtPolicy
from invoicekit.journal import IntentState, Lease, MemoryJournal
from invoicekit.model import Outcome

pytestmark = pytest.mark.looptime


class NeverRenewing(MemoryJournal):
    """A journal that a working owner's renewals never reach, as if it were frozen."""

    def renew(self, leases: Iterable[Lease]) -> None:
        """Lose them."""


async def test_one_reference_on_two_targets_at_once(bench: Bench) -> None:
    """The second write is refused while the first is under way, and is never told that it was done."""
    first = bench.append(content="A")
    look = first.look
    assert look is not None

    async def slowly(sender: object) -> Sighting[str | None]:
        await asyncio.sleep(1)
        return await look(sender)  # type: ignore[arg-type]  # the bench's own sender

    first = attrs.evolve(first, look=slowly)
    second = attrs.evolve(first, target="inv2", content="B")

    one, other = await asyncio.gather(
        bench.guard.run(first, bench.scope(), reference="r1"),
        bench.guard.run(second, bench.scope(), reference="r1"),
        return_exceptions=True,
    )

    assert not isinstance(one, BaseException)
    assert one.outcome is Outcome.APPLIED
    assert isinstance(other, ReferenceReused)
    assert (len(bench.provider.sent), (await bench.intent()).target) == (1, "inv1")
    with pytest.raises(ReferenceReused):
        await bench.guard.run(second, bench.scope(), reference="r1")


@pytest.mark.parametrize("ending", ["rejected", "confirmed"])
async def test_what_another_owner_wrote_meanwhile_breaks_nothing(ending: str) -> None:
    """A second process took the open send for doubt: the first still ends in its own answer's words."""
    bench = Bench(journal=NeverRenewing(clock=LoopClock()))
    write = bench.append()

    async def perform(sender: object) -> Done[str | None]:
        assert isinstance(sender, Writer)
        await sender.gate.before_send()
        await asyncio.sleep(30)
        if ending == "confirmed":
            return Done(value=None)
        failure = Rejected("no", status=400)
        sender.gate.not_sent(failure)
        raise failure

    first = asyncio.create_task(
        bench.guard.run(attrs.evolve(write, perform=perform), bench.scope(), reference="r1")
    )
    await asyncio.sleep(1)
    bench.rebuild(DoubtPolicy())
    second = bench.guard.run(bench.append(settle=3.0), bench.scope(), reference="r1")

    one, other = await asyncio.gather(first, second, return_exceptions=True)

    assert isinstance(other, OutcomeUnknown)
    assert await bench.state() is IntentState.IN_DOUBT
    if ending == "rejected":
        assert isinstance(one, Rejected)
    else:
        assert not isinstance(one, BaseException)
        assert (one.outcome, "taken over" in one.evidence) == (Outcome.APPLIED, True)


async def test_resend_that_another_owner_took_up_stays_unknown(bench: Bench) -> None:
    """Our first send is in doubt, and whoever sends now is not us: that is doubt, not a wrong call."""
    bench.rebuild(RESEND)
    bench.provider.script = [LOST_BEFORE]
    call = asyncio.create_task(bench.guard.run(bench.append(settle=3.0), bench.scope(), reference="r1"))
    await asyncio.sleep(2.5)
    key = (await bench.intent()).key
    await bench.journal.move(key, IntentState.PLANNED)

    with pytest.raises(OutcomeUnknown, match="another owner"):
        await call

    assert len(bench.provider.sent) == 1
