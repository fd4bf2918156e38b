"""A bulk job against a provider that counts, in virtual time."""

import asyncio
from collections.abc import Callable
from random import Random

import attrs

from invoicekit.channel import Lane, Limiter
from invoicekit.clock import LoopClock
from invoicekit.simulate import Rate
from invoicekit.transport import RateWindow

_ARRIVAL_JITTER_SECONDS = 0.008
_ONE_WAY_SECONDS = 0.05


@attrs.define
class Run:
    """What came of a job.

    Attributes:
        accepted_at: When each request was let in.
        refused: Answers 429 because of the rate.
        unlucky: Answers 429 drawn at random.
        others: Requests of somebody else on the same limit.
        others_refused: Of these, answered 429.
    """

    accepted_at: list[float] = attrs.field(factory=list)
    refused: int = 0
    unlucky: int = 0
    others: int = 0
    others_refused: int = 0

    @property
    def sent(self) -> int:
        """Every request of the job."""
        return len(self.accepted_at) + self.refused + self.unlucky

    @property
    def share_refused(self) -> float:
        """429s because of the rate, as a part of all requests."""
        return self.refused / self.sent

    def rate(self, begin: float = 0.1, end: float = 0.9) -> float:
        """Requests let in a second, between two parts of them."""
        times = sorted(self.accepted_at)
        chosen = times[int(len(times) * begin) : int(len(times) * end)]
        return (len(chosen) - 1) / (chosen[-1] - chosen[0])

    def rate_between(self, begin: float, end: float) -> float:
        """Requests let in a second, between two moments."""
        return sum(begin <= at < end for at in self.accepted_at) / (end - begin)


class RatedProvider:
    """Let requests in by a rate that may change, and refuse some at random."""

    def __init__(self, rate_at: Callable[[float], str], random: Random, unlucky_share: float) -> None:
        self._rate_at = rate_at
        self._random = random
        self._unlucky_share = unlucky_share
        self._text = ""
        self.run = Run()

    def lets_in(self) -> float | None:
        """Return None where it lets the request in, else the seconds until it would."""
        now = asyncio.get_running_loop().time()
        text = self._rate_at(now)
        if text != self._text:
            self._text, self._gates = text, [Rate.parse(part).gate() for part in text.split("+")]
        return max(gate.wait_seconds(now) for gate in self._gates) or None

    async def exchange(self) -> float | None:
        """Take one request of the job there and back; return None where it was let in."""
        jitter = self._random.uniform(-_ARRIVAL_JITTER_SECONDS, _ARRIVAL_JITTER_SECONDS)
        await asyncio.sleep(_ONE_WAY_SECONDS + jitter)
        if self._random.random() < self._unlucky_share:
            self.run.unlucky += 1
            wait: float | None = 0.0
        else:
            wait = self.lets_in()
            if wait is None:
                self.run.accepted_at.append(asyncio.get_running_loop().time())
            else:
                self.run.refused += 1
        await asyncio.sleep(_ONE_WAY_SECONDS - jitter)
        return wait


async def run_job(
    rate: str | Callable[[float], str],
    requests: int,
    *,
    window: RateWindow = RateWindow(limit=10, seconds=1.0, is_documented=False),  # noqa: B008 - a frozen value
    unlucky_share: float = 0.0,
    tells_retry_after: bool = False,
    neighbour_per_second: float = 0.0,
    limiter: Limiter | None = None,
    seed: int = 1,
) -> Run:
    """Send `requests` requests by 16 workers, each until it is let in.

    Args:
        rate: The provider's, as `Rate.parse` reads it, several joined by "+"; or by time.
        requests: How many.
        window: What the limiter is told; where it is told nothing, ten a second and a guess.
        unlucky_share: Requests that get a 429 whatever the rate.
        tells_retry_after: Whether a 429 names the seconds to wait, rounded up.
        neighbour_per_second: What somebody else sends on the same limit, at random moments.
        limiter: Instead of a new one.
        seed: Of everything random.
    """
    random = Random(seed)
    made = limiter or Limiter((window,), LoopClock())
    text = rate
    provider = RatedProvider((lambda _: text) if isinstance(text, str) else text, random, unlucky_share)
    left = iter(range(requests))

    async def worker() -> None:
        for _ in left:
            failures = 0
            while True:
                granted_at = await made.acquire(Lane.BULK)
                wait = await provider.exchange()
                if wait is None:
                    made.accepted(granted_at)
                    break
                hint = float(max(1, -(-wait // 1))) if tells_retry_after and wait else None
                made.refused(granted_at, hint)
                failures += 1
                await asyncio.sleep(max(hint or 0.0, random.uniform(0, min(30.0, 0.25 * 2.0**failures))))

    async def neighbour() -> None:
        while True:
            await asyncio.sleep(random.expovariate(neighbour_per_second))
            provider.run.others += 1
            provider.run.others_refused += provider.lets_in() is not None

    other = asyncio.create_task(neighbour()) if neighbour_per_second else None
    async with asyncio.TaskGroup() as group:
        for _ in range(16):
            group.create_task(worker())
    if other is not None:
        other.cancel()
    return provider.run
