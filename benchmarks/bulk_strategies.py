"""Ways to send many requests to a provider that allows fifty a second, in virtual time.

Every strategy is the code somebody would write; the loop's clock jumps from timer to timer, so that a run of
minutes takes a second and comes out the same each time.
"""

import asyncio
import random
import selectors
from collections.abc import Awaitable, Callable, Coroutine

import attrs
from aiolimiter import AsyncLimiter
from tenacity import retry, retry_if_exception_type, stop_never, wait_exponential_jitter

from invoicekit.channel import Lane, Limiter
from invoicekit.clock import LoopClock
from invoicekit.simulate import Rate
from invoicekit.transport import RateWindow

LIMIT = 50
MODELS = {
    "bucket, burst 50": "50/s",
    "bucket, burst 5": "50/s:burst=5",
    "fixed window": "50/s:window",
    "sliding log": "50/s:log",
    "log, refused calls count": "50/s:log:counts-refused",
}
ONE_WAY_SECONDS = 0.05
JITTER_SECONDS = 0.008

Send = Callable[[], Awaitable[None]]
Strategy = Callable[[Send, int], Coroutine[None, None, None]]


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next timer.

    Every turn takes a microsecond at least: aiolimiter 1.3.0 turns for ever in a clock that stands still.
    """

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(_Jumping(self.advance))

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += max(seconds, 1e-6)


class _Jumping(selectors.SelectSelector):
    def __init__(self, advance: Callable[[float], None]) -> None:
        super().__init__()
        self._advance = advance

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._advance(timeout or 0.0)
        return super().select(0)


class TooMany(Exception):
    """The provider answered 429."""


class Provider:
    """Let requests in by one of the models, and keep account.

    Attributes:
        accepted_at: When each request was let in.
        refused: Answers 429.
    """

    def __init__(self, rate: str, chance: random.Random) -> None:
        self._gate = Rate.parse(rate).gate()
        self._chance = chance
        self.accepted_at: list[float] = []
        self.refused = 0

    async def send(self) -> None:
        """Take one request there and back.

        Raises:
            TooMany: It was refused.
        """
        jitter = self._chance.uniform(-JITTER_SECONDS, JITTER_SECONDS)
        await asyncio.sleep(ONE_WAY_SECONDS + jitter)
        now = asyncio.get_running_loop().time()
        is_refused = bool(self._gate.wait_seconds(now))
        if is_refused:
            self.refused += 1
        else:
            self.accepted_at.append(now)
        await asyncio.sleep(ONE_WAY_SECONDS - jitter)
        if is_refused:
            raise TooMany


def _patient(send: Send) -> Send:
    return retry(
        retry=retry_if_exception_type(TooMany), stop=stop_never, wait=wait_exponential_jitter(), reraise=True
    )(send)


async def gather_tenacity(send: Send, requests: int) -> None:
    """Start everything at once and let tenacity sort it out."""
    patient = _patient(send)
    await asyncio.gather(*(patient() for _ in range(requests)))


async def pool_tenacity(send: Send, requests: int) -> None:
    """Fifty workers and tenacity."""
    await _by_workers(_patient(send), requests, 50)


async def aiolimiter_tenacity(send: Send, requests: int) -> None:
    """Fifty workers, aiolimiter at the documented rate, and tenacity."""
    limiter = AsyncLimiter(LIMIT, 1.0)

    async def limited() -> None:
        async with limiter:
            await send()

    await _by_workers(_patient(limited), requests, 50)


async def pacer(send: Send, requests: int) -> None:
    """Sixteen workers and the channel's limiter, told the documented rate."""
    limiter = Limiter((RateWindow(limit=LIMIT, seconds=1.0),), LoopClock())
    await _by_workers(_paced(limiter, send), requests, 16)


async def pacer_misled(send: Send, requests: int) -> None:
    """Sixteen workers and the channel's limiter, told twice the rate."""
    limiter = Limiter((RateWindow(limit=2 * LIMIT, seconds=1.0),), LoopClock())
    await _by_workers(_paced(limiter, send), requests, 16)


async def pacer_searching(send: Send, requests: int) -> None:
    """Sixteen workers and the channel's limiter, told nothing."""
    await _by_workers(_paced(Limiter((), LoopClock()), send), requests, 16)


STRATEGIES: dict[str, Strategy] = {
    "gather + tenacity": gather_tenacity,
    "pool + tenacity": pool_tenacity,
    "aiolimiter + tenacity": aiolimiter_tenacity,
    "pacer": pacer,
    "pacer, told twice the rate": pacer_misled,
    "pacer, rate unknown": pacer_searching,
}


def _paced(limiter: Limiter, send: Send) -> Send:
    async def paced() -> None:
        failures = 0
        while True:
            granted_at = await limiter.acquire(Lane.BULK)
            try:
                await send()
            except TooMany:
                limiter.refused(granted_at, None)
                failures += 1
                await asyncio.sleep(random.uniform(0, min(30.0, 0.25 * 2.0**failures)))
            else:
                limiter.accepted(granted_at)
                return

    return paced


async def _by_workers(send: Send, requests: int, workers: int) -> None:
    left = iter(range(requests))

    async def work() -> None:
        for _ in left:
            await send()

    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(work())


@attrs.frozen(kw_only=True)
class Outcome:
    """What came of one run.

    Attributes:
        seconds: Virtual, from the first send to the last answer.
        goodput: Requests let in a second over the middle 80 %, as a part of the limit.
        share_refused: 429s as a part of all sends.
    """

    seconds: float
    goodput: float
    share_refused: float


def play(strategy: str, model: str, requests: int, seed: int) -> Outcome:
    """Run a strategy against a model in virtual time."""
    random.seed(seed)  # tenacity draws from the global one
    provider = Provider(MODELS[model], random.Random(seed))
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        seconds = runner.run(_timed(STRATEGIES[strategy](provider.send, requests)))
    times = sorted(provider.accepted_at)
    middle = times[len(times) // 10 : len(times) * 9 // 10]
    return Outcome(
        seconds=seconds,
        goodput=(len(middle) - 1) / (middle[-1] - middle[0]) / LIMIT,
        share_refused=provider.refused / (len(times) + provider.refused),
    )


async def _timed(work: Coroutine[None, None, None]) -> float:
    loop = asyncio.get_running_loop()
    started = loop.time()
    await work
    return loop.time() - started
