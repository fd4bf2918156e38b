"""`--resume`: a job that was killed, stopped or cut off is gone on with, and does only what is left.

By default a small job is killed a few times; INVOICEKIT_BULK_ENTRIES and INVOICEKIT_BULK_KILLS ask for
more.
"""

import asyncio
import json
import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from command_line import CommandLine, Ended, options_of

from invoicekit.simulate import Call, Rate, serving
from invoicekit_clockify.simulator import ClockifySimulator

ENTRIES = int(os.environ.get("INVOICEKIT_BULK_ENTRIES", "2000"))
KILLS = int(os.environ.get("INVOICEKIT_BULK_KILLS", "3"))
CHUNK = min(200, ENTRIES // 100)
UNDER_WAY = 16
LONGEST_SECONDS = 900


class Counting(ClockifySimulator):
    """Counts how often each entry was asked to be marked, and tells when so many requests have come."""

    def __init__(self, *, rate: str) -> None:
        super().__init__(rate=Rate.parse(rate))
        self.asked: Counter[str] = Counter()
        self.marks = 0
        self._wanted = 0
        self._come = asyncio.Event()

    def rate_key(self, call: Call) -> str:
        if call.operation == "mark_time_entries":
            self.asked.update(json.loads(call.body)["timeEntryIds"])
            self.marks += 1
            if self.marks >= self._wanted:
                self._come.set()
        return super().rate_key(call)

    async def come(self, requests: int) -> None:
        """Wait until so many more have come."""
        self._wanted = self.marks + requests
        self._come.clear()
        await self._come.wait()

    def marked(self) -> int:
        return sum(entry.invoiced for entry in self.ledger.entries())


def entries_file(path: Path, simulator: ClockifySimulator) -> Path:
    with path.open("w") as file:
        file.write("time_entry_id\n")
        file.writelines(f"{entry.id}\n" for entry in simulator.ledger.entries())
    return path


def rows_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


async def finished(command: CommandLine, *arguments: object) -> Ended:
    return await asyncio.to_thread(command.run, *arguments)


async def test_a_job_that_is_killed_again_and_again_does_each_id_once(
    command: CommandLine, tmp_path: Path
) -> None:
    """Only what was under way at a kill is sent again; the last report holds every row once, all applied."""
    simulator = Counting(rate="none")
    simulator.populate({"time_entries": ENTRIES})
    file = entries_file(tmp_path / "entries.csv", simulator)
    random = Random(5)
    chunks = ENTRIES // CHUNK

    async with serving(simulator) as running, asyncio.timeout(LONGEST_SECONDS):
        account = ["--provider", "clockify", *options_of(simulator.settings(running.url))]
        order = ["bulk", "mark-invoiced", file, *account, "--set", "rate=500/s"]
        for life in range(KILLS):
            # Other batches each time: a killed process's lease on one of its own holds it for ten seconds.
            options = ["--chunk", CHUNK - life, *(["--resume"] if life else [])]
            with command.start(*order, *options) as started:
                await simulator.come(random.randint(1, max(1, chunks // (KILLS + 2))))
                started.process.kill()
                await asyncio.to_thread(started.end)
        last = ["--resume", "--chunk", CHUNK - KILLS, "--json", "--rows-out", tmp_path / "rows.jsonl"]
        ended = await finished(command, *order, *last)

    report = json.loads(ended.out)
    assert ended.code == 0, ended.err
    assert simulator.marked() == ENTRIES
    assert (report["rows"], report["counts"]["applied"]) == (ENTRIES, ENTRIES)
    rows = rows_of(tmp_path / "rows.jsonl")
    assert len({row["id"] for row in rows}) == len(rows) == ENTRIES
    assert simulator.marks <= -(-ENTRIES // (CHUNK - KILLS)) + KILLS * (UNDER_WAY + 1)
    assert sum(count - 1 for count in simulator.asked.values()) <= KILLS * (UNDER_WAY + 1) * CHUNK


@pytest.fixture
async def stopped(command: CommandLine, tmp_path: Path) -> tuple[Counting, Path, list[object]]:
    """A job of forty entries, one a request, that was stopped after some of them."""
    simulator = Counting(rate="none")
    simulator.populate({"time_entries": 40})
    file = entries_file(tmp_path / "entries.csv", simulator)
    async with serving(simulator) as running:
        order = ["bulk", "mark-invoiced", file, "--chunk", 1, "--provider", "clockify"]
        order += options_of({**simulator.settings(running.url), "rate": "50/s"})
        with command.start(*order) as started:
            await simulator.come(10)
            ended = await asyncio.to_thread(started.end, 2)
    assert ended.code == 130
    assert "Run the same command again with --resume" in ended.out
    return simulator, file, order


async def test_what_is_done_is_not_sent_again(
    command: CommandLine, stopped: tuple[Counting, Path, list[object]]
) -> None:
    """After Ctrl-C: both runs together send as many requests as one would have."""
    simulator, _, order = stopped

    ended, again = await gone_on(command, simulator, order), await gone_on(command, simulator, order)

    assert (ended.code, again.code) == (0, 0)
    assert "had ended in earlier runs" in ended.err
    assert set(simulator.asked.values()) == {1}
    assert simulator.marks == simulator.marked() == 40


async def test_a_file_that_changed_is_told_by_line(
    command: CommandLine, stopped: tuple[Counting, Path, list[object]]
) -> None:
    """Nothing is sent until a person accepts it; then what is gone stays done, and what is new is done."""
    simulator, file, order = stopped
    lines = file.read_text().splitlines()
    simulator.populate({"time_entries": 2})
    added = [entry.id for entry in simulator.ledger.entries()][-2:]
    file.write_text("\n".join([lines[0], *lines[2:], *added, ""]))
    before = simulator.marks

    refused = await gone_on(command, simulator, order)
    sent_before = simulator.marks
    accepted = await gone_on(command, simulator, order, "--accept-changes")

    assert (refused.code, accepted.code) == (2, 0), accepted.err
    assert "changed since the job began" in refused.err
    assert "new lines 41-42; removed lines 2" in " ".join(refused.err.split())
    assert sent_before == before
    assert simulator.marked() == 42
    assert set(simulator.asked.values()) == {1}


async def test_there_must_be_something_to_resume(
    command: CommandLine, stopped: tuple[Counting, Path, list[object]], tmp_path: Path
) -> None:
    """Another file, the other direction or a pipe is another job."""
    simulator, file, order = stopped
    other = tmp_path / "other.csv"
    other.write_text(file.read_text())

    by_file = await gone_on(command, simulator, [other if each == file else each for each in order])
    by_direction = await gone_on(command, simulator, order, "--not-invoiced")
    by_pipe = await gone_on(command, simulator, ["-" if each == file else each for each in order])

    assert {by_file.code, by_direction.code, by_pipe.code} == {2}
    assert "there is nothing to resume" in by_file.err
    assert "there is nothing to resume" in by_direction.err
    assert "--resume needs files" in by_pipe.err


async def gone_on(command: CommandLine, simulator: Counting, order: list[object], *options: str) -> Ended:
    """Run the same command again at the same simulator, which has a new port by now."""
    async with serving(simulator) as running:
        settings = {**simulator.settings(running.url), "rate": "50/s"}
        start = order[: order.index("--set")]
        return await finished(command, *start, *options_of(settings), "--resume", *options)
