"""`invoicekit adapter check`: a report that says what is broken, and what it costs."""

import json
import os
import re
from pathlib import Path

import pytest
from command_line import CommandLine

from invoicekit.cli.adapter_template import template_folder
from invoicekit.testing import RULES, Tier

WRONG = """
from invoicekit_acorn import Acorn
from invoicekit_acorn.simulator import AcornSimulator as A
import attrs
class Wrong(Acorn):
    name = "wrong"
    async def list_invoices(self, query, cursor):
        return attrs.evolve(await super().list_invoices(query, cursor), next_cursor=None)
class Played(A):
    name = "wrong"
"""
MUTE = """
from invoicekit_acorn import Acorn
class Mute(Acorn):
    name = "mute"
"""


@pytest.fixture
def guest(command: CommandLine, tmp_path: Path) -> CommandLine:
    """Install an adapter that reads the first page alone, for the command alone."""
    (tmp_path / "wrong_guest.py").write_text(WRONG)
    (tmp_path / "mute_guest.py").write_text(MUTE)
    info = tmp_path / "wrong_guest-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: wrong-guest\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[invoicekit.adapters]\nwrong = wrong_guest:Wrong\nmute = mute_guest:Mute\n"
        "[invoicekit.simulators]\nwrong = wrong_guest:Played\n"
    )
    places = (str(tmp_path), str(template_folder()), command.environment.get("PYTHONPATH", ""))
    command.environment["PYTHONPATH"] = os.pathsep.join(filter(None, places))
    return command


def test_ours_is_told_as_conformant(command: CommandLine) -> None:
    """Each rule on a line, the tier at the end, 0; `--rule` may be repeated."""
    bronze = [rule.id for rule in RULES if rule.tier is Tier.BRONZE]

    ended = command.run("adapter", "check", "clockify", *(part for one in bronze for part in ("--rule", one)))

    assert ended.code == 0
    assert all(one in ended.out for one in bronze)
    assert "clockify: every rule that applies holds; tier: bronze (seed 0)." in ended.out


def test_who_keeps_its_own_books_is_judged_by_them(command: CommandLine) -> None:
    """What speaks of servers alone says so, and why; the tier shows among the providers."""
    rules = ("--rule", "books.killed-anywhere", "--rule", "limits.retry-after")

    ended = command.run("adapter", "check", "local", *rules)
    shown = command.run("providers", "local")

    assert (ended.code, "local: every rule that applies holds" in ended.out) == (0, True)
    told = " ".join(ended.out.split())
    assert re.search(r"gold books.killed-anywhere holds", told)
    assert re.search(
        r"does not speak of it: limits.retry-after local .* sends nothing: there is no 429", told
    )
    assert "contract: platinum: " in shown.out


def test_what_is_broken_says_why(guest: CommandLine) -> None:
    """The rule, what was found and sent, why it matters, how to try it again; and 1."""
    rules = ("reads.whole-lists", "reads.no-float", "reads.repeating-pages")
    asked = ("adapter", "check", "wrong", *(part for one in rules for part in ("--rule", one)))

    ended = guest.run(*asked)

    assert ended.code == 1
    for words in ("BROKEN", "are missing", "why it matters:", "GET /v1/invoices -> 200", "tier: no tier"):
        assert words in ended.out
    told = json.loads(guest.run(*asked, "--json").out)
    broken = [one["id"] for one in told["rules"] if one["verdict"] == "broken"]
    assert (told["is_conformant"], broken) == (
        False,
        ["reads.whole-lists", "reads.repeating-pages"],
    )


CRASHING = """
from invoicekit_acorn import Acorn
from invoicekit_acorn.simulator import AcornSimulator
class Mine(Acorn):
    name = "mine"
class Played(AcornSimulator):
    name = "mine"
    def _customer(self, call):
        return undefined
"""


