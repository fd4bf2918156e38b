"""What a job gets out of a limit, in every situation and on every model of a server; in virtual time."""

import attrs
from rated_job import Run, run_job

from invoicekit.channel import LearnedRate, Limiter
from invoicekit.clock import LoopClock
from invoicekit.transport import RateWindow

LIMIT = 50
MODELS = {
    "bucket": "50/s",
    "shallow bucket": "50/s:burst=5",
    "fixed window": "50/s:window",
    "sliding log": "50/s:log",
    "log, refused calls count": "50/s:log:counts-refused",
    "bucket, refused calls count": "50/s:burst=5:counts-refused",
}
COUNTING_REFUSED = frozenset(name for name, text in MODELS.items() if "counts-refused" in text)

DOCUMENTED = RateWindow(limit=LIMIT, seconds=1.0)
TOO_HIGH = RateWindow(limit=2 * LIMIT, seconds=1.0)
TOO_LOW = RateWindow(limit=LIMIT // 2, seconds=1.0, is_documented=False)
"""Documented as half of what it is, and given as ~25/s by somebody who suspects it."""
GUESSED = RateWindow(limit=10, seconds=1.0, is_documented=False)

NEIGHBOUR_PER_SECOND = 20.0


@attrs.frozen(kw_only=True)
class Trial:
    """What came of one job.

    Attributes:
        used: Part of the limit that was used once the job had settled down, the neighbour's share included.
        refused: 429s as a part of what the job sent, from its first request.
        neighbour_refused: 429s as a part of what somebody else sent on the same key.
        at_once: Part of the limit that was used in the first ten seconds.
    """

    used: float
    refused: float
    neighbour_refused: float = 0.0
    at_once: float = 0.0


@attrs.frozen
class Server:
    """One model of a server, and what its answers tell.

    Attributes:
        rate: As `Rate.parse` reads it.
        tells_retry_after: Whether a 429 names the whole seconds to wait.
    """

    rate: str
    tells_retry_after: bool

    async def alone(self, requests: int, seed: int, *, told: RateWindow) -> Trial:
        """Run a job that has the key to itself."""
        return _trial(await self._run(Limiter((told,), LoopClock()), requests, seed))

    async def second_run(self, requests: int, seed: int, *, told: RateWindow) -> Trial:
        """Run a job that begins with what a job before it had learned."""
        learned = await self._learned(requests, seed, told)
        limiter = Limiter((told,), LoopClock())
        limiter.recall(learned)
        return _trial(await self._run(limiter, requests, seed + 1000))

    async def shared(self, requests: int, seed: int, *, told: RateWindow) -> Trial:
        """Run a job beside somebody who needs 20 of the 50 a second, at random moments."""
        limiter = Limiter((told,), LoopClock())
        run = await self._run(limiter, requests, seed, neighbour_per_second=NEIGHBOUR_PER_SECOND)
        let_in = len(run.accepted_at) + run.others - run.others_refused
        return Trial(
            used=let_in / (max(run.accepted_at) - min(run.accepted_at)) / LIMIT,
            refused=run.share_refused,
            neighbour_refused=run.others_refused / run.others,
        )

    async def cut(self, seed: int) -> Trial:
        """Cut the limit to 20 after thirty seconds; settled means ten seconds later."""
        before, after = self.rate, self.rate.replace("50", "20")
        limiter = Limiter((DOCUMENTED,), LoopClock())
        run = await run_job(
            lambda now: before if now < 30 else after,
            30 * 49 + 1000,
            limiter=limiter,
            tells_retry_after=self.tells_retry_after,
            seed=seed,
        )
        used = run.rate_between(40, max(run.accepted_at) - 1) / 20
        return Trial(used=used, refused=run.share_refused)

    async def raised(self, seed: int) -> Trial:
        """Allow 20 instead of 50 for a minute; settled means a minute and a half after that."""
        before, after = self.rate.replace("50", "20"), self.rate
        limiter = Limiter((DOCUMENTED,), LoopClock())
        run = await run_job(
            lambda now: before if now < 60 else after,
            7000,
            limiter=limiter,
            tells_retry_after=self.tells_retry_after,
            seed=seed,
        )
        used = run.rate_between(150, max(run.accepted_at) - 1) / LIMIT
        return Trial(used=used, refused=run.share_refused)

    async def _learned(self, requests: int, seed: int, told: RateWindow) -> LearnedRate:
        first = Limiter((told,), LoopClock())
        await self._run(first, requests, seed)
        if first.learned is None:
            raise AssertionError("a job that met the limit has learned nothing")
        return first.learned

    async def _run(
        self, limiter: Limiter, requests: int, seed: int, *, neighbour_per_second: float = 0.0
    ) -> Run:
        return await run_job(
            self.rate,
            requests,
            limiter=limiter,
            neighbour_per_second=neighbour_per_second,
            tells_retry_after=self.tells_retry_after,
            seed=seed,
        )


def _trial(run: Run) -> Trial:
    began = min(run.accepted_at)
    return Trial(
        used=run.rate(0.2, 0.98) / LIMIT,
        refused=run.share_refused,
        at_once=run.rate_between(began, began + 10) / LIMIT,
    )
