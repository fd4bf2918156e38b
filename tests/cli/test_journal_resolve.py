"""`invoicekit journal resolve` and `prune`: doubt settled by looking or by word, and old records let go."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine, Simulated

from invoicekit import InvoiceService, Money, OutcomeUnknown
from invoicekit.clock import SystemClock
from invoicekit.journal import Intent, IntentKey, IntentState, SqliteJournal
from invoicekit.transport import AiohttpTransport, Departed, ExchangeFailed, HttpResponse, Outgoing

WHEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DOUBT = IntentState.IN_DOUBT


async def keep(path: Path, reference: str, state: IntentState, *, account: str = "acme") -> None:
    """Put a payment into the journal."""
    kept = SqliteJournal(path)
    await kept.open()
    key = IntentKey("clockify", account, "record_payment", reference)
    await kept.plan(
        Intent(key=key, target="invoice-9", fingerprint="f" * 64, created_at=WHEN, updated_at=WHEN)
    )
    await kept.record_sending(key)
    if state is not IntentState.SENDING:
        await kept.move(key, state, evidence="answer lost")
    await kept.aclose()


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Return a journal with one payment in doubt and one confirmed."""
    path = tmp_path / "billing.sqlite"
    asyncio.run(keep(path, "bank-1", DOUBT))
    asyncio.run(keep(path, "bank-2", IntentState.CONFIRMED))
    return path


class TestByWord:
    @pytest.mark.parametrize(
        ("word", "state"), [("applied", "resolved applied"), ("not-applied", "resolved not applied")]
    )
    def test_a_person_can_settle_doubt(
        self, command: CommandLine, journal: Path, word: str, state: str
    ) -> None:
        """What no read can tell, somebody who looked can say; it is recorded as a person's word."""
        ended = command.run(
            "journal", "resolve", "bank-1", "--as", word, "--because", "Ann looked", "--journal", journal
        )

        assert ended.code == 0
        assert ended.out.startswith(f"bank-1 is {state}: ")
        assert "bank-1" not in command.run("journal", "list", "--journal", journal).out
        shown = command.run("journal", "show", "bank-1", "--journal", journal).out
        assert (state in shown, "a person's word: Ann looked" in shown) == (True, True)

    @pytest.mark.parametrize(
        "given", [("bank-1",), ("--as", "applied", "--because", "seen"), ("bank-1", "--as", "applied")]
    )
    def test_half_a_word_settles_nothing(
        self, command: CommandLine, journal: Path, given: tuple[str, ...]
    ) -> None:
        """There is no default for what happened to the money, nor for why one thinks so."""
        ended = command.run("journal", "resolve", *given, "--journal", journal)

        assert ended.code == 2
        assert "in doubt" in command.run("journal", "show", "bank-1", "--journal", journal).out

    @pytest.mark.parametrize(
        ("reference", "complaint"),
        [
            ("bank-2", "'bank-2' is not in doubt: confirmed"),
            ("bank-3", "holds nothing under the reference 'bank-3'"),
        ],
    )
    def test_only_doubt_can_be_settled(
        self, command: CommandLine, journal: Path, reference: str, complaint: str
    ) -> None:
        """A known end stays as it is."""
        word = ("--as", "not-applied", "--because", "seen")
        ended = command.run("journal", "resolve", reference, *word, "--journal", journal)

        assert ended.code == 2
        assert complaint in ended.err

    def test_what_a_killed_process_left_is_doubt(self, command: CommandLine, journal: Path) -> None:
        """Nobody holds it any more, so a person's word counts."""
        asyncio.run(keep(journal, "bank-8", IntentState.SENDING))
        word = ("--as", "applied", "--because", "seen")

        ended = command.run("journal", "resolve", "bank-8", *word, "--journal", journal)

        assert ended.code == 0

    def test_a_reference_in_doubt_at_two_accounts_needs_one_named(
        self, command: CommandLine, journal: Path
    ) -> None:
        """The word is taken for one account alone."""
        asyncio.run(keep(journal, "bank-1", DOUBT, account="other"))
        resolve = ("journal", "resolve", "bank-1", "--as", "applied", "--because", "seen")

        refused = command.run(*resolve, "--journal", journal)
        ended = command.run(*resolve, "--account", "acme", "--journal", journal)

        assert refused.code == 2
        assert "name the one you mean" in refused.err
        assert ended.code == 0
        assert "in doubt" in command.run("journal", "list", "--journal", journal).out