def test_one_error_is_told_once(command: CommandLine, tmp_path: Path) -> None:
    """With its place, however many rules it keeps from being tried; and not as their faults."""
    command.environment["PYTHONPATH"] = str(template_folder())
    file = tmp_path / "crashing.py"
    file.write_text(CRASHING)
    rules = ("reads.raw", "reads.agree", "writes.one-send")

    ended = command.run("adapter", "check", file, *(part for rule in rules for part in ("--rule", rule)))

    told = " ".join(ended.out.split())
    assert ended.code == 1
    assert "3 rules end in the same error: NameError: name 'undefined' is not defined" in told
    assert re.search(r"at crashing\S*, line 9, in _customer", told)
    assert "rules: reads.raw, reads.agree, writes.one-send" in told
    assert "what such a bug looks like" not in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nobody",), "nobody"),
        (("mute",), "no simulator"),
        (("clockify", "--rule", "no.rule"), "there is no rule"),
    ],
)
def test_what_cannot_be_checked_is_said(guest: CommandLine, arguments: tuple[str, ...], words: str) -> None:
    """In one line, with 2."""
    ended = guest.run("adapter", "check", *arguments)

    assert (ended.code, words in ended.err) == (2, True)


def test_what_is_not_installed_is_named_by_its_path(command: CommandLine, tmp_path: Path) -> None:
    """The folder of a distribution, or one file; the way to try it again names it so."""
    command.environment["PYTHONPATH"] = str(template_folder())
    file = tmp_path / "wrong_guest.py"
    file.write_text(WRONG)
    rule = ["--rule", "reads.whole-lists"]

    folder = command.run("adapter", "check", template_folder(), *rule)
    single = command.run("adapter", "check", file, *rule)

    assert (folder.code, "acorn: every rule that applies holds" in folder.out) == (0, True)
    assert (
        single.code,
        f"adapter check {file} --rule reads.whole-lists" in single.out.replace("\n", ""),
    ) == (
        1,
        True,
    )


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("nowhere.py", None, "no such file or folder"),
        ("broken.py", "import nothing_such", "ModuleNotFoundError"),
        ("empty.py", "", "defines none that derive from Adapter"),
        ("there/pyproject.toml", "[project]\nname = 'x'\n", "names none under invoicekit.adapters"),
        ("garbled/pyproject.toml", "[project", "pyproject.toml: "),
    ],
)
def test_a_path_without_an_adapter_is_told(
    command: CommandLine, tmp_path: Path, name: str, content: str | None, words: str
) -> None:
    """Which file, and what it lacks."""
    path = tmp_path / name
    if content is not None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)

    ended = command.run("adapter", "check", path if path.suffix == ".py" else path.parent)

    assert (ended.code, words in ended.err) == (2, True), ended.err


RIGHT = """
from acorn_reader import AcornReader
class Right(AcornReader):
    name = "wrong"
"""
PLAYED = """
from invoicekit_acorn.simulator import AcornSimulator as A
class Played(A):
    name = "wrong"
"""


def test_a_tier_is_recorded_and_shown(guest: CommandLine, tmp_path: Path, root: Path) -> None:
    """In the adapter's package, by the whole contract alone; users see it among the providers."""
    guest.environment["PYTHONPATH"] += f"{os.pathsep}{root / 'adapters' / 'smallest'}"
    package = tmp_path / "invoicekit_right"
    package.mkdir()
    (package / "__init__.py").write_text(RIGHT)
    (package / "simulator.py").write_text(PLAYED)
    (tmp_path / "wrong_guest-1.0.dist-info" / "entry_points.txt").write_text(
        "[invoicekit.adapters]\nwrong = invoicekit_right:Right\n"
        "[invoicekit.simulators]\nwrong = invoicekit_right.simulator:Played\n"
    )

    before = guest.run("providers", "wrong")
    part = guest.run("adapter", "check", "wrong", "--record", "--rule", "reads.no-float")
    whole = guest.run("adapter", "check", "wrong", "--record")
    after = guest.run("providers", "wrong")

    assert "contract: not judged" in before.out
    assert (part.code, "leave --rule out" in part.err) == (2, True)
    assert (whole.code, "Recorded in" in whole.out) == (0, True)
    told = re.search(r"contract: silver: (\d+) rules of level 1 hold, (\d+) do not speak of it", after.out)
    assert told
    assert int(told[1]) + int(told[2]) == len(RULES)
