"""What can never be taken back is asked for on a terminal, by a word that says what it does."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest
from command_line import CommandLine

from .conftest import Desk

LOSS = "Type lose payments to allow that, keep payments to reject those that hold some; anything else stops: "
FINALIZE = "Type finalize to go on; anything else stops: "


@attrs.define
class Terminal:
    """A command on a pseudo-terminal; its standard output goes elsewhere."""

    process: "subprocess.Popen[bytes]"
    screen: int
    shown: str = ""

    def until(self, text: str) -> None:
        """Read what is shown until the text stands there."""
        while text not in self.shown:
            more = self.read()
            assert more, f"it ended without asking: {self.shown}"
            self.shown += more

    def answer(self, text: str) -> None:
        """Type a line."""
        os.write(self.screen, f"{text}\n".encode())

    def end(self) -> int:
        """Read on to the end, and return the exit code."""
        while more := self.read():
            self.shown += more
        return self.process.wait(60)

    def read(self) -> str:
        try:
            return os.read(self.screen, 65_536).decode().replace("\r\n", "\n")
        except OSError:  # what Linux says once nobody holds the other end
            return ""


@contextmanager
def terminal(command: CommandLine, *arguments: object) -> Iterator[Terminal]:
    screen, inside = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "invoicekit", *map(str, arguments)],
            env=command.environment | {"COLUMNS": "200"},
            cwd=command.folder,
            stdin=inside,
            stdout=subprocess.DEVNULL,
            stderr=inside,
        )
    finally:
        os.close(inside)
    try:
        yield Terminal(process, screen)
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def file_of(folder: Path, *rows: str) -> Path:
    path = folder / "statuses.csv"
    path.write_text("\n".join(["invoice_id,status", *rows, ""]))
    return path


def drafts(desk: Desk, folder: Path) -> Path:
    return file_of(folder, *(f"{one},open" for one in desk.ids))


def test_a_typed_word_allows_the_step(command: CommandLine, kukkingu: Desk, tmp_path: Path) -> None:
    """It says what would happen to how many invoices, and does it once the word is typed."""
    with terminal(command, "bulk", "set-status", drafts(kukkingu, tmp_path), *kukkingu.account) as person:
        person.until(FINALIZE)
        before = kukkingu.statuses()
        person.answer("finalize")
        code = person.end()

    assert "3 invoices are to be set to open, which kukkingu never takes back (lines 2-4)." in person.shown
    assert before[:3] == ["DRAFT"] * 3
    assert code == 0
    assert kukkingu.statuses()[:3] == ["FINALIZED"] * 3


@pytest.mark.parametrize("word", ["", "yes", "\x04"])
def test_any_other_word_sends_nothing(
    command: CommandLine, kukkingu: Desk, tmp_path: Path, word: str
) -> None:
    """Nobody agrees by habit; the end of the input agrees to nothing either."""
    before = kukkingu.requests()
    with terminal(command, "bulk", "set-status", drafts(kukkingu, tmp_path), *kukkingu.account) as person:
        person.until(FINALIZE)
        person.answer(word)
        code = person.end()

    assert code == 2
    assert "that was not allowed; nothing was sent" in person.shown
    assert kukkingu.requests() == before


def test_an_interrupt_sends_nothing(command: CommandLine, kukkingu: Desk, tmp_path: Path) -> None:
    """Ctrl-C at the question ends the command as it ends a job."""
    before = kukkingu.requests()
    with terminal(command, "bulk", "set-status", drafts(kukkingu, tmp_path), *kukkingu.account) as person:
        person.until(FINALIZE)
        person.process.send_signal(signal.SIGINT)
        code = person.end()

    assert code == 130
    assert "Nothing was sent." in person.shown
    assert kukkingu.requests() == before


@pytest.mark.parametrize(
    ("word", "code", "status", "payments"),
    [("lose payments", 0, "UNSENT", 0), ("keep payments", 1, "PAID", 1), ("lose", 2, "PAID", 1)],
)
def test_payments_are_lost_by_their_name_alone(
    command: CommandLine, clockify: Desk, tmp_path: Path, word: str, code: int, status: str, payments: int
) -> None:
    """There is a way to keep them, too: their invoices are then rejected."""
    file = file_of(tmp_path, f"{clockify.other},draft")

    with terminal(command, "bulk", "set-status", file, *clockify.account) as person:
        person.until(LOSS)
        person.answer(word)
        ended = person.end()

    assert (
        "1 invoice is to be set to draft, which destroys, or may destroy, recorded payments" in person.shown
    )
    assert ended == code
    assert clockify.statuses()[3] == status
    assert len(clockify.simulated.ask("ledger/payments")) == payments


def test_each_consent_is_asked_for_by_itself(command: CommandLine, kukkingu: Desk, tmp_path: Path) -> None:
    """Finalizing does not allow the loss of payments; only what no option decided is asked."""
    one, two, _ = kukkingu.ids
    file = file_of(tmp_path, f"{one},open", f"{two},void")

    with terminal(command, "bulk", "set-status", file, *kukkingu.account) as person:
        person.until(FINALIZE)
        person.answer("finalize")
        person.until(LOSS)
        person.answer("keep payments")
        code = person.end()

    assert code == 0
    assert kukkingu.statuses()[:3] == ["FINALIZED", "VOID", "DRAFT"]


def test_an_option_is_an_answer(command: CommandLine, kukkingu: Desk, tmp_path: Path) -> None:
    """Nothing is asked where the command line allows it."""
    arguments = ("bulk", "set-status", drafts(kukkingu, tmp_path), "--allow-irreversible", *kukkingu.account)

    with terminal(command, *arguments) as person:
        code = person.end()

    assert code == 0
    assert "Type" not in person.shown
    assert kukkingu.statuses()[:3] == ["FINALIZED"] * 3
