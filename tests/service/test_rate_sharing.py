"""Several services on one journal keep an account's limit together, in virtual time."""

import asyncio
import math
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rated_job import RatedProvider

from invoicekit.channel import Lane, Limiter
from invoicekit.clock import LoopClock
from invoicekit.errors import JournalUnavailable
from invoicekit.journal import OthersUse, RateUse
from invoicekit.journal.schema import migrate
from invoicekit.journal.use_rows import share
from invoicekit.service.rate_sharing import RateSharing, fair_part
from invoicekit.transport import RateWindow

pytestmark = pytest.mark.looptime

FIFTY = RateWindow(limit=50, seconds=1.0)
HOURLY = RateWindow(limit=30, seconds=3600.0)


class SharedFile:
    """What several processes would share, its statements run at once."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        migrate(self.connection, "memory")
        self.is_broken = False
        self.calls = 0

    async def share_rate(self, use: RateUse) -> OthersUse:
        self.calls += 1
        if self.is_broken:
            raise JournalUnavailable("the disk is full")
        clock = LoopClock()
        return share(self.connection, use, moment=clock.monotonic(), wall=clock.now().timestamp())


class Handle:
    """One process's hold of the file; once it is dead nothing more comes through."""

    def __init__(self, file: SharedFile) -> None:
        self.file = file
        self.is_dead = False

    async def share_rate(self, use: RateUse) -> OthersUse:
        return OthersUse() if self.is_dead else await self.file.share_rate(use)


class Process:
    """A service of a process of its own, as far as its rate goes."""

    def __init__(self, file: SharedFile, window: RateWindow = FIFTY) -> None:
        self.limiter = Limiter((window,), LoopClock())
        self.handle = Handle(file)
        self.sharing = RateSharing(self.handle, self.limiter, LoopClock(), provider="p", account="a")

    @property
    def part(self) -> float:
        return self.limiter.snapshot().part

    async def send(self, provider: RatedProvider, requests: int) -> None:
        """Send so many, sixteen at a time, each until it is let in."""
        left = iter(range(requests))

        async def worker() -> None:
            for _ in left:
                while True:
                    granted_at = await self.limiter.acquire(Lane.BULK)
                    if await provider.exchange() is None:
                        self.limiter.accepted(granted_at)
                        break
                    self.limiter.refused(granted_at, None)

        await asyncio.gather(*(worker() for _ in range(16)))


@asynccontextmanager
async def process(file: SharedFile, window: RateWindow = FIFTY) -> AsyncIterator[Process]:
    made = Process(file, window)
    await made.sharing.begin()
    yield made
    await made.sharing.end()


@pytest.fixture
def file() -> SharedFile:
    return SharedFile()


def strict(rate: str = "50/s:log") -> RatedProvider:
    return RatedProvider(lambda _: rate, Random(1), 0.0)


@pytest.mark.parametrize("count", [2, 4])
async def test_together_they_use_the_limit_and_no_more(file: SharedFile, count: int) -> None:
    """Beginning a second apart, each with 500 requests: nothing is refused, and little is left unused."""
    provider = strict()

    async def job(number: int) -> float:
        await asyncio.sleep(number)
        async with process(file) as one:
            await one.send(provider, 500)
        return asyncio.get_running_loop().time()

    ended = await asyncio.gather(*(job(number) for number in range(count)))

    assert provider.run.refused <= 0.01 * provider.run.sent
    assert 500 * count / max(ended) >= 0.9 * 50
    assert max(ended) - min(ended) < 0.2 * max(ended)


async def test_without_a_journal_in_common_they_are_refused() -> None:
    """So the test above can fail."""
    provider = strict()

    async def job(file: SharedFile) -> None:
        async with process(file) as one:
            await one.send(provider, 1000)

    await asyncio.gather(job(SharedFile()), job(SharedFile()))

    assert provider.run.refused > 0.01 * provider.run.sent


async def test_whoever_sends_little_leaves_the_rest(file: SharedFile) -> None:
    """A bulk job beside somebody with a call a second has nearly all, and the calls wait for nobody."""
    provider = strict()
    async with process(file) as bulk, process(file) as clerk:
        sending = asyncio.create_task(bulk.send(provider, 10_000))
        await asyncio.sleep(2)
        waited = []
        for _ in range(8):
            begun = asyncio.get_running_loop().time()
            await clerk.limiter.acquire(Lane.INTERACTIVE)
            waited.append(asyncio.get_running_loop().time() - begun)
            await asyncio.sleep(1)
        parts = (bulk.part, clerk.part)
        sending.cancel()

    assert parts[0] > 0.85
    assert max(waited) < 2 / 50


async def test_a_killed_process_is_forgotten_after_two_seconds(file: SharedFile) -> None:
    """It says no goodbye; its part comes back all the same."""
    provider = strict()
    async with process(file) as one:
        killed = Process(file)
        await killed.sharing.begin()
        sending = asyncio.create_task(one.send(provider, 10_000))
        dying = asyncio.create_task(killed.send(provider, 10_000))
        await asyncio.sleep(3)
        shared = one.part
        killed.handle.is_dead = True
        dying.cancel()
        await asyncio.sleep(3)
        alone = one.part
        sending.cancel()

    assert shared == pytest.approx(0.48, abs=0.03)
    assert alone == 1.0


async def test_an_idle_service_tells_nothing(file: SharedFile) -> None:
    """After its last request it leaves the rate to the others, and lets the journal be."""
    provider = strict()
    async with process(file) as one:
        await one.send(provider, 10)
        await asyncio.sleep(2)
        calls = file.calls
        await asyncio.sleep(60)

        assert file.calls == calls
        assert file.connection.execute("select count(*) from rate_user").fetchone() == (0,)


async def test_an_hours_budget_is_counted_over_all_of_them(file: SharedFile) -> None:
    """What a process that has ended spent counts for the next one."""
    provider = strict("30/h:log")
    async with process(file, HOURLY) as first:
        await first.send(provider, 20)
    async with process(file, HOURLY) as second:
        await second.send(provider, 10)
        begun = asyncio.get_running_loop().time()
        await second.send(provider, 1)
        waited = asyncio.get_running_loop().time() - begun

    assert provider.run.refused == 0
    assert 3500 < waited < 3700


async def test_a_journal_that_fails_stops_nobody(file: SharedFile) -> None:
    """Everybody goes on with the part it had."""
    provider = strict()
    async with process(file) as one:
        file.is_broken = True
        await one.send(provider, 100)
        file.is_broken = False

    assert (provider.run.refused, one.part) == (0, 1.0)


WANTED = st.one_of(st.floats(0.001, 2.0), st.just(math.inf))


@given(st.lists(WANTED, min_size=1, max_size=6))
def test_parts_are_fair(wanted: list[float]) -> None:
    """They come to the whole, nobody is short of an equal part it wants, and who wants more gets no less."""
    parts = [fair_part(each, [*wanted[:place], *wanted[place + 1 :]]) for place, each in enumerate(wanted)]

    assert sum(parts) == pytest.approx(1.0)
    for each, part in zip(wanted, parts, strict=True):
        assert part >= min(each, 1 / len(wanted)) - 1e-9
    by_wish = [part for _, part in sorted(zip(wanted, parts, strict=True))]
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(by_wish))
