"""CPU per HTTP request of a successful `record_payment`, against what is written by hand.

What the numbers cannot show: latency (the provider is on this machine and answers at once), TLS, memory,
a durable journal (see journal.py), another loop than asyncio's, answers of another size. A side that
blocks the loop for long would look good here. The hand-written sides keep no promise at all: no journal,
no marker, no proof after doubt, no bound on an answer's size or time of their own.

Method. The provider is a process of its own that answers from templates (fake_clockify.py), on the first
processor where the system lets us choose; this process is on the last one. Fifty workers record payments,
each to an invoice of its own. Every side sends the same four requests for each: same methods, addresses,
queries and JSON, over kept-alive connections, which are opened and warmed up outside of what is measured.
Cost is getrusage (user and system) of this process divided by the requests; young garbage is collected
within it, older outside. The sides take turns in thin slices, ten to a round, each beginning with another
side; ratios are taken round by round, and their median is the result.

ours   InvoiceService -> guard -> memory journal -> adapter -> channel (limit not binding) -> transport
bare   (a) aiohttp: ``json=`` and ``r.json()``
usual  (b) aiohttp + aiolimiter + tenacity's decorator + cattrs' default structuring
lean   (b) with models of no more fields than ours reads here
floor  an aiohttp session used as sparingly as it goes, C decoder, no types: what ours passes by

    python benchmarks/record_payment.py [--payments N] [--rounds N] [--workers N] [--profile or --alone SIDE]
"""

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from payment_peers import (
    Invoice,
    InvoiceHead,
    Pay,
    connect,
    paying,
    paying_barely,
    paying_sparingly,
    paying_usually,
    session_for_peers,
    spare_session,
)
from rounds import Side, cpu_seconds, interleave, pin, ratios, report, report_environment, spread

BENCH = "record_payment"
SIDES = ("ours", "bare", "usual", "lean", "floor")
REQUESTS = 4
SLICES = 10
GOALS = {"bare": 0.95, "usual": 0.55}
VERSIONS = ("invoicekit", "aiohttp", "aiolimiter", "attrs", "cattrs", "msgspec", "tenacity")


@contextmanager
def provider() -> Iterator[str]:
    """Run the fake as a process of its own; its core API's base URL."""
    script = Path(__file__).with_name("fake_clockify.py")
    running = subprocess.Popen([sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert running.stdin is not None
    assert running.stdout is not None
    pin(0, running.pid)
    pin((os.cpu_count() or 1) - 1)
    try:
        yield f"http://127.0.0.1:{int(running.stdout.readline())}/api"
    finally:
        running.stdin.close()
        running.wait()


@asynccontextmanager
async def opened(side: str, base: str) -> AsyncIterator[Pay]:
    """Open what a side needs."""
    if side == "ours":
        async with connect(base) as service:
            yield paying(service)
    elif side == "floor":
        async with spare_session() as session:
            yield paying_sparingly(session, base)
    else:
        async with session_for_peers() as session:
            if side == "bare":
                yield paying_barely(session, base)
            else:
                yield paying_usually(session, base, Invoice if side == "usual" else InvoiceHead)


class Work:
    """Payments never asked for before, shared out among workers."""

    def __init__(self) -> None:
        self._count = 0

    async def run(self, pay: Pay, payments: int, workers: int) -> None:
        """Record so many payments."""
        numbers = iter(range(self._count, self._count + payments))
        self._count += payments

        async def work() -> None:
            for number in numbers:
                await pay(f"64c7{number:08x}fcab07cfbb2f", f"ik:{number:08x}e1f428e7")

        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(work())


def side_of(pay: Pay, work: Work, payments: int, workers: int) -> Side:
    """Return what measures one slice of one side, in CPU seconds."""

    async def measure() -> float:
        started = cpu_seconds()
        await work.run(pay, payments, workers)
        return cpu_seconds() - started

    return measure


async def compare(base: str, *, rounds: int, payments: int, workers: int) -> None:
    """Measure all sides in turn and report."""
    work = Work()
    async with AsyncExitStack() as stack:
        sides = {}
        for name in SIDES:
            pay = await stack.enter_async_context(opened(name, base))
            await work.run(pay, 4 * workers, workers)
            sides[name] = side_of(pay, work, payments, workers)
        costs = await interleave(sides, rounds, SLICES)
    for name, values in costs.items():
        per_request = [value / (SLICES * payments * REQUESTS) * 1e6 for value in values]
        report(BENCH, side=name, microseconds_per_request=spread(per_request, 1))
    for other, goal in GOALS.items():
        found = spread(ratios(costs, "ours", other))
        report(BENCH, ratio=f"ours/{other}", **found, goal=goal, is_met=found["median"] <= goal)
    for side, other in (("ours", "lean"), ("usual", "bare"), ("floor", "bare")):
        report(BENCH, ratio=f"{side}/{other}", **spread(ratios(costs, side, other)))


async def run_alone(base: str, *, side: str, payments: int, workers: int) -> None:
    """Run one side and nothing else, for a counter that watches from outside."""
    async with opened(side, base) as pay:
        await Work().run(pay, payments, workers)
    report(BENCH, side=side, requests=payments * REQUESTS)


async def profile(base: str, *, side: str, payments: int, workers: int) -> None:
    """Show where one side spends its time; cProfile's own cost distorts it towards many small calls."""
    import cProfile
    import pstats

    async with opened(side, base) as pay:
        work = Work()
        await work.run(pay, 2 * workers, workers)
        profiler = cProfile.Profile()
        profiler.enable()
        await work.run(pay, payments, workers)
        profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(70)


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description="CPU per HTTP request of record_payment.")
    parser.add_argument("--payments", type=int, default=100, help="payments of one side in one slice")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--workers", type=int, default=50)
    parser.add_argument("--profile", choices=SIDES, help="profile one side instead")
    parser.add_argument("--alone", choices=SIDES, help="run one side alone, to be counted from outside")
    given = parser.parse_args()
    with provider() as base:
        if given.profile:
            asyncio.run(profile(base, side=given.profile, payments=given.payments, workers=given.workers))
            return
        if given.alone:
            asyncio.run(run_alone(base, side=given.alone, payments=given.payments, workers=given.workers))
            return
        report_environment(BENCH, *VERSIONS)
        asyncio.run(compare(base, rounds=given.rounds, payments=given.payments, workers=given.workers))


if __name__ == "__main__":
    main()
