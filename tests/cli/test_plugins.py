"""Guests that are broken, too old or rivals: each is named, and none disturbs the others."""

import json
import os
from pathlib import Path

import pytest
from command_line import CommandLine

MODULES = {
    "boom_guest": "raise RuntimeError('boom :100: [red]at import[/red]')",
    "exit_guest": "import sys; sys.exit(3)",
    "old_guest": "from invoicekit_clockify import Clockify\nclass A(Clockify): name, api = 'old', 0",
}
OFFERS = {
    "gone-guest": "gone = there_is_no_such_module:A",
    "boom-guest": "boom = boom_guest:A",
    "exit-guest": "exit = exit_guest:A",
    "old-guest": "old = old_guest:A",
    "rival-guest": "clockify = old_guest:A",
    "garbled-guest": "this is no entry point",
}


@pytest.fixture
def guests(command: CommandLine, tmp_path: Path) -> Path:
    """Install distributions, all of them unusable, for the command alone."""
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text)
    for name, offer in OFFERS.items():
        info = tmp_path / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[invoicekit.adapters]\n{offer}\n")
    given = command.environment.get("PYTHONPATH", "")
    command.environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(tmp_path), given)))
    return tmp_path


@pytest.mark.usefixtures("guests")
def test_every_problem_is_told_beside_what_works(command: CommandLine) -> None:
    """One list with all of them: the distribution, what is wrong, and the others as usable as before."""
    ended = command.run("providers", "--json")

    assert ended.code == 0
    problems = {(each["name"], each["distribution"]): each["problem"] for each in json.loads(ended.out)}
    assert not problems["local", "invoicekit"]
    assert "there_is_no_such_module" in problems["gone", "gone-guest"]
    assert "boom :100: [red]at import[/red]" in problems["boom", "boom-guest"]
    assert "SystemExit" in problems["exit", "exit-guest"]
    assert "contract 0" in problems["old", "old-guest"]
    assert "rival-guest 1.0" in problems["clockify", "invoicekit"]
    assert "cannot be read" in problems["", "garbled-guest"]


@pytest.mark.usefixtures("guests")
def test_problems_are_shown_letter_by_letter(command: CommandLine) -> None:
    """Whoever wrote the message: nothing in it is markup or an emoji."""
    ended = command.run("providers")

    assert "boom :100: [red]at import[/red]" in ended.out
    assert "there_is_no_such_module:A: ModuleNotFoundError" in ended.out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gone", "gone-guest 1.0 cannot be imported"),
        ("exit", "exit-guest 1.0 cannot be imported"),
        ("old", "old-guest 1.0 was written for adapter contract 0"),
        ("clockify", "uninstall all but one"),
    ],
)
def test_asking_for_an_unusable_one_is_a_named_error(
    command: CommandLine, guests: Path, name: str, words: str
) -> None:
    """It quotes the distribution and ends with 2, in a job as in the list."""
    command.environment["PYTHONPATH"] = str(guests)
    (guests / "rows.csv").write_text("time_entry_id\n6a1b2c3d4e5f60718293a4b5\n")

    ended = command.run("bulk", "mark-invoiced", guests / "rows.csv", "--provider", name, "--dry-run")

    assert ended.code == 2
    assert words in ended.err
