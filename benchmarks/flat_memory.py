"""Peak memory of the client while it marks 10,000 and 1,000,000 time entries.

The job is `invoicekit bulk mark-invoiced` on a file, with journal and rows file, against a simulator process
without a rate limit. Measured is the peak resident size of the client process alone, as the system reports
it when the process ends. What would look good here and is not: a client that forgets rows (the exit code and
the rows file are checked), or one that leaves its memory to a child process (it has none).

    python benchmarks/flat_memory.py [--small N] [--large N]
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

from invoicekit.cli.stage import staged

MOST_GROWTH_MB = 16.0


async def peak_mb(entries: int) -> float:
    """Mark so many entries in a process of its own; its peak resident size in MB."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with staged("clockify", "--rate", "none") as stage:
            await asyncio.to_thread(stage.seed, {"time_entries": entries})
            with (folder / "entries.csv").open("w") as file:
                file.write("time_entry_id\n")
                file.writelines(f"{row['id']}\n" for row in stage.ledger("time-entries"))
            settings = [part for key, value in stage.settings.items() for part in ("--set", f"{key}={value}")]
            paths = ("--journal", str(folder / "journal.sqlite"), "--rows-out", str(folder / "rows.jsonl"))
            command = ["-m", "invoicekit", "bulk", "mark-invoiced", str(folder / "entries.csv")]
            arguments = [sys.executable, *command, "--provider", "clockify", "--json", *settings, *paths]
            usage_kb = await asyncio.to_thread(run, arguments, folder / "report.json")
        report = json.loads((folder / "report.json").read_text())
        assert report["counts"]["applied"] == entries, report
        assert sum(1 for _ in (folder / "rows.jsonl").open()) == entries
    return usage_kb / 1024


def run(arguments: list[str], report: Path) -> int:
    """Run a process to its end; its peak resident size in kB."""
    with report.open("wb") as out:
        process = os.posix_spawn(
            arguments[0], arguments, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1)]
        )
        _, status, usage = os.wait4(process, 0)
    assert os.waitstatus_to_exitcode(status) == 0, status
    return usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1)


def main() -> int:
    """Measure both sizes and print a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    given = parser.parse_args()
    small = asyncio.run(peak_mb(given.small))
    large = asyncio.run(peak_mb(given.large))
    figures = {
        "bench": "flat_memory",
        "entries": [given.small, given.large],
        "peak_mb": [round(small, 1), round(large, 1)],
        "growth_mb": round(large - small, 1),
        "is_flat": large - small <= MOST_GROWTH_MB,
    }
    print(json.dumps(figures))
    return int(not figures["is_flat"])


if __name__ == "__main__":
    sys.exit(main())
