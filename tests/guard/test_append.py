"""Appends: at most one effect for one reference, whatever gets lost."""

import asyncio

import attrs
import pytest
from guard_bench import LATE, LOST_AFTER, LOST_BEFORE, REJECT, RESEND, THROTTLE, Bench, Row

from invoicekit.adapter import Done, Idempotency, Sender, Sighting
from invoicekit.errors import (
    DuplicateDetected,
    InProgress,
    MalformedResponse,
    NotApplied,
    OutcomeUnknown,
    PaginationIncomplete,
    PaginationLoop,
    ReferenceReused,
    Rejected,
    ServiceClosed,
    Unavailable,
)
from invoicekit.guard import DoubtPolicy
from invoicekit.journal import IntentState
from invoicekit.model import Outcome

pytestmark = pytest.mark.looptime


async def test_ordinary_append_is_sent_once_and_verified(bench: Bench) -> None:
    """Nothing there, one send, read back: applied, verified, with the provider's id."""
    result = await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    assert (result.outcome, result.verified, result.attempts) == (Outcome.APPLIED, True, 1)
    assert result.value == "p1"
    assert (await bench.intent()).resource_id == "p1"
    assert await bench.state() is IntentState.CONFIRMED


async def test_second_call_with_the_reference_sends_nothing(bench: Bench) -> None:
    """The journal answers with the first result."""
    await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    again = await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    assert (again.outcome, again.value, again.attempts) == (Outcome.ALREADY_APPLIED, "p1", 0)
    assert len(bench.provider.sent) == 1


async def test_other_content_under_the_same_reference_is_refused(bench: Bench) -> None:
    """A reference stands for one content: a second one is a mistake, and nothing is sent."""
    await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    with pytest.raises(ReferenceReused, match="'r1'"):
        await bench.guard.run(bench.append(content="11 EUR"), bench.scope(), reference="r1")

    assert len(bench.provider.sent) == 1


async def test_corrected_content_is_welcome_after_a_rejection(bench: Bench) -> None:
    """A rejected reference had no effect, so its corrected content may go out under it."""
    bench.provider.script = [REJECT]
    with pytest.raises(Rejected):
        await bench.guard.run(bench.append(), bench.scope(), reference="r1")
    assert await bench.state() is IntentState.REJECTED

    result = await bench.guard.run(bench.append(content="11 EUR"), bench.scope(), reference="r1")

    assert result.outcome is Outcome.APPLIED


async def test_marker_found_before_sending_needs_no_journal(bench: Bench) -> None:
    """A lost journal is not a lost memory: the marker at the provider says it was done."""
    bench.provider.rows.append(Row("p9", "m1", 0.0))

    result = await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    assert (result.outcome, result.value) == (Outcome.ALREADY_APPLIED, "p9")
    assert bench.provider.sent == []


async def test_incomplete_list_before_sending_stops_the_send(bench: Bench) -> None:
    """When an earlier effect cannot be excluded, nothing is sent."""
    bench.provider.is_complete = False

    with pytest.raises(PaginationIncomplete):
        await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    assert bench.provider.sent == []


async def test_refusal_by_state_is_raised_before_any_write(bench: Bench) -> None:
    """What the fresh read forbids is raised, and nothing is sent."""
    bench.provider.refusal = Rejected("void")

    with pytest.raises(Rejected, match="void"):
        await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    assert bench.provider.sent == []
    assert await bench.state() is IntentState.CANCELLED


async def test_lost_answer_is_found_by_reading_back(bench: Bench) -> None:
    """The effect is there: applied, by one send."""
    bench.provider.script = [LOST_AFTER]

    result = await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    assert (result.outcome, result.verified, result.attempts) == (Outcome.APPLIED, True, 1)
    assert len(bench.provider.rows) == 1


async def test_ask_never_sends_again(bench: Bench) -> None:
    """Doubt that reading cannot settle stays doubt, journalled, and no later call sends either."""
    bench.provider.script = [LOST_BEFORE]

    with pytest.raises(OutcomeUnknown) as caught:
        await bench.guard.run(bench.append(settle=1.0), bench.scope(), reference="r1")
    with pytest.raises(OutcomeUnknown):
        await bench.guard.run(bench.append(settle=1.0), bench.scope(), reference="r1")

    assert caught.value.intent is not None
    assert caught.value.intent.reference == "r1"
    assert await bench.state() is IntentState.IN_DOUBT
    assert len(bench.provider.sent) == 1


