"""`invoicekit journal`: what was promised, and whether it is known what became of it."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_line import CommandLine

from invoicekit.journal import Intent, IntentKey, IntentState, SqliteJournal

WHEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Return a journal with one payment in doubt and one confirmed."""
    path = tmp_path / "billing.sqlite"
    asyncio.run(fill(path))
    return path


async def plan(
    path: Path, reference: str, *, account: str = "acme", state: IntentState | None = None
) -> None:
    kept = SqliteJournal(path)
    await kept.open()
    key = IntentKey("clockify", account, "record_payment", reference)
    await kept.plan(
        Intent(key=key, target="invoice-9", fingerprint="f" * 64, created_at=WHEN, updated_at=WHEN)
    )
    if state is not None:
        await kept.record_sending(key)
        if state is not IntentState.SENDING:
            await kept.move(key, state)
    await kept.aclose()


async def fill(path: Path, doubtful: str = "bank-1") -> None:
    kept = SqliteJournal(path)
    await kept.open()
    for reference, state in ((doubtful, IntentState.IN_DOUBT), ("bank-2", IntentState.CONFIRMED)):
        key = IntentKey("clockify", "acme", "record_payment", reference)
        await kept.plan(
            Intent(key=key, target="invoice-9", fingerprint="f" * 64, created_at=WHEN, updated_at=WHEN)
        )
        await kept.record_sending(key)
        await kept.move(key, state, evidence="answer lost")
    await kept.aclose()


def test_list_shows_what_is_open(command: CommandLine, journal: Path) -> None:
    """The payment in doubt is listed, the confirmed one is not."""
    ended = command.run("journal", "list", "--journal", journal)

    assert ended.code == 0
    assert "in doubt" in ended.out
    assert "bank-1" in ended.out
    assert "bank-2" not in ended.out


def test_list_can_show_everything(command: CommandLine, journal: Path) -> None:
    """`--all` adds what is settled, one JSON line each with `--json`."""
    ended = command.run("journal", "list", "--all", "--json", "--journal", journal)

    rows = [json.loads(line) for line in ended.out.splitlines()]
    assert {row["reference"]: row["state"] for row in rows} == {"bank-1": "in doubt", "bank-2": "confirmed"}


def test_show_tells_what_the_state_rests_on(command: CommandLine, journal: Path) -> None:
    """One reference, with sends and evidence."""
    ended = command.run("journal", "show", "bank-1", "--journal", journal)

    assert ended.code == 0
    assert "answer lost" in ended.out


@pytest.mark.parametrize("arguments", [["list"], ["show", "bank-1"]])
def test_no_journal_is_said_and_none_is_made(command: CommandLine, arguments: list[str]) -> None:
    """Looking never creates anything."""
    ended = command.run("journal", *arguments, "--journal", "missing.sqlite")

    assert ended.code == 2
    assert ended.err == "invoicekit: there is no journal at missing.sqlite; name one with --journal\n"
    assert not (command.folder / "missing.sqlite").exists()


def test_an_unknown_reference_is_said(command: CommandLine, journal: Path) -> None:
    """`show` of what is not there ends with 2."""
    ended = command.run("journal", "show", "bank-3", "--journal", journal)

    assert ended.code == 2
    assert "holds nothing under the reference 'bank-3'" in ended.err


def test_references_are_shown_letter_by_letter(command: CommandLine, tmp_path: Path) -> None:
    """A reference is looked for by its letters: nothing in it is markup or an emoji."""
    path = tmp_path / "odd.sqlite"
    asyncio.run(fill(path, "run:100:[b]"))

    ended = command.run("journal", "list", "--journal", path)

    assert "run:100:[b]" in ended.out


def test_list_leaves_out_what_was_never_sent(command: CommandLine, journal: Path) -> None:
    """Only what may have happened is listed: a planned payment certainly had no effect."""
    asyncio.run(plan(journal, "bank-7"))

    ended = command.run("journal", "list", "--journal", journal)

    assert "bank-1" in ended.out
    assert "bank-7" not in ended.out


def test_a_long_reference_is_shown_whole(command: CommandLine, tmp_path: Path) -> None:
    """`show` wants the reference letter by letter, so `list` cuts none."""
    path = tmp_path / "long.sqlite"
    reference = "bank-" + "1234567890" * 19
    asyncio.run(fill(path, reference))

    ended = command.run("journal", "list", "--journal", path)

    assert reference in ended.out


def test_show_leaves_out_what_is_not_known(command: CommandLine, journal: Path) -> None:
    """A fact that is not there is no line."""
    ended = command.run("journal", "show", "bank-1", "--journal", journal)

    assert "None" not in ended.out
    assert "resource id" not in ended.out
