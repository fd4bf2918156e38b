"""The limiter: what a grant costs, and what pacing gains.

What the numbers cannot show: how a real provider counts, for that is documented nowhere; hence five models of
it. Virtual time has no slow processor and no lost packet. The costs are of a grant alone, without a request.

Method. Costs: CPU of many grants in a row, ours and aiolimiter's in turn in thin slices, ratios round by
round. Free: nobody waits. Contended: a thousand waiters at 4000 a second on a real loop; also how many
grants a second came of it, as a part of those asked for. Goodput: `bulk_strategies.py`, 1000 requests at
50 a second, median of three seeds; ideal is 20 s.

    python benchmarks/limiter.py [--rounds N] [--requests N] [--seeds N]
"""

import argparse
import asyncio
import time

from aiolimiter import AsyncLimiter
from bulk_strategies import MODELS, STRATEGIES, play
from rounds import Side, cpu_seconds, interleave, ratios, report, report_environment, spread

from invoicekit.channel import Lane, Limiter
from invoicekit.clock import SystemClock
from invoicekit.transport import RateWindow

BENCH = "limiter"
FREE_GRANTS = 2000
SLICES = 5
WAITERS = 1000
ASKED = 4000.0


async def free_ours() -> float:
    """Grant what nobody waits for, as the channel does; CPU seconds."""
    limiter = Limiter((RateWindow(limit=100_000_000, seconds=1.0),), SystemClock())
    started = cpu_seconds()
    for _ in range(FREE_GRANTS):
        if limiter.acquire_now(Lane.BULK) is None:
            await limiter.acquire(Lane.BULK)
    return cpu_seconds() - started


async def free_aiolimiter() -> float:
    """Grant what nobody waits for; CPU seconds."""
    limiter = AsyncLimiter(1_000_000, 0.01)
    started = cpu_seconds()
    for _ in range(FREE_GRANTS):
        async with limiter:
            pass
    return cpu_seconds() - started


async def contended_ours() -> tuple[float, float]:
    """Let a thousand wait at once; CPU seconds, and grants a second."""
    rate = round(ASKED / 0.98)
    limiter = Limiter((RateWindow(limit=rate, seconds=1.0),), SystemClock())
    limiter.acquire_now(Lane.BULK)
    started, used = time.perf_counter(), cpu_seconds()
    await asyncio.gather(*(limiter.acquire(Lane.BULK) for _ in range(WAITERS)))
    return cpu_seconds() - used, WAITERS / (time.perf_counter() - started)


async def contended_aiolimiter() -> tuple[float, float]:
    """Let a thousand wait at once; CPU seconds, and grants a second."""
    limiter = AsyncLimiter(1, 1 / ASKED)
    await limiter.acquire()
    started, used = time.perf_counter(), cpu_seconds()
    await asyncio.gather(*(limiter.acquire() for _ in range(WAITERS)))
    return cpu_seconds() - used, WAITERS / (time.perf_counter() - started)


async def costs(rounds: int) -> None:
    """Measure the cost of a grant and report."""
    free: dict[str, Side] = {"ours": free_ours, "aiolimiter": free_aiolimiter}
    found = await interleave(free, rounds, SLICES)
    for name, values in found.items():
        per_grant = [value / (SLICES * FREE_GRANTS) * 1e6 for value in values]
        report(BENCH, side=name, line="free", microseconds_per_grant=spread(per_grant, 2))
    report(BENCH, ratio="ours/aiolimiter", line="free", **spread(ratios(found, "ours", "aiolimiter")))

    achieved: dict[str, list[float]] = {"ours": [], "aiolimiter": []}

    async def ours() -> float:
        used, rate = await contended_ours()
        achieved["ours"].append(rate / ASKED)
        return used

    async def aiolimiter() -> float:
        used, rate = await contended_aiolimiter()
        achieved["aiolimiter"].append(rate / ASKED)
        return used

    found = await interleave({"ours": ours, "aiolimiter": aiolimiter}, rounds)
    for name, values in found.items():
        per_grant = [value / WAITERS * 1e6 for value in values]
        report(
            BENCH,
            side=name,
            line="contended",
            microseconds_per_grant=spread(per_grant, 2),
            achieved_of_asked=spread(achieved[name]),
        )
    report(BENCH, ratio="ours/aiolimiter", line="contended", **spread(ratios(found, "ours", "aiolimiter")))


def goodput(requests: int, seeds: int) -> None:
    """Play every strategy against every model and report."""
    for model in MODELS:
        for strategy in STRATEGIES:
            runs = [play(strategy, model, requests, seed) for seed in range(1, seeds + 1)]
            report(
                BENCH,
                strategy=strategy,
                model=model,
                virtual_seconds=spread((run.seconds for run in runs), 1),
                goodput_of_limit=spread(run.goodput for run in runs),
                share_refused=spread(run.share_refused for run in runs),
            )


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description="Cost and gain of the limiter.")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    report_environment(BENCH, "invoicekit", "aiolimiter", "tenacity")
    asyncio.run(costs(given.rounds))
    goodput(given.requests, given.seeds)


if __name__ == "__main__":
    main()
