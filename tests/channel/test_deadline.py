"""A wait ends in time, and nobody else's cancellation is taken for a timeout."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from invoicekit.channel.deadline import DeadlineSweeper, Overdue

pytestmark = pytest.mark.looptime


def now() -> float:
    return asyncio.get_running_loop().time()


async def forever() -> None:
    await asyncio.Event().wait()


@pytest.fixture
def sweeper() -> DeadlineSweeper:
    return DeadlineSweeper()


async def test_what_ends_in_time_is_left_alone(sweeper: DeadlineSweeper) -> None:
    """The wait's own result comes out, and later the task is not cancelled."""
    with sweeper.limit(5):
        await asyncio.sleep(4, "done")

    await asyncio.sleep(10)
    assert now() == 14


async def test_what_takes_too_long_is_overdue(sweeper: DeadlineSweeper) -> None:
    """At the limit the wait is cancelled, and that shows as `Overdue`, not as a cancellation."""
    task = asyncio.current_task()
    assert task is not None

    with pytest.raises(Overdue), sweeper.limit(5):
        await forever()

    assert now() == pytest.approx(5, abs=0.01)
    assert task.cancelling() == 0
    await asyncio.sleep(1)


async def test_each_wait_has_its_own_limit(sweeper: DeadlineSweeper) -> None:
    """A later limit that is shorter ends first; one that is met does not disturb the others."""

    async def waits(seconds: float) -> float:
        with pytest.raises(Overdue), sweeper.limit(seconds):
            await forever()
        return round(now(), 2)

    async def is_met() -> float:
        with sweeper.limit(1):
            await asyncio.sleep(0.5)
        return now()

    ended = await asyncio.gather(waits(9), waits(3), is_met(), waits(6), waits(3))

    assert list(ended) == [9, 3, 0.5, 6, 3]


async def test_a_limit_in_the_past_ends_at_the_first_wait(sweeper: DeadlineSweeper) -> None:
    """No time left means no wait."""
    with pytest.raises(Overdue), sweeper.limit(-1):
        await forever()

    assert now() == pytest.approx(0, abs=0.01)


async def test_outer_cancellation_passes_on(sweeper: DeadlineSweeper) -> None:
    """Who cancels the task gets a cancelled task."""

    async def work() -> None:
        with sweeper.limit(5):
            await forever()

    task = asyncio.create_task(work())
    await asyncio.sleep(1)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def after(seconds: float, do: Callable[[], object]) -> None:
    await asyncio.sleep(seconds)
    do()


@pytest.mark.parametrize("order", ["limit first", "cancel first"])
async def test_both_in_one_turn_of_the_loop_is_a_cancellation(sweeper: DeadlineSweeper, order: str) -> None:
    """Where the limit fires and somebody cancels before the task runs again, the somebody wins."""

    async def work() -> None:
        with sweeper.limit(5):
            await forever()

    loop = asyncio.get_running_loop()
    task: asyncio.Task[None] | None = None

    def cancel() -> None:
        assert task is not None
        task.cancel()

    if order == "cancel first":
        loop.call_at(5, cancel)
    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    if order == "limit first":
        loop.call_at(5, cancel)

    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


@pytest.mark.parametrize("outer", [4.0, 5.0, 6.0])
async def test_asyncio_timeout_around_it_keeps_its_meaning(sweeper: DeadlineSweeper, outer: float) -> None:
    """An outer timeout is a TimeoutError where it comes first or together, and nothing where later."""
    task = asyncio.current_task()
    assert task is not None
    seen: list[str] = []

    try:
        async with asyncio.timeout_at(outer):
            with sweeper.limit(5):
                await forever()
    except (TimeoutError, Overdue) as ended:
        seen.append(type(ended).__name__)

    assert seen == (["TimeoutError"] if outer <= 5 else ["Overdue"])
    assert task.cancelling() == 0
    await asyncio.sleep(10)


