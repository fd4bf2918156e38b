"""The virtual loop: time passes at once, never backwards, and never while somebody works."""

import asyncio
import threading

import pytest

from invoicekit.testing import Standstill, VirtualLoop, run_virtually


def test_sleeping_takes_no_time() -> None:
    """A day of virtual time is over at once, and is a day all the same."""

    async def sleep() -> float:
        loop = asyncio.get_running_loop()
        await asyncio.gather(asyncio.sleep(86_400.0), asyncio.sleep(1.0))
        return loop.time()

    assert run_virtually(sleep()) == pytest.approx(86_400.0)


def test_sleepers_wake_in_their_order() -> None:
    """Whoever sleeps less wakes first, however the sleeps were started."""
    woken: list[float] = []

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds)
        woken.append(seconds)

    async def all_of_them() -> None:
        await asyncio.gather(*(sleep(seconds) for seconds in (3.0, 1.0, 2.0)))

    run_virtually(all_of_them())

    assert woken == [1.0, 2.0, 3.0]


def test_waiting_for_ever_is_a_failure() -> None:
    """Where nothing is left that could wake anybody, the run ends instead of hanging."""

    async def hang() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Standstill):
        run_virtually(hang())


def test_no_time_passes_while_a_thread_works() -> None:
    """A journal's thread is waited for in real time; nobody's deadline passes meanwhile."""

    async def work() -> float:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        asleep = asyncio.create_task(asyncio.sleep(5.0))
        done, go = loop.create_future(), threading.Event()

        def serve() -> None:
            go.wait()
            loop.call_soon_threadsafe(done.set_result, None)

        thread = threading.Thread(target=serve)
        thread.start()
        with loop.thread_at_work():
            loop.call_soon(go.set)
            await done
        now = loop.time()
        thread.join()
        asleep.cancel()
        return now

    assert run_virtually(work()) == 0.0