async def test_resend_waits_for_the_settle_bound_and_two_empty_looks(bench: Bench) -> None:
    """The second send leaves only after the declared bound has passed since the doubt began."""
    bench.rebuild(RESEND)
    bench.provider.script = [LOST_BEFORE]

    result = await bench.guard.run(bench.append(settle=7.0), bench.scope(), reference="r1")

    first, second = bench.provider.sent
    looks_between = [at for at in bench.provider.looks if first <= at <= second]
    assert second - first >= 7.0
    assert len(looks_between) >= 2
    assert looks_between[-1] >= first + 7.0
    assert result.outcome is Outcome.APPLIED
    assert len(bench.provider.rows) == 1


async def test_effect_that_arrives_late_is_not_doubled(bench: Bench) -> None:
    """An effect within the bound is seen by the look at the bound."""
    bench.rebuild(RESEND)
    bench.provider.script = [LATE]
    bench.provider.late_by = 6.9

    result = await bench.guard.run(bench.append(settle=7.0), bench.scope(), reference="r1")

    assert len(bench.provider.sent) == 1
    assert len(bench.provider.rows) == 1
    assert result.verified


async def test_resend_without_a_declared_bound_never_happens(bench: Bench) -> None:
    """Where nobody declares a bound, asking for resend changes nothing."""
    bench.rebuild(RESEND)
    bench.provider.script = [LOST_BEFORE]

    with pytest.raises(OutcomeUnknown):
        await bench.guard.run(bench.append(settle=None), bench.scope(), reference="r1")

    assert len(bench.provider.sent) == 1


async def test_resend_needs_complete_reads(bench: Bench) -> None:
    """A read that was cut off proves no absence."""
    bench.rebuild(RESEND)
    bench.provider.script = [LOST_BEFORE]
    write = bench.append(settle=1.0)

    async def cut_after_first_look() -> None:
        await asyncio.sleep(0.5)
        bench.provider.is_complete = False

    cutting = asyncio.create_task(cut_after_first_look())
    with pytest.raises(OutcomeUnknown):
        await bench.guard.run(write, bench.scope(), reference="r1")
    await cutting

    assert len(bench.provider.sent) == 1


async def test_resend_needs_more_than_one_complete_read(bench: Bench) -> None:
    """A single read may lag: where all the others were cut off, nothing is sent again."""
    bench.rebuild(RESEND)
    bench.provider.script = [LOST_BEFORE]
    write = bench.append(settle=20.0)
    look = write.look
    assert look is not None

    async def look_once(sender: Sender) -> Sighting[str | None]:
        sighting = await look(sender)
        is_between = bool(bench.provider.sent) and bench.provider.now() < bench.provider.sent[0] + 19.0
        return attrs.evolve(sighting, is_complete=False) if is_between else sighting

    with pytest.raises(OutcomeUnknown):
        await bench.guard.run(attrs.evolve(write, look=look_once), bench.scope(), reference="r1")

    assert len(bench.provider.sent) == 1


@pytest.mark.parametrize("is_seen_as_stranger", [False, True])
async def test_resend_needs_a_look_at_the_bound(bench: Bench, *, is_seen_as_stranger: bool) -> None:
    """What two early looks did not show may have come since: without the last look nothing is sent again."""
    bench.rebuild(RESEND)
    bench.provider.script = [LATE]
    bench.provider.late_by = 5.0
    write = bench.append(settle=20.0)
    look = write.look
    assert look is not None

    async def look_badly(sender: Sender) -> Sighting[str | None]:
        if bench.provider.now() > 5.0 and is_seen_as_stranger:
            return Sighting(strangers=("without our marker",))
        if bench.provider.now() > 5.0:
            raise PaginationLoop("the same page twice")
        return await look(sender)

    with pytest.raises(OutcomeUnknown):
        await bench.guard.run(attrs.evolve(write, look=look_badly), bench.scope(), reference="r1")

    assert len(bench.provider.sent) == len(bench.provider.rows) == 1


async def test_three_sends_at_most(bench: Bench) -> None:
    """After three sends that all stayed invisible a person has to look."""
    bench.rebuild(RESEND)
    bench.provider.script = [LOST_BEFORE] * 9

    with pytest.raises(OutcomeUnknown):
        await bench.guard.run(bench.append(settle=1.0), bench.scope(), reference="r1")
    with pytest.raises(OutcomeUnknown):
        await bench.guard.run(bench.append(settle=1.0), bench.scope(), reference="r1")

    assert len(bench.provider.sent) == 3
    assert (await bench.intent()).sends == 3