async def test_a_task_group_sees_only_its_own_failures(sweeper: DeadlineSweeper) -> None:
    """A failing sibling cancels the wait as a cancellation; an overdue sibling is an error of its own."""

    async def fails(after_seconds: float) -> None:
        await asyncio.sleep(after_seconds)
        raise ValueError("sibling")

    async def waits() -> None:
        with sweeper.limit(5):
            await forever()

    async def together(sibling_fails_at: float) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(waits())
            group.create_task(fails(sibling_fails_at))

    with pytest.raises(ExceptionGroup) as first:
        await together(1)
    with pytest.raises(ExceptionGroup) as second:
        await together(100)

    assert [type(error) for error in first.value.exceptions] == [ValueError]
    assert [type(error) for error in second.value.exceptions] == [Overdue]


async def test_a_second_cancel_while_cleaning_up_passes_on(sweeper: DeadlineSweeper) -> None:
    """The limit cuts the wait, its cleaning up takes long, and then the task is cancelled from outside."""

    async def slow_to_end() -> None:
        try:
            await forever()
        finally:
            await asyncio.sleep(100)

    async def work() -> None:
        with sweeper.limit(5):
            await slow_to_end()

    task = asyncio.create_task(work())
    await asyncio.sleep(6)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_the_limit_during_an_outer_cancellation_stays_a_cancellation(sweeper: DeadlineSweeper) -> None:
    """Cancelled from outside, the wait cleans up beyond its limit: still a cancellation."""

    async def slow_to_end() -> None:
        try:
            await forever()
        finally:
            await asyncio.sleep(100)

    async def work() -> None:
        with sweeper.limit(5):
            await slow_to_end()

    task = asyncio.create_task(work())
    await asyncio.sleep(4)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()
    assert now() == pytest.approx(5, abs=0.01)


async def swallows() -> str:
    try:
        await forever()
    except asyncio.CancelledError:
        return "an answer after all"
    raise AssertionError("unreachable")


async def fails_otherwise() -> str:
    try:
        await forever()
    except asyncio.CancelledError:
        raise ValueError("lost") from None
    raise AssertionError("unreachable")


@pytest.mark.parametrize(("work", "ends"), [(swallows, "an answer after all"), (fails_otherwise, "lost")])
async def test_what_a_cut_wait_makes_of_it_stands(
    sweeper: DeadlineSweeper, work: Callable[[], Awaitable[str]], ends: str
) -> None:
    """A wait that ends in its own way when cut keeps it, and leaves no cancellation behind."""
    task = asyncio.current_task()
    assert task is not None

    try:
        with sweeper.limit(5):
            ended = await work()
    except ValueError as failure:
        ended = str(failure)

    assert ended == ends
    assert task.cancelling() == 0
    await asyncio.sleep(10)


async def test_an_earlier_cancellation_that_was_survived_is_not_counted(sweeper: DeadlineSweeper) -> None:
    """In a cleanup that outlives its task's cancellation, a limit is still a limit."""
    seen: list[str] = []

    async def work() -> None:
        try:
            await forever()
        finally:
            try:
                with sweeper.limit(5):
                    await forever()
            except Overdue:
                seen.append("overdue")

    task = asyncio.create_task(work())
    await asyncio.sleep(1)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["overdue"]


async def test_one_timer_serves_all(sweeper: DeadlineSweeper) -> None:
    """A thousand waits of one length arm one timer between them."""
    loop = asyncio.get_running_loop()
    before = loop.call_at
    armed: list[float] = []

    def counting(when: float, *args: object, **kwargs: object) -> asyncio.TimerHandle:
        armed.append(when)
        return before(when, *args, **kwargs)  # type: ignore[arg-type]

    loop.call_at = counting  # type: ignore[method-assign]

    async def one() -> None:
        with sweeper.limit(20):
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(one()) for _ in range(1000)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert len(armed) == 1


async def test_needs_a_task() -> None:
    """Outside a task there is nothing to cancel, and that is said."""
    failures: list[Exception] = []

    def use() -> None:
        try:
            DeadlineSweeper().limit(1)
        except RuntimeError as failure:
            failures.append(failure)

    asyncio.get_running_loop().call_soon(use)
    await asyncio.sleep(0)

    assert len(failures) == 1
