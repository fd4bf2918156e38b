"""CPU and memory of ``import invoicekit``, against importing its usual parts alone.

What the numbers cannot show: a cold disk. Files are in the system's cache from the first, unmeasured, round;
bytecode is compiled.

Method. Each import runs in a process of its own; a bare interpreter's cost is taken off. Processes in turn,
ratios round by round, their median is the result.

    python benchmarks/import_time.py [--rounds N]
"""

import argparse
import asyncio
import os
import subprocess
import sys

from rounds import Side, interleave, report, report_environment, spread

BENCH = "import_time"
IMPORTS = {
    "bare": "pass",
    "invoicekit": "import invoicekit",
    "parts": "import aiohttp, attrs, cattrs, tenacity",
    "command line": "import invoicekit.cli",
}


def cpu_of(statement: str) -> float:
    """Run a statement in a new interpreter; its CPU seconds."""
    process = subprocess.Popen([sys.executable, "-c", statement])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, statement
    return usage.ru_utime + usage.ru_stime


def side_of(statement: str) -> Side:
    """Return what measures one statement."""

    async def measure() -> float:
        return cpu_of(statement)

    return measure


async def compare(rounds: int) -> None:
    """Measure all imports in turn and report."""
    for statement in IMPORTS.values():
        cpu_of(statement)
    costs = await interleave({name: side_of(statement) for name, statement in IMPORTS.items()}, rounds)
    above = {
        name: [max(0.0, one - bare) for one, bare in zip(values, costs["bare"], strict=True)]
        for name, values in costs.items()
    }
    for name, values in above.items():
        report(BENCH, side=name, milliseconds_above_bare=spread((value * 1e3 for value in values), 1))
    for name in ("invoicekit", "command line"):
        found = (one / other for one, other in zip(above[name], above["parts"], strict=True))
        report(BENCH, ratio=f"{name}/parts", **spread(found))


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description="CPU of importing invoicekit.")
    parser.add_argument("--rounds", type=int, default=11)
    given = parser.parse_args()
    report_environment(BENCH, "invoicekit", "aiohttp", "attrs", "cattrs", "tenacity")
    asyncio.run(compare(given.rounds))


if __name__ == "__main__":
    main()