async def test_two_matches_are_a_duplicate_and_stay_one(bench: Bench) -> None:
    """Two records with one marker are reported with both, now and at every later call."""
    bench.provider.rows = [Row("p1", "m1", 0.0), Row("p2", "m1", 0.0)]

    with pytest.raises(DuplicateDetected) as caught:
        await bench.guard.run(bench.append(), bench.scope(), reference="r1")
    with pytest.raises(DuplicateDetected):
        await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    assert caught.value.candidates == ("p1", "p2")
    assert bench.provider.sent == []
    assert await bench.state() is IntentState.DUPLICATE


@pytest.mark.parametrize("left", [0, 1])
async def test_what_was_found_twice_is_settled_by_a_person_alone(left: int) -> None:
    """Whoever deletes one of two may mean both: what is left decides nothing about another send."""
    bench = Bench(policy=RESEND)
    bench.provider.rows = [Row("p1", "m1", 0.0), Row("p2", "m1", 0.0)]
    write = bench.append(settle=5.0)
    with pytest.raises(DuplicateDetected):
        await bench.guard.run(write, bench.scope(), reference="r1")
    del bench.provider.rows[left:]

    with pytest.raises(DuplicateDetected, match="by hand"):
        await bench.guard.run(write, bench.scope(), reference="r1")

    assert bench.provider.sent == []
    assert await bench.state() is IntentState.DUPLICATE


async def test_a_replayed_request_is_noticed_after_a_good_answer(bench: Bench) -> None:
    """A middlebox that doubled the request shows in the look after it."""
    write = bench.append()
    bench.provider.script = []
    original = bench.provider.receive

    async def replayed(change: object) -> None:
        await original(change)  # type: ignore[arg-type]  # the bench's own callable
        await original(change)  # type: ignore[arg-type]

    bench.provider.receive = replayed  # type: ignore[method-assign]

    with pytest.raises(DuplicateDetected):
        await bench.guard.run(write, bench.scope(), reference="r1")


async def test_refused_unprocessed_goes_back_to_planned_and_is_repeated(bench: Bench) -> None:
    """A 429 is no doubt: the same send goes again, and both stand in the count of sends."""
    bench.provider.script = [THROTTLE]

    result = await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    assert (result.outcome, result.attempts) == (Outcome.APPLIED, 2)
    assert len(bench.provider.rows) == 1


async def test_failed_look_after_a_good_answer_costs_only_the_verification(bench: Bench) -> None:
    """A provider's yes stays a yes when the read after it fails."""
    write = bench.append()
    looks = 0
    seen = bench.provider.seen

    def failing() -> list[Row]:
        nonlocal looks
        looks += 1
        if looks == 2:
            raise Unavailable("down")
        return seen()

    bench.provider.seen = failing  # type: ignore[method-assign]

    result = await bench.guard.run(write, bench.scope(), reference="r1")

    assert (result.outcome, result.verified, result.value) == (Outcome.APPLIED, False, None)
    assert await bench.state() is IntentState.CONFIRMED


@pytest.mark.parametrize(
    "failure", [MalformedResponse("bad body"), NotApplied("later read"), Unavailable("x")]
)
async def test_any_failure_after_a_send_left_is_doubt(bench: Bench, failure: Exception) -> None:
    """An error that follows a send proves nothing about the send, whatever its class says."""
    write = bench.append()
    perform = write.perform

    async def then_fail(sender: object) -> object:
        await perform(sender)  # type: ignore[arg-type]
        raise failure

    object.__setattr__(write, "perform", then_fail)

    result = await bench.guard.run(write, bench.scope(), reference="r1")

    assert (result.outcome, result.evidence) == (Outcome.APPLIED, "found by reading back")
    assert len(bench.provider.rows) == 1


async def test_doubt_ends_at_the_deadline_and_says_when_to_look_again(bench: Bench) -> None:
    """A short call does not wait for a long settle bound."""
    bench.provider.script = [LOST_BEFORE]

    with pytest.raises(OutcomeUnknown) as caught:
        await bench.guard.run(bench.append(settle=100.0), bench.scope(30.0), reference="r1")

    assert bench.provider.now() <= 30.0
    assert caught.value.next_check_at == 100.0


async def test_doubt_ends_at_once_when_the_service_is_closed(bench: Bench) -> None:
    """No later look could tell more: nobody who shuts down waits for the settle bound."""
    bench.provider.script = [LOST_BEFORE]
    write = bench.append(settle=300.0)

    async def then_close(sender: Sender) -> Done[str | None]:
        bench.provider.look_failures = [ServiceClosed("closed")] * 9
        return await write.perform(sender)

    with pytest.raises(OutcomeUnknown, match="closed before it was read back"):
        await bench.guard.run(attrs.evolve(write, perform=then_close), bench.scope(), reference="r1")

    assert bench.provider.now() < 1
    assert await bench.state() is IntentState.IN_DOUBT