class LosingAnswers:
    """Let every write through and lose what comes back; let no read through after the first write."""

    def __init__(self, *, is_applied: bool) -> None:
        self._inner = AiohttpTransport()
        self._is_applied = is_applied
        self._has_written = False

    async def exchange(self, outgoing: Outgoing) -> HttpResponse:
        is_read = outgoing.method == "GET"
        if not is_read and self._is_applied:
            await self._inner.exchange(outgoing)
        if not is_read or self._has_written:
            self._has_written = True
            raise ExchangeFailed("cut", departed=Departed.MAYBE)
        return await self._inner.exchange(outgoing)

    def stream(
        self, outgoing: Outgoing
    ) -> AbstractAsyncContextManager[tuple[HttpResponse, AsyncIterator[bytes]]]:
        return self._inner.stream(outgoing)

    async def aclose(self) -> None:
        await self._inner.aclose()


async def pay(
    settings: Mapping[str, object], path: Path, invoice: str, reference: str, *, is_applied: bool
) -> None:
    """Record a payment whose outcome nobody learns."""
    transport = LosingAnswers(is_applied=is_applied)
    given: dict[str, Any] = {**settings, "journal": path, "transport": transport, "deadline_seconds": 1.0}
    async with InvoiceService.connect("clockify", **given) as service:
        with pytest.raises(OutcomeUnknown):
            await service.record_payment(invoice, Money("5", "EUR"), paid_at=WHEN, reference=reference)
    await transport.aclose()


class TestByLooking:
    @pytest.fixture
    def simulated(self, simulator: Callable[..., Simulated]) -> Simulated:
        started = simulator("--rate", "none")
        started.ask("seed", {"invoices": 2, "amount_minor": 50_000})
        return started

    def test_what_shows_is_settled_and_the_rest_is_said(
        self, command: CommandLine, simulated: Simulated, tmp_path: Path
    ) -> None:
        """One payment is there, one is not: the first is settled, the second stays; the exit code is 3."""
        path = tmp_path / "doubt.sqlite"
        here, gone = (str(row["id"]) for row in simulated.ask("ledger/invoices"))
        asyncio.run(pay(simulated.settings, path, here, "bank-1", is_applied=True))
        asyncio.run(pay(simulated.settings, path, gone, "bank-2", is_applied=False))
        resolve = ("journal", "resolve", "--provider", "clockify", *simulated.options, "--journal", path)

        ended = command.run(*resolve)
        again = command.run(*resolve, "--json")

        assert ended.code == again.code == 3
        assert "1 applied, 0 not applied, 1 still unknown." in ended.out
        rows = [json.loads(line) for line in again.out.splitlines()]
        assert [(row["reference"], row["outcome"]) for row in rows] == [("bank-2", "unknown")]
        assert len(simulated.ask("ledger/payments")) == 1

    def test_nothing_in_doubt_is_said(
        self, command: CommandLine, simulated: Simulated, tmp_path: Path
    ) -> None:
        """It ends well, and says so."""
        path = tmp_path / "empty.sqlite"
        asyncio.run(keep(path, "bank-2", IntentState.CONFIRMED))

        ended = command.run(
            "journal", "resolve", "--provider", "clockify", *simulated.options, "--journal", path
        )

        assert (ended.code, ended.out) == (0, "Nothing is in doubt.\n")

    def test_looking_needs_somebody_to_ask(self, command: CommandLine, journal: Path) -> None:
        """Neither a word nor a provider: it says what it wants."""
        ended = command.run("journal", "resolve", "--journal", journal)

        assert ended.code == 2
        assert "--provider" in ended.err


class TestPrune:
    async def _aged(self, path: Path, age: timedelta) -> None:
        class Then(SystemClock):
            def now(self) -> datetime:
                return super().now() - age

        kept = SqliteJournal(path, clock=Then())
        await kept.open()
        for intent in [held async for held in kept.intents()]:
            if intent.state is DOUBT:
                await kept.move(intent.key, DOUBT)
            else:
                await kept.move(intent.key, IntentState.CONFIRMED)
        await kept.aclose()

    def test_only_what_was_settled_long_ago_is_forgotten(self, command: CommandLine, journal: Path) -> None:
        """What is open is never forgotten, however old."""
        asyncio.run(self._aged(journal, timedelta(days=100)))
        asyncio.run(keep(journal, "bank-3", IntentState.CONFIRMED))

        ended = command.run("journal", "prune", "--older-than", "90", "--journal", journal)

        assert (ended.code, ended.out) == (0, "1 write, 0 ended jobs and 0 plans forgotten.\n")
        left = command.run("journal", "list", "--all", "--journal", journal).out
        assert ("bank-1" in left, "bank-2" in left, "bank-3" in left) == (True, False, True)

    def test_an_age_must_be_named(self, command: CommandLine, journal: Path) -> None:
        """There is no default for what may be forgotten."""
        assert command.run("journal", "prune", "--journal", journal).code == 2
