"""Chunks, duplicates, halving, and the ends of a job."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Iterable, Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicekit.batch import Batch, Item, ItemOutcome, Standing
from invoicekit.clock import LoopClock
from invoicekit.errors import (
    AuthenticationError,
    InvalidIdentifier,
    InvoiceKitError,
    JournalUnavailable,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    Unavailable,
    UsageError,
)
from invoicekit.model import WriteResult

from .conftest import FakeProvider, as_items, by_standing

pytestmark = pytest.mark.looptime


def batch_of(provider: FakeProvider, ids: Iterable[str], *, size: int = 500, width: int = 4) -> Batch[None]:
    return Batch(as_items(ids), provider.send, clock=LoopClock(), size=size, width=width)


async def run(batch: Batch[None]) -> list[ItemOutcome[None]]:
    return [outcome async for outcome in batch]


def names(count: int) -> list[str]:
    return [f"{number:024x}" for number in range(count)]


async def test_each_item_ends_once(provider: FakeProvider) -> None:
    """Every position comes back exactly once, and every id took effect once."""
    outcomes = await run(batch_of(provider, names(1234), size=100))

    assert sorted(outcome.position for outcome in outcomes) == list(range(1, 1235))
    assert set(provider.applied.values()) == {1}
    assert len(provider.applied) == 1234


@pytest.mark.parametrize(
    ("poison", "requests"), [((), 20), ((137,), 38), ((137, 5137), 56), ((0, 1), 38), ((0, 250), 50)]
)
async def test_requests_of_a_halved_job(poison: tuple[int, ...], requests: int) -> None:
    """10,000 items in chunks of 500: 20 requests, and 18 more for a bad one that stands alone."""
    ids = names(10_000)
    provider = FakeProvider(ids[number] for number in poison)

    outcomes = await run(batch_of(provider, ids))

    assert len(provider.chunks) == requests
    assert by_standing(outcomes).get(Standing.REJECTED, []) == [ids[number] for number in poison]


@given(
    ids=st.lists(st.sampled_from("abcdefghijklmnop"), max_size=60),
    poison=st.sets(st.sampled_from("abcdefghijklmnop"), max_size=6),
    size=st.integers(min_value=1, max_value=9),
    width=st.integers(min_value=1, max_value=5),
)
@settings(deadline=None, max_examples=150)
async def test_only_poison_is_rejected(ids: list[str], poison: set[str], size: int, width: int) -> None:
    """Whatever the mix: one outcome an item, poison rejected, the rest there, duplicates name the first."""
    provider = FakeProvider(poison)

    outcomes = await run(batch_of(provider, ids, size=size, width=width))

    assert sorted(outcome.position for outcome in outcomes) == list(range(1, len(ids) + 1))
    for outcome in outcomes:
        first = ids.index(outcome.id) + 1
        is_first = first == outcome.position
        expected = Standing.APPLIED if is_first else Standing.ALREADY_APPLIED
        assert outcome.standing is (Standing.REJECTED if outcome.id in poison else expected)
        assert outcome.first_position == (None if is_first else first)
    assert provider.applied == dict.fromkeys(set(ids) - poison, 1)


async def test_many_bad_ones_cost_no_more_than_halving_may() -> None:
    """One bad item in a hundred: about 13 requests for each."""
    ids = names(10_000)
    provider = FakeProvider(ids[number] for number in Random(1).sample(range(10_000), 100))

    await run(batch_of(provider, ids))

    assert len(provider.chunks) <= 1400


async def test_a_rejected_item_says_why() -> None:
    """The reason is the provider's refusal of that item alone."""
    outcomes = await run(batch_of(FakeProvider({"b"}), "abc"))

    (bad,) = [outcome for outcome in outcomes if outcome.standing is Standing.REJECTED]
    assert (bad.id, bad.reason) == ("b", "NotFound: no such entry")


@pytest.mark.parametrize("status", [401, 403, 429, 500])
async def test_a_refusal_that_is_not_about_content_is_not_halved(status: int) -> None:
    """Halving would only repeat a refusal of plan, role or rate."""
    provider = FakeProvider({"b"})
    provider.refuse = lambda: NotFound("no", status=status)

    outcomes = await run(batch_of(provider, "abcd"))

    assert len(provider.chunks) == 1
    assert by_standing(outcomes) == {Standing.REJECTED: ["a", "b", "c", "d"]}


