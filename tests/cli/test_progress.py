"""The bar on a terminal, lines for machines, silence: what each says of a running job."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO

import pytest
import typer
from rich.console import Console

from invoicekit.bulk import (
    ItemOutcome,
    JobEnded,
    JobEvent,
    JobPaused,
    JobProgressed,
    Progress,
    RowEnded,
    Standing,
    Tally,
    Usage,
)
from invoicekit.cli.display import JsonLines, ProgressKind, Silence, display_of
from invoicekit.cli.progress import Bars, clock_time, figures
from invoicekit.errors import UsageError

_SIGNS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
RESUMES_AT = datetime(2026, 3, 1, 12, 0, 9, tzinfo=UTC)
MOMENT = Progress(
    rows=700,
    ended=600,
    counts={Standing.APPLIED: 598, Standing.UNKNOWN: 2},
    total=1000,
    rows_per_second=430.0,
    requests_per_second=48.9,
    limit_per_second=50.0,
    rate_limited=3,
    eta_seconds=83.0,
)


def ended(*standings: Standing) -> list[JobEvent]:
    """Return the last events of a job whose rows ended so."""
    tally = Tally()
    for position, standing in enumerate(standings, start=1):
        tally.read()
        tally.add(ItemOutcome(position=position, id=str(position), standing=standing, payload=None))
    progress = Progress(rows=tally.rows, ended=tally.ended, counts=tally.counts, total=len(standings))
    return [JobProgressed(progress=progress), JobEnded(report=tally.report(Usage(seconds=83.0)))]


async def drawn(*events: JobEvent, width: int, total: int, is_terminal: bool = True) -> list[str]:
    """Return the lines as they were drawn, each time."""
    file = StringIO()
    console = Console(file=file, force_terminal=is_terminal, width=width, color_system=None)
    async with Bars(console).show("payments", total=total) as tell:
        for event in events:
            tell(event)
    return [line for line in re.split(r"[\r\n]+", _SIGNS.sub("", file.getvalue())) if line.strip()]


async def test_the_bar_counts_what_was_done() -> None:
    """Rows that an interrupt left are not drawn as done."""
    lines = await drawn(
        *ended(Standing.APPLIED, Standing.REJECTED, Standing.NOT_ATTEMPTED), width=80, total=3
    )

    assert "2/3" in lines[-2]
    assert "in 1:23" in lines[-2]


@pytest.mark.parametrize("width", [40, 80, 120])
async def test_the_bar_leaves_room_for_an_interrupt(width: int) -> None:
    """What the terminal writes on Ctrl-C stays on the bar's own line; no line is torn."""
    lines = await drawn(JobProgressed(progress=MOMENT), width=width, total=1000)

    assert max(map(len, lines)) <= max(1, width - 2)


async def test_all_of_it_fits_eighty_columns() -> None:
    """Pace, share of the limit, rows, 429s and doubt are read at a glance on an ordinary terminal."""
    lines = await drawn(JobProgressed(progress=MOMENT), width=80, total=1000)

    assert "600/1000" in lines[-2]
    assert "1:23 left" in lines[-2]
    said = "48.9 requests/s (98% of 50/s) \N{MIDDLE DOT} 430 rows/s \N{MIDDLE DOT} 429s: 3"
    assert lines[-1].strip() == f"{said} \N{MIDDLE DOT} 2 unknown"


def test_a_pause_says_when_it_goes_on() -> None:
    """A person sees that nothing hangs, and until when."""
    moment = Progress(paused_seconds=9.0, resumes_at=RESUMES_AT)

    assert f"on at {RESUMES_AT.astimezone():%H:%M:%S}" in figures(moment).plain


def test_without_a_documented_limit_there_is_no_share() -> None:
    """What nobody knows is not shown as a number."""
    assert "%" not in figures(Progress(requests_per_second=5.0)).plain


async def test_a_log_gets_plain_lines() -> None:
    """Where there is no terminal nothing is drawn; a pause is told."""
    pause = JobPaused(seconds=9.0, resumes_at=RESUMES_AT)

    lines = await drawn(JobProgressed(progress=MOMENT), pause, width=80, total=3, is_terminal=False)

    assert lines == [
        "payments …",
        "paused: the provider asks to wait 9 s; it goes on at 12:00:09 UTC",
    ]


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "0:00"), (59.7, "1:00"), (83.0, "1:23"), (7500.0, "2:05:00")]
)
def test_durations_read_like_a_clock(seconds: float, said: str) -> None:
    """Minutes and seconds, hours where there are any."""
    assert clock_time(seconds) == said


async def test_machines_get_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Every line of standard error is JSON; rows are left to the rows file."""
    display = JsonLines()
    row = RowEnded(outcome=ItemOutcome(position=1, id="a", standing=Standing.APPLIED, payload=None))

    display.say("Journal: here\nand there")
    async with display.show("payments", total=1) as tell:
        for event in (row, *ended(Standing.APPLIED)):
            tell(event)

    told = capsys.readouterr()
    assert [json.loads(line)["event"] for line in told.err.splitlines()] == ["note", "progress", "ended"]
    assert told.out == ""


def test_an_error_is_an_event_with_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    """A program need not read prose to know how it ended."""
    with pytest.raises(typer.Exit) as exit_, JsonLines().failing():
        raise UsageError("no such column")

    assert exit_.value.exit_code == 2
    assert json.loads(capsys.readouterr().err) == {
        "event": "failed",
        "schema": 1,
        "error": "UsageError",
        "text": "no such column",
        "exit_code": 2,
    }


async def test_silence_warns_all_the_same() -> None:
    """Quiet leaves out what is nice to know; what Ctrl-C does is said."""
    file = StringIO()
    display = Silence(Console(file=file))

    display.say("Journal: here")
    async with display.show("payments", total=1) as tell:
        tell(JobProgressed(progress=MOMENT))
    display.warn("Finishing what is under way.")

    assert file.getvalue() == "Finishing what is under way.\n"


@pytest.mark.parametrize(
    ("kind", "is_quiet", "chosen"),
    [
        (ProgressKind.AUTO, False, Bars),
        (ProgressKind.AUTO, True, Silence),
        (ProgressKind.NONE, False, Silence),
        (ProgressKind.JSON, True, JsonLines),
    ],
)
def test_the_options_choose(kind: ProgressKind, is_quiet: bool, chosen: Callable[..., object]) -> None:
    """What a program asked for by name wins over quiet."""
    assert type(display_of(kind, is_quiet=is_quiet)) is chosen


def test_a_limit_of_an_hour_has_no_share_of_this_second() -> None:
    """What may be spent at once is no pace."""
    assert "%" not in figures(Progress(requests_per_second=8.0, limit_per_second=30 / 3600)).plain
