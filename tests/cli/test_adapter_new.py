"""`invoicekit adapter new`: what it writes is a whole adapter, and keeps the contract at once."""

import importlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from command_line import CommandLine

from invoicekit.cli.adapter_template import Auth, Paging, ScaleOption, Template, status_words
from invoicekit.testing import RULES, Subject, Verdict, run_contract


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Return a folder that is imported from, and forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("invoicekit_acme")]:
        del sys.modules[name]


NO_CALLS = {
    "reads.entry-filters": "none of list_time_entries is declared",
    "fields.changed-alone": "none of update_invoice is declared",
    "limits.configured": "its rate cannot be set",
    "time.groupings": "none of import_time_entries is declared",
    "time.marks-both-ways": "none of mark_time_entries is declared",
    "writes.nothing-owed": "none of write_off, create_credit_note is declared",
    **{
        rule.id: "acme keeps no books on this machine: its provider does"
        for rule in RULES
        if rule.id.startswith("books.")
    },
}
WORDS = ("open=SENT", "paid=Paid-Up", "void=cancelled")
COMBINED = [
    # Each pair of options at least once.
    (auth, scale, list(Paging)[(one + other) % 2], WORDS if other == (one + 1) % 3 else ())
    for one, auth in enumerate(Auth)
    for other, scale in enumerate(ScaleOption)
]


def write(template: Template, folder: Path) -> None:
    for place, text in template.files():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text)


@pytest.mark.parametrize(("auth", "scale", "paging", "words"), COMBINED)
def test_every_option_makes_a_conformant_adapter(
    auth: Auth, scale: ScaleOption, paging: Paging, words: Sequence[str], path: Path
) -> None:
    """Judged by its own simulator's ledger."""
    template = Template(name="acme", auth=auth, scale=scale, paging=paging, words=status_words(words))
    write(template, path)
    package = importlib.import_module("invoicekit_acme")
    simulator = importlib.import_module("invoicekit_acme.simulator").AcmeSimulator

    report = run_contract(Subject(adapter=package.Acme, simulator=simulator))

    assert {
        one.rule.id: one.said for one in report.judgements if one.verdict is not Verdict.HOLDS
    } == NO_CALLS
    assert len(report.judgements) == len(RULES)
    assert not [place for place, text in Template(name="acme").files() if "acorn" in text.lower()]


def test_every_option_leaves_imports_in_order(tmp_path: Path) -> None:
    """And none unused: in a tree of its own, where invoicekit is one package among others."""
    for number, (auth, scale, paging, words) in enumerate(COMBINED):
        template = Template(name="acme", auth=auth, scale=scale, paging=paging, words=status_words(words))
        write(template, tmp_path / str(number))

    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,I,B,UP", "--quiet", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert len(list(tmp_path.glob("*/invoicekit_acme/adapter.py"))) == len(COMBINED)
    assert not list(tmp_path.rglob("ruff.toml"))


def test_it_says_how_to_go_on(command: CommandLine, tmp_path: Path) -> None:
    """The files are there, and the next steps are told."""
    ended = command.run("adapter", "new", "acme")

    made = tmp_path / "invoicekit-acme"
    assert ended.code == 0
    assert "adapter check acme" in ended.out
    assert 'acme = "invoicekit_acme:Acme"' in (made / "pyproject.toml").read_text()
    assert (made / "tests" / "test_contract.py").exists()
    assert "run: invoicekit adapter check acme\n" in (made / ".github/workflows/tests.yml").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["../x"], "lower-case word"),
        (["acme"], "not empty"),
        (["acme", "--status", "sent=OPEN"], "--status wants one of draft"),
        (["acme", "--status", "open=paid"], "two statuses have the same word"),
    ],
)
def test_nothing_is_overwritten(
    command: CommandLine, tmp_path: Path, arguments: list[str], words: str
) -> None:
    """And no path is taken for a name."""
    (tmp_path / "invoicekit-acme").mkdir()
    (tmp_path / "invoicekit-acme" / "work.txt").write_text("of an afternoon")

    ended = command.run("adapter", "new", *arguments)

    assert (ended.code, words in ended.err) == (2, True)
    assert [one.name for one in (tmp_path / "invoicekit-acme").iterdir()] == ["work.txt"]
