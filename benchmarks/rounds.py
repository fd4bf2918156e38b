"""What the benchmarks share: interleaved rounds, ratios round by round, and one JSON line a finding."""

import gc
import json
import os
import platform
import resource
import statistics
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from importlib.metadata import version

Side = Callable[[], Awaitable[float]]
"""Does its share of one round and returns what it cost, in any unit that all sides share."""


def cpu_seconds() -> float:
    """Return the CPU time this process has used, user and system."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def interleave(sides: Mapping[str, Side], rounds: int, slices: int = 1) -> dict[str, list[float]]:
    """Let every side have its turns in every round, in thin slices, each beginning with another side.

    Other work on the machine slows some milliseconds down and not others: the thinner the slices, the more
    evenly it hits all sides of a round.

    Returns:
        For each side the sum of its slices, round by round.
    """
    costs: dict[str, list[float]] = {name: [] for name in sides}
    names = list(sides)
    turn = 0
    for _ in range(rounds):
        spent = dict.fromkeys(names, 0.0)
        for _ in range(slices):
            shift, turn = turn % len(names), turn + 1
            for name in names[shift:] + names[:shift]:
                gc.collect()  # nobody pays for what another left behind
                spent[name] += await sides[name]()
        for name in names:
            costs[name].append(spent[name])
    return costs


def ratios(costs: Mapping[str, Sequence[float]], side: str, to: str) -> list[float]:
    """Divide two sides round by round, so that what slowed a whole round down cancels out."""
    return [one / other for one, other in zip(costs[side], costs[to], strict=True)]


def spread(values: Iterable[float], digits: int = 3) -> dict[str, float]:
    """Return the median with the smallest and the largest."""
    known = list(values)
    return {
        "median": round(statistics.median(known), digits),
        "min": round(min(known), digits),
        "max": round(max(known), digits),
    }


def report(bench: str, **findings: object) -> None:
    """Print one JSON line."""
    print(json.dumps({"bench": bench, **findings}), flush=True)


def report_environment(bench: str, *distributions: str) -> None:
    """Print what was measured on: interpreter, processors, versions."""
    report(
        bench,
        environment={
            "python": platform.python_version(),
            "implementation": platform.python_implementation(),
            "system": platform.system(),
            "machine": platform.machine(),
            "processors": os.cpu_count(),
        },
        versions={name: version(name) for name in distributions},
    )


def pin(processor: int, pid: int = 0) -> None:
    """Keep a process on one processor where the system can; 0 is this process."""
    if hasattr(os, "sched_setaffinity") and processor in os.sched_getaffinity(pid):
        os.sched_setaffinity(pid, {processor})