async def test_a_missing_permission_rejects_without_halving() -> None:
    """A 403 is about the role, not about an item; other chunks still get their own answer."""
    provider = FakeProvider({"a"})
    provider.refuse = lambda: PermissionDenied("not your role", status=403)

    outcomes = await run(batch_of(provider, "abcd", size=2))

    assert by_standing(outcomes) == {Standing.REJECTED: ["a", "b"], Standing.APPLIED: ["c", "d"]}
    assert len(provider.chunks) == 2


async def test_a_wrong_key_costs_one_request() -> None:
    """The first request goes alone, and after a 401 nothing is sent any more."""
    provider = FakeProvider(names(5000))
    provider.refuse = lambda: AuthenticationError("wrong key", status=401)

    batch = batch_of(provider, names(5000), size=100, width=16)
    outcomes = await run(batch)

    assert len(provider.chunks) == 1
    assert isinstance(batch.stopped_by, AuthenticationError)
    assert {outcome.standing for outcome in outcomes} == {Standing.NOT_ATTEMPTED}
    assert len(outcomes) == 5000


async def test_a_key_that_expires_ends_the_job(provider: FakeProvider) -> None:
    """What was answered stays applied; what is left is not attempted and says why."""
    provider.script = [None, None, AuthenticationError("expired", status=401)]

    outcomes = await run(batch_of(provider, names(50), size=10, width=1))

    grouped = by_standing(outcomes)
    assert len(provider.chunks) == 3
    assert {standing: len(ids) for standing, ids in grouped.items()} == {
        Standing.APPLIED: 20,
        Standing.NOT_ATTEMPTED: 30,
    }
    assert "expired" in outcomes[-1].reason


async def test_a_rate_limit_rejects_nothing(provider: FakeProvider) -> None:
    """The job waits as long as it is asked to, and tells for how long."""
    provider.script = [RateLimited("slow down", retry_after=120.0)] * 3
    pauses: list[float] = []
    batch = Batch(as_items("abc"), provider.send, clock=LoopClock(), on_pause=pauses.append)
    start = asyncio.get_running_loop().time()

    outcomes = await run(batch)

    assert by_standing(outcomes) == {Standing.APPLIED: ["a", "b", "c"]}
    assert pauses == [120.0] * 3
    assert asyncio.get_running_loop().time() - start >= 360


async def test_doubt_is_reported_as_doubt(provider: FakeProvider) -> None:
    """A lost answer makes its items unknown, no others, and is not repeated here."""
    provider.script = [None, OutcomeUnknown("the connection was cut")]

    outcomes = await run(batch_of(provider, "abcd", size=2, width=1))

    assert by_standing(outcomes) == {Standing.APPLIED: ["a", "b"], Standing.UNKNOWN: ["c", "d"]}
    assert len(provider.chunks) == 2


def refuse_slashes(part: tuple[Item[None], ...]) -> None:
    for item in part:
        if "/" in item.id:
            raise InvalidIdentifier(f"{item.id!r} is not an id")


@pytest.mark.parametrize("is_checked", [True, False])
async def test_an_impossible_id_takes_only_itself_down(provider: FakeProvider, is_checked: bool) -> None:
    """An id that cannot be one is rejected before any request, and the rest of its chunk is sent."""

    async def send(part: tuple[Item[None], ...]) -> WriteResult[None]:
        refuse_slashes(part)
        return await provider.send(part)

    check = (lambda item: refuse_slashes((item,))) if is_checked else None
    ids = ["a", "../b", "c", "d/", "e"]
    outcomes = await run(Batch(as_items(ids), send, clock=LoopClock(), check=check))

    assert by_standing(outcomes) == {
        Standing.APPLIED: ["a", "c", "e"],
        Standing.REJECTED: ["../b", "d/"],
    }
    assert len(provider.chunks) == (1 if is_checked else 3)


async def test_impossible_and_unknown_ids_in_one_chunk(provider: FakeProvider) -> None:
    """What was rejected before the request is left out of the halves too."""
    provider.poison = frozenset("c")

    async def send(part: tuple[Item[None], ...]) -> WriteResult[None]:
        refuse_slashes(part)
        return await provider.send(part)

    items = as_items(["a", "b/", "c", "d", "e"])
    outcomes = await run(Batch(items, send, clock=LoopClock(), check=lambda item: refuse_slashes((item,))))

    assert by_standing(outcomes) == {
        Standing.APPLIED: ["a", "d", "e"],
        Standing.REJECTED: ["b/", "c"],
    }
    assert len(outcomes) == 5


