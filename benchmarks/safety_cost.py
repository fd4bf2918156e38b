"""What a durable journal costs a payment: the intent on disk before the request, and the same path without.

What the numbers cannot show: a disk that is slow or shared (journal.py relates an intent to one fdatasync),
latency, TLS, and what a payment made twice costs. Calls per second are those of one process whose provider
answers at once; providers allow some fifty requests a second.

Method. As in record_payment.py: the provider is a process of its own, fifty workers pay invoices of their own
by the same four requests, the sides take turns in thin slices, and ratios are taken round by round. Cost is
getrusage of this process, so the journal's thread counts.

durable  InvoiceService with a journal in SQLite, every commit synced; concurrent intents share one
memory   InvoiceService with the journal in memory: nothing on disk
bare     aiohttp: ``json=`` and ``r.json()``, which keeps no promise at all

    python benchmarks/safety_cost.py [--payments N] [--rounds N] [--workers N]
"""

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import perf_counter

from fake_clockify import WORKSPACE
from payment_peers import API_KEY, Pay, connect, paying, paying_barely, session_for_peers
from record_payment import REQUESTS, SLICES, Work, provider
from rounds import Side, cpu_seconds, interleave, ratios, report, report_environment, spread

from invoicekit import InvoiceService

BENCH = "safety_cost"
SIDES = ("durable", "memory", "bare")
GOALS = {"memory": 1.8, "bare": 1.5}
VERSIONS = ("invoicekit", "aiohttp", "attrs", "cattrs", "msgspec")


@asynccontextmanager
async def opened(side: str, base: str, folder: Path) -> AsyncIterator[Pay]:
    """Open what a side needs."""
    if side == "bare":
        async with session_for_peers() as session:
            yield paying_barely(session, base)
    elif side == "memory":
        async with connect(base) as service:
            yield paying(service)
    else:
        async with InvoiceService.connect(
            "clockify",
            api_key=API_KEY,
            workspace_id=WORKSPACE,
            base_url=base,
            rate="100000000/s",
            journal=folder / "journal.sqlite",
        ) as service:
            yield paying(service)


def side_of(pay: Pay, work: Work, payments: int, workers: int, seconds: list[float]) -> Side:
    """Return what measures one slice of one side, in CPU seconds; its wall time is added to `seconds`."""

    async def measure() -> float:
        started, began = cpu_seconds(), perf_counter()
        await work.run(pay, payments, workers)
        seconds.append(perf_counter() - began)
        return cpu_seconds() - started

    return measure


async def compare(base: str, folder: Path, *, rounds: int, payments: int, workers: int) -> None:
    """Measure all sides in turn and report."""
    work = Work()
    walls: dict[str, list[float]] = {name: [] for name in SIDES}
    async with AsyncExitStack() as stack:
        sides = {}
        for name in SIDES:
            pay = await stack.enter_async_context(opened(name, base, folder))
            await work.run(pay, 4 * workers, workers)
            sides[name] = side_of(pay, work, payments, workers, walls[name])
        costs = await interleave(sides, rounds, SLICES)
    for name, values in costs.items():
        per_request = [value / (SLICES * payments * REQUESTS) * 1e6 for value in values]
        report(
            BENCH,
            side=name,
            microseconds_per_request=spread(per_request, 1),
            payments_per_second=round(payments / statistics.median(walls[name])),
        )
    for other, goal in GOALS.items():
        found = spread(ratios(costs, "durable", other))
        report(BENCH, ratio=f"durable/{other}", **found, goal=goal, is_met=found["median"] <= goal)


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description="What a durable journal costs a payment.")
    parser.add_argument("--payments", type=int, default=100, help="payments of one side in one slice")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--workers", type=int, default=50)
    given = parser.parse_args()
    with provider() as base, tempfile.TemporaryDirectory() as folder:
        report_environment(BENCH, *VERSIONS)
        asyncio.run(
            compare(base, Path(folder), rounds=given.rounds, payments=given.payments, workers=given.workers)
        )


if __name__ == "__main__":
    main()
