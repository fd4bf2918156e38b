"""`invoicekit demo` side by side: one small program at every provider, judged by each ledger."""

import asyncio
import io
import json
import signal
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine
from rich.console import Console

from invoicekit.cli import demo_columns, demo_ground, demo_judge, demo_program, demo_table
from invoicekit.cli.demo_columns import Column
from invoicekit.cli.demo_play import Order
from invoicekit.guard import OnDoubt

SMALL = ("--entries", "20", "--payments", "2")
STEPS = [
    "create customer",
    "create invoice",
    "open",
    "pay in part",
    "pay the rest",
    "void another",
    "mark time",
    "export PDF",
]
ALL = ["asset", "clockify", "kukkingu", "local"]


def refused(column: dict[str, Any]) -> list[str]:
    """Name the steps that a column refused."""
    return [step for step, cell in column["steps"].items() if cell["state"] == "refused"]


@pytest.fixture(scope="module")
def all_sources() -> str:
    """Return the text of what plays, judges and shows the program."""
    parts = (demo_program, demo_judge, demo_ground, demo_columns, demo_table)
    return "\n".join(Path(str(part.__file__)).read_text() for part in parts)


def test_all_providers_side_by_side(command: CommandLine) -> None:
    """Without `--provider` the main job runs, then the program everywhere; refused steps do not fail it.

    What a provider lacks is refused before any request, and says what to do instead.
    """
    ended = command.run("demo", *SMALL, "--seed", "4", "--json")

    told = json.loads(ended.out)
    columns = told["program"]
    assert ended.code == told["exit_code"] == 0, ended.err
    assert all(verdict["is_consistent"] for verdict in told["audit"].values())
    assert sorted(columns) == ALL
    assert [list(column["steps"]) for column in columns.values()] == [STEPS] * 4
    assert all(column["is_consistent"] for column in columns.values())
    assert {name: refused(column) for name, column in columns.items()} == {
        "asset": ["mark time", "export PDF"],
        "clockify": [],
        "kukkingu": ["pay in part"],
        "local": [],
    }
    done = {"applied", "already_applied", "refused"}
    assert {cell["state"] for column in columns.values() for cell in column["steps"].values()} <= done
    lacking = [columns["asset"]["steps"][step] for step in ("mark time", "export PDF")]
    assert [cell["requests"] for cell in lacking] == [0, 0]
    assert all("instead: " in cell["detail"] for cell in lacking)


def test_one_provider_alone_is_its_column_alone(command: CommandLine) -> None:
    """Only the main job's own provider brings the main job along."""
    ended = command.run("demo", "--provider", "local", "--provider", "local", "--json")

    told = json.loads(ended.out)
    assert ended.code == 0, ended.err
    assert list(told["program"]) == ["local"]
    assert "The same small program at local\n" in ended.err
    assert {"jobs", "audit"}.isdisjoint(told)


def test_the_main_jobs_provider_brings_it_along(command: CommandLine) -> None:
    """`--provider clockify` runs the main job and its column; no time at all is a job of no rows."""
    none = ("--entries", "0", "--payments", "2")
    ended = command.run("demo", "--provider", "clockify", *none, "--no-faults", "--json")

    told = json.loads(ended.out)
    assert ended.code == 0, ended.err
    assert told["jobs"]["payments"]["counts"]["applied"] == 2
    assert list(told["program"]) == ["clockify"]


def test_an_unknown_provider_is_refused_at_once(command: CommandLine) -> None:
    """A wrong name ends with 2, before any simulator is started."""
    ended = command.run("demo", "--provider", "clockify", "--provider", "assett")

    assert ended.code == 2
    assert "did you mean 'asset'?" in ended.err
    assert "Clockify simulator at" not in ended.err


def test_a_kept_folder_can_be_played_in_again(command: CommandLine, tmp_path: Path) -> None:
    """Each run has books and journals of its own, so that a second one applies everything again."""
    for _ in range(2):
        ended = command.run("demo", "--provider", "local", "--keep", "kept", "--json")

    cells = json.loads(ended.out)["program"]["local"]["steps"].values()
    assert {cell["state"] for cell in cells} == {"applied"}
    assert len(list((tmp_path / "kept").glob("program-*/local-invoice.pdf"))) == 2


def test_an_interrupt_ends_it_without_a_trace(command: CommandLine) -> None:
    """Ctrl-C amid the program ends with 130 and no traceback; what was asked for as JSON says so."""
    with command.start("demo", "--provider", "kukkingu", "--json") as started:
        while not started.error_line().startswith("The same small program"):
            pass
        ended = started.end(signal.SIGINT)

    told = json.loads(ended.out)
    assert (ended.code, told["exit_code"], told["program"]) == (130, 130, None)
    assert "Traceback" not in ended.err


@pytest.fixture(scope="module")
def two_columns(tmp_path_factory: pytest.TempPathFactory) -> list[Column]:
    """Play the program at two providers."""
    order = Order(
        entries=0,
        payments=0,
        seed=1,
        has_faults=False,
        on_doubt=OnDoubt.RESEND,
        folder=tmp_path_factory.mktemp("played"),
    )
    return asyncio.run(demo_columns.play_columns(["local", "asset"], order))


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_is_for_people(two_columns: list[Column], width: int) -> None:
    """A row a step and a column a provider; what to do instead stands below."""
    out = io.StringIO()

    demo_table.show_columns(Console(file=out, width=width), two_columns)

    lines = out.getvalue().splitlines()
    header, table = next(
        (line, lines[at + 1 :]) for at, line in enumerate(lines) if line.startswith("the same program")
    )
    assert header.split() == ["the", "same", "program", "local", "asset"]
    assert [line.split("  ")[0] for line in table[:8]] == STEPS
    assert max(map(len, [header, *table[:11]])) <= width
    assert "already applied" in table[2]
    assert table[6].split() == ["mark", "time", "applied", "refused"]
    assert "asset, export PDF: asset does not offer export_pdf" in out.getvalue()
    assert "ledger agrees with its column; no payment twice" in out.getvalue()


def test_the_program_never_asks_who_it_is(all_sources: str) -> None:
    """Nothing that plays, judges or shows it names a provider."""
    lowered = all_sources.lower()

    assert not [name for name in ("asset", "clockify", "kukkingu") if name in lowered]
    assert "provider ==" not in lowered
    assert '"local"' not in lowered