async def test_a_problem_of_the_input_is_rejected_unsent(provider: FakeProvider) -> None:
    """An item that came with a problem takes part in the count, but in no request."""
    items = [*as_items("ab"), Item(position=3, id="", payload=None, problem="no id")]

    outcomes = await run(Batch(items, provider.send, clock=LoopClock()))

    assert [(each.position, each.reason) for each in outcomes if each.standing is Standing.REJECTED] == [
        (3, "no id")
    ]
    assert provider.chunks == [("a", "b")]


@pytest.mark.parametrize(
    ("failure", "standing"),
    [
        (NotFound("gone", status=404), Standing.REJECTED),
        (OutcomeUnknown("lost"), Standing.UNKNOWN),
        (None, Standing.ALREADY_APPLIED),
    ],
)
@pytest.mark.parametrize("distance", [1, 300])
async def test_a_duplicate_shares_the_fate_of_the_first(
    provider: FakeProvider, failure: InvoiceKitError | None, standing: Standing, distance: int
) -> None:
    """Under way or long ended: a duplicate is there only if the first one is."""
    provider.script = [failure]
    ids = ["x", *names(distance), "x"]

    outcomes = await run(batch_of(provider, ids, size=1, width=1))

    last = next(outcome for outcome in outcomes if outcome.position == len(ids))
    assert (last.standing, last.first_position) == (standing, 1)
    assert sum("x" in chunk for chunk in provider.chunks) == 1


async def test_other_content_under_the_same_id_is_refused(provider: FakeProvider) -> None:
    """The second thing is not sent and not taken for the first; its outcome names the first."""
    items = [
        Item(position=1, id="r", payload=None, content=b"120"),
        Item(position=2, id="r", payload=None, content=b"99"),
    ]

    outcomes = await run(Batch(items, provider.send, clock=LoopClock()))

    (refused,) = [outcome for outcome in outcomes if outcome.standing is Standing.REJECTED]
    assert (refused.position, refused.first_position) == (2, 1)
    assert provider.chunks == [("r",)]


async def test_a_lane_is_never_under_way_twice(provider: FakeProvider) -> None:
    """Items of one invoice follow each other; others pass them by."""
    seen: list[int] = []
    send = provider.send

    async def watch(part: tuple[Item[None], ...]) -> WriteResult[None]:
        seen.append(provider.under_way[part[0].lane])
        return await send(part)

    items = [
        Item(position=number, id=str(number), payload=None, lane="a" if number % 3 else f"b{number}")
        for number in range(60)
    ]
    outcomes = await run(Batch(items, watch, clock=LoopClock(), size=1, width=5))

    assert len(outcomes) == 60
    assert set(seen) == {0}
    assert provider.busiest > 1
    assert [ids for ids in provider.chunks if int(ids[0]) % 3] == [(str(n),) for n in range(60) if n % 3]


async def test_never_wider_than_asked(provider: FakeProvider) -> None:
    """The bound on requests under way holds, and is used."""
    await run(batch_of(provider, names(100), size=2, width=7))

    assert provider.busiest == 7


async def test_an_outage_ends_the_job(provider: FakeProvider) -> None:
    """Where nothing gets through, a few tries are made and the rest is left for a rerun."""
    provider.script = [Unavailable("connection refused")] * 99

    batch = batch_of(provider, names(300), size=10, width=3)
    outcomes = await run(batch)

    assert len(provider.chunks) <= 8
    assert isinstance(batch.stopped_by, Unavailable)
    assert {outcome.standing for outcome in outcomes} == {Standing.NOT_ATTEMPTED}


async def test_a_short_outage_is_waited_out(provider: FakeProvider) -> None:
    """Unavailable had no effect, so it is asked again."""
    provider.script = [Unavailable("connection refused")] * 3

    outcomes = await run(batch_of(provider, "ab"))

    assert by_standing(outcomes) == {Standing.APPLIED: ["a", "b"]}