async def test_error_resolves_once_the_effect_shows(bench: Bench) -> None:
    """`resolve` reads and settles, and never sends."""
    bench.provider.script = [LATE]
    bench.provider.late_by = 50.0
    with pytest.raises(OutcomeUnknown) as caught:
        await bench.guard.run(bench.append(settle=2.0), bench.scope(), reference="r1")
    with pytest.raises(OutcomeUnknown):
        await caught.value.resolve()
    await asyncio.sleep(60)

    result = await caught.value.resolve()

    assert getattr(result, "outcome", None) is Outcome.ALREADY_APPLIED
    assert await bench.state() is IntentState.CONFIRMED
    assert len(bench.provider.sent) == 1


async def test_same_reference_from_many_tasks_is_sent_once(bench: Bench) -> None:
    """Twenty callers, one effect, one applied and nineteen already applied."""
    calls = (bench.guard.run(bench.append(), bench.scope(), reference="r1") for _ in range(20))

    results = await asyncio.gather(*calls)

    outcomes = sorted(result.outcome.value for result in results)
    assert outcomes == ["already applied"] * 19 + ["applied"]
    assert len(bench.provider.rows) == 1


async def test_waiting_for_another_task_ends_at_the_deadline(bench: Bench) -> None:
    """A call that cannot get the target in time says so, having sent nothing."""
    bench.provider.script = ["hangs after it was applied"]
    first = asyncio.create_task(bench.guard.run(bench.append(), bench.scope(), reference="r1"))
    await asyncio.sleep(1)

    with pytest.raises(InProgress):
        await bench.guard.run(bench.append("m2"), bench.scope(5.0), reference="r2")

    assert len(bench.provider.sent) == 1
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_identical_payment_without_reference_is_refused(bench: Bench) -> None:
    """A derived reference cannot tell a repeat from a second payment, so the second is refused."""
    await bench.guard.run(bench.append(), bench.scope(), reference="auto:abc")

    with pytest.raises(ReferenceReused, match="allow_repeat"):
        await bench.guard.run(bench.append(), bench.scope(), reference="auto:abc")

    assert len(bench.provider.sent) == 1


async def test_chain_is_completed_by_a_rerun(bench: Bench) -> None:
    """When the second write of two fails, a rerun does only that one."""
    second = bench.setting("new")
    write = bench.append(then=lambda done: second)
    bench.provider.script = ["ok", REJECT]
    with pytest.raises(Rejected):
        await bench.guard.run(write, bench.scope(), reference="r1")

    result = await bench.guard.run(write, bench.scope(), reference="r1")

    assert len(bench.provider.rows) == 1
    assert bench.provider.value == "new"
    assert result.outcome is Outcome.APPLIED


async def test_policy_always_looks_twice_and_last_at_the_bound() -> None:
    """However short the bound, absence is never concluded from one look."""
    for bound in (0.0, 0.3, 2.0, 60.0, 120.0):
        looks = DoubtPolicy().looks(bound)

        assert len(looks) >= 2 or bound == 0.0
        assert looks[-1] == bound
        assert list(looks) == sorted(looks)


async def test_garbled_look_is_read_again_before_sending(bench: Bench) -> None:
    """A whole but unreadable answer to a read costs another read, and not the payment."""
    bench.provider.look_failures = [MalformedResponse("garbage"), MalformedResponse("garbage")]

    result = await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    assert result.outcome is Outcome.APPLIED


async def test_look_that_stays_garbled_stops_the_send(bench: Bench) -> None:
    """What is there cannot be told, so nothing is sent."""
    bench.provider.look_failures = [MalformedResponse("garbage")] * 3

    with pytest.raises(MalformedResponse):
        await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    assert bench.provider.sent == []


async def test_resend_never_touches_what_cannot_be_told_from_its_repeat(bench: Bench) -> None:
    """An append without key or marker is never sent again, whatever was opted into."""
    bench.rebuild(RESEND)
    bench.provider.script = [LOST_BEFORE]
    write = bench.append(settle=1.0)
    keyless = attrs.evolve(write, operation=attrs.evolve(write.operation, idempotency=Idempotency.NONE))

    with pytest.raises(OutcomeUnknown):
        await bench.guard.run(keyless, bench.scope(), reference="r1")

    assert len(bench.provider.sent) == 1