async def test_one_thing_out_of_reach_does_not_end_the_job(provider: FakeProvider) -> None:
    """Where others get through, only what cannot be reached is rejected."""
    provider.poison = frozenset("b")
    provider.refuse = lambda: Unavailable("no answer")

    outcomes = await run(batch_of(provider, "abcdefgh", size=1, width=2))

    assert by_standing(outcomes)[Standing.REJECTED] == ["b"]
    assert len(by_standing(outcomes)[Standing.APPLIED]) == 7


async def test_a_journal_that_cannot_be_written_ends_the_job(provider: FakeProvider) -> None:
    """Fail closed: without a promise nothing more is sent."""
    provider.script = [None, JournalUnavailable("disk full")]

    batch = batch_of(provider, names(30), size=10, width=1)
    outcomes = await run(batch)

    assert len(provider.chunks) == 2
    assert len(by_standing(outcomes)[Standing.NOT_ATTEMPTED]) == 20
    assert isinstance(batch.stopped_by, JournalUnavailable)


async def test_stop_finishes_what_is_under_way(provider: FakeProvider) -> None:
    """After an interrupt nothing new is sent, nothing is lost, and the answers under way still count."""
    batch = batch_of(provider, names(100), size=10, width=2)
    outcomes = []

    async for outcome in batch:
        outcomes.append(outcome)
        if len(outcomes) == 1:
            batch.stop()

    grouped = by_standing(outcomes)
    assert len(outcomes) == 100
    assert set(grouped) == {Standing.APPLIED, Standing.NOT_ATTEMPTED}
    assert set(grouped[Standing.APPLIED]) == set(provider.applied)
    assert batch.is_interrupted


async def test_abort_leaves_doubt_only_about_what_was_under_way(provider: FakeProvider) -> None:
    """Cut off in mid-request: unknown; never begun: not attempted; the counts still add up."""
    batch = batch_of(provider, names(100), size=10, width=2)
    asyncio.get_running_loop().call_later(0.07, batch.abort)

    grouped = by_standing(await run(batch))

    assert {standing: len(ids) for standing, ids in grouped.items()} == {
        Standing.APPLIED: 10,
        Standing.UNKNOWN: 20,
        Standing.NOT_ATTEMPTED: 70,
    }
    assert len(provider.chunks) == 3


async def test_stop_ends_a_long_pause(provider: FakeProvider) -> None:
    """An interrupt does not wait for the provider's hour, and what was refused is not attempted."""
    provider.script = [RateLimited("slow down", retry_after=3600.0)]
    batch = batch_of(provider, "ab")
    loop = asyncio.get_running_loop()
    loop.call_later(5.0, batch.stop)

    outcomes = await run(batch)

    assert by_standing(outcomes) == {Standing.NOT_ATTEMPTED: ["a", "b"]}
    assert loop.time() < 10


async def test_cancellation_passes_on_and_cuts_what_is_under_way(provider: FakeProvider) -> None:
    """A cancelled consumer leaves no task behind."""
    provider.seconds = 1000.0
    task = asyncio.ensure_future(run(batch_of(provider, names(100), size=10)))
    await asyncio.sleep(1)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert provider.under_way.total() == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_what_is_cut_off_may_put_its_notes_in_order() -> None:
    """A request that is cancelled is waited for: the guard notes its doubt before the job is gone."""
    noted = []

    async def send(part: tuple[Item[None], ...]) -> WriteResult[None]:
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(1)
            noted.append(part[0].id)
        raise AssertionError("unreachable")

    task = asyncio.ensure_future(run(Batch(as_items("ab"), send, clock=LoopClock())))
    await asyncio.sleep(1)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert noted == ["a"]


async def test_an_async_input_is_read_as_it_comes(provider: FakeProvider) -> None:
    """A page of items after the other, slower than they are sent."""

    async def pages() -> AsyncIterator[Item[None]]:
        for item in as_items(names(95)):
            if item.position % 10 == 0:
                await asyncio.sleep(5)
            yield item

    outcomes = await run(Batch(pages(), provider.send, clock=LoopClock(), size=10, width=4))

    assert len(by_standing(outcomes)[Standing.APPLIED]) == 95
    assert len(provider.chunks) == 10


async def test_a_slow_input_holds_nothing_back(provider: FakeProvider) -> None:
    """A full chunk is sent when it is full, whatever is still to come."""

    async def slow() -> AsyncIterator[Item[None]]:
        for item in as_items(names(40)):
            await asyncio.sleep(1)
            yield item

    outcomes = aiter(Batch(slow(), provider.send, clock=LoopClock(), size=10))

    await anext(outcomes)

    assert asyncio.get_running_loop().time() < 11
    assert len([outcome async for outcome in outcomes]) == 39


@pytest.mark.parametrize("at", [0, 7, 25])
async def test_an_input_that_fails_loses_nothing_read_before(provider: FakeProvider, at: int) -> None:
    """Items read before the failure get their outcomes; then the failure is raised."""

    def broken() -> Iterator[Item[None]]:
        yield from as_items(names(at))
        raise OSError("the disk is gone")

    outcomes = aiter(Batch(broken(), provider.send, clock=LoopClock(), size=10))
    applied = [(await anext(outcomes)).standing for _ in range(at)]

    with pytest.raises(OSError, match="the disk is gone"):
        await anext(outcomes)
    assert applied == [Standing.APPLIED] * at


async def test_a_defect_in_send_is_not_hidden(provider: FakeProvider) -> None:
    """An error that is not ours passes through unchanged."""

    async def broken(part: tuple[Item[None], ...]) -> WriteResult[None]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run(Batch(as_items("ab"), broken, clock=LoopClock()))


async def test_endless_duplicates_are_held_in_bounds(provider: FakeProvider) -> None:
    """A file of one id again and again does not pile up while its request is under way."""
    most = 0
    read = 0
    answered = 0

    def same() -> Iterator[Item[None]]:
        nonlocal read, most
        for item in as_items("x" * 20_000):
            read += 1
            most = max(most, read - answered)
            yield item

    outcomes = Batch(same(), provider.send, clock=LoopClock(), size=10)
    async for outcome in outcomes:
        answered += 1
        assert outcome.standing is (Standing.APPLIED if outcome.position == 1 else Standing.ALREADY_APPLIED)

    assert (answered, len(provider.chunks)) == (20_000, 1)
    assert most < 1000


@pytest.mark.parametrize(("size", "width"), [(0, 1), (1, 0)])
def test_a_batch_of_nothing_is_refused(size: int, width: int) -> None:
    """Bounds that could never send anything are a usage error."""
    with pytest.raises(UsageError):
        Batch(as_items("a"), FakeProvider().send, clock=LoopClock(), size=size, width=width)


async def peak_bytes(count: int) -> int:
    async def send(part: tuple[Item[None], ...]) -> WriteResult[None]:
        return await FakeProvider(seconds=0.001).send(part)

    ids = (Item(position=number, id=f"{number:024x}", payload=None) for number in range(count))
    tracemalloc.start()
    try:
        async for _ in Batch(ids, send, clock=LoopClock(), size=100, width=4):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


async def test_memory_stays_flat() -> None:
    """Four times the items take hardly more memory: less than a byte for each further one."""
    few, many = await peak_bytes(10_000), await peak_bytes(40_000)

    assert many - few < 30_000


def refused_in_doubt() -> OutcomeUnknown:
    """A chunk whose first send got lost, and whose repeat was refused for its content."""
    doubt = OutcomeUnknown("the first send is in doubt, and the repeat was refused")
    doubt.__cause__ = NotFound("no such entry", status=400)
    return doubt


async def test_a_chunk_refused_in_doubt_is_halved() -> None:
    """Setting a flag again is harmless: each half gets a word of its own, and only the bad id is refused."""
    ids = names(8)
    provider = FakeProvider([ids[5]])
    provider.script = [refused_in_doubt()]

    ends = by_standing(await run(batch_of(provider, ids, size=8)))

    assert ends[Standing.REJECTED] == [ids[5]]
    assert len(ends[Standing.APPLIED]) == 7


async def test_one_item_refused_in_doubt_stays_unknown() -> None:
    """There is nothing left to halve, and its first send may have had an effect."""
    provider = FakeProvider()
    provider.script = [refused_in_doubt()]

    ends = by_standing(await run(batch_of(provider, names(1))))

    assert ends[Standing.UNKNOWN] == names(1)


async def test_plain_doubt_is_not_halved() -> None:
    """Lost answers say nothing about the content: no storm of smaller requests follows."""
    provider = FakeProvider()
    provider.script = [OutcomeUnknown("lost")]

    ends = by_standing(await run(batch_of(provider, names(8), size=8)))

    assert len(ends[Standing.UNKNOWN]) == 8
    assert len(provider.chunks) == 1
