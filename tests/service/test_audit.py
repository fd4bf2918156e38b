"""What was recorded as paid is compared with the provider's own lists, long after."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from provider_desks import local
from service_calls import Caller

from invoicekit import InvoiceService, Money, OutcomeUnknown
from invoicekit.errors import AuthenticationError, DuplicateDetected, JournalUnavailable, UsageError
from invoicekit.guard import IN_DOUBT, marker_of
from invoicekit.journal import IntentKey, IntentState, MemoryJournal
from invoicekit.model import Page, Payment
from invoicekit.service import PaymentAudit, Standing
from invoicekit.simulate import Fault, FaultKind
from invoicekit.testing import Subject
from invoicekit.testing.bench import Bench
from invoicekit.testing.calls import WHEN, Hand
from invoicekit_asset.simulator import AssetSimulator
from invoicekit_clockify import Clockify
from invoicekit_clockify.simulator import ClockifySimulator

pytestmark = pytest.mark.looptime

PROVIDERS = ("asset", "clockify", "kukkingu")


@attrs.frozen
class Books:
    """Three paid invoices at Clockify, each by the reference ``bank-0`` to ``bank-2``."""

    bench: Bench
    service: InvoiceService
    ids: Sequence[str]

    @property
    def simulator(self) -> ClockifySimulator:
        assert isinstance(self.bench.simulator, ClockifySimulator)
        return self.bench.simulator

    def held(self, number: int) -> list[Any]:
        """Return what the provider holds on an invoice, to be changed behind our back."""
        return self.simulator.ledger.invoice(self.ids[number]).payments

    async def pay(self, number: int, reference: str = "") -> None:
        await self.service.record_payment(
            self.ids[number],
            self.bench_money("120"),
            paid_at=WHEN,
            reference=reference or f"bank-{number}",
        )

    def bench_money(self, amount: str) -> Money:
        return Money(amount, self.bench.currency)

    async def state(self, reference: str) -> IntentState:
        key = IntentKey("clockify", self.service.account, "record_payment", reference)
        found = await self.bench.journal.get(key)
        assert found is not None
        return found.state


def told(audit: PaymentAudit) -> list[tuple[str, Standing]]:
    """Return the findings in short."""
    return [(finding.reference, finding.standing) for finding in audit.findings]


@asynccontextmanager
async def three_paid() -> AsyncIterator[Books]:
    """Open the books, in the test's own time."""
    bench = Bench(Subject.installed("clockify"))
    async with bench.process() as service:
        hand = Hand(bench, service)
        made = Books(bench, service, [(await hand.issued()).id for _ in range(3)])
        for number in range(3):
            await made.pay(number)
        yield made


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_what_stands_once_is_said_by_one_list_an_invoice(provider: str) -> None:
    """Nothing is written, and no invoice is asked for twice."""
    bench = Bench(Subject.installed(provider))
    async with bench.process() as service:
        hand = Hand(bench, service)
        for number in range(3):
            invoice = await hand.issued()
            await service.record_payment(
                invoice.id, hand.money("120"), paid_at=WHEN, reference=f"bank-{number}"
            )
        before = len(bench.requests())

        audit = await service.audit_payments()

    assert (audit.payments, audit.invoices, audit.unsettled) == (3, 3, 0)
    assert (audit.findings, audit.counts[Standing.ONCE]) == ((), 3)
    asked = [request.operation for request in bench.requests(before)]
    assert not set(asked) & set(bench.writes())
    assert len(asked) == 3 * service.capabilities().of("list_payments").calls


async def test_the_books_on_this_machine_too(tmp_path: Path) -> None:
    """Payments of the local books are told by their ids."""
    async with local(tmp_path) as desk:
        await Caller(desk, tmp_path).paid()

        audit = await desk.service.audit_payments()

    assert (audit.payments, audit.findings) == (1, ())


async def test_a_replay_long_after_is_found() -> None:
    """No look at the time could see it, nor does a rerun; from here on its reference is refused."""
    async with three_paid() as books:
        books.bench.disturb(Fault(kind=FaultKind.REPLAY, at="add_payment", seconds=3600))
        await books.pay(0, "bank-9")
        await books.bench.clock.sleep(7200)
        await books.pay(0, "bank-9")

        audit = await books.service.audit_payments()

        assert told(audit) == [("bank-9", Standing.TWICE)]
        [finding] = audit.findings
        assert [str(payment.amount) for payment in finding.found] == [str(books.bench_money("120.00"))] * 2
        assert finding.asked == books.bench_money("120")
        assert (audit.payments, audit.counts[Standing.ONCE]) == (4, 3)
        assert await books.state("bank-9") is IntentState.DUPLICATE
        with pytest.raises(DuplicateDetected):
            await books.pay(0, "bank-9")


async def test_a_duplicate_that_is_gone_is_settled() -> None:
    """Once a person has deleted one of the two at the provider, reading settles it."""
    async with three_paid() as books:
        books.held(0).append(attrs.evolve(books.held(0)[0], id="6" * 24))
        await books.service.audit_payments()
        books.held(0).pop()
        [left] = await books.service.resolve_unknown()
        assert "for an audit to see" in str(left.error)

        audit = await books.service.audit_payments()

        assert audit.findings == ()
        assert await books.state("bank-0") is IntentState.CONFIRMED


async def test_one_that_is_gone_and_one_that_was_changed() -> None:
    """Each is named with what was asked for; the record is nobody's to change by a guess."""
    async with three_paid() as books:
        books.held(1).clear()
        books.held(2)[0] = attrs.evolve(books.held(2)[0], amount=11_900)

        audit = await books.service.audit_payments()

        assert told(audit) == [("bank-1", Standing.MISSING), ("bank-2", Standing.DIFFERENT)]
        assert [str(payment.amount) for payment in audit.findings[1].found] == [
            str(books.bench_money("119.00"))
        ]
        assert await books.state("bank-1") is IntentState.CONFIRMED


@pytest.mark.parametrize(("note", "amount", "alike"), [("", 12_000, 1), (None, 12_000, 1), ("", 11_900, 0)])
async def test_one_whose_note_was_rewritten_is_shown_as_alike(
    note: str | None, amount: int, alike: int
) -> None:
    """Not taken for ours, and not kept from whoever has to look; what has another's marker is another's."""
    async with three_paid() as books:
        others = IntentKey("clockify", "elsewhere", "record_payment", "r")
        [ours] = books.held(0)
        strange = attrs.evolve(ours, id="7" * 24, note=f"theirs {marker_of(others)}")
        books.held(0)[:] = [attrs.evolve(ours, id="6" * 24, note=note, amount=amount), strange]

        [finding] = (await books.service.audit_payments()).findings

    assert (finding.standing, len(finding.alike)) == (Standing.MISSING, alike)


async def test_what_stands_by_a_persons_word_says_so() -> None:
    """No marker finds it; who reads the audit knows then whom to ask."""
    async with three_paid() as books:
        books.bench.disturb(Fault(kind=FaultKind.ERROR_BEFORE, at="add_payment"))
        with pytest.raises(OutcomeUnknown):
            await books.pay(0, "bank-9")
        await books.service.settle("bank-9", is_applied=True, because="Ann saw it")

        [finding] = (await books.service.audit_payments()).findings

    assert (finding.standing, finding.evidence) == (Standing.MISSING, "a person's word: Ann saw it")


async def test_a_marker_that_stands_twice_is_told_whosoever_it_is() -> None:
    """Another machine's journal may be lost; its marker still says that two are one payment."""
    async with three_paid() as books:
        marker = marker_of(IntentKey("clockify", "elsewhere", "record_payment", "r"))
        strange = attrs.evolve(books.held(0)[0], id="7" * 24, note=f"theirs {marker}")
        books.held(0).extend([strange, attrs.evolve(strange, id="8" * 24)])

        audit = await books.service.audit_payments()

        assert [(one.reference, one.marker, one.standing) for one in audit.findings] == [
            ("", marker, Standing.TWICE)
        ]
        assert audit.counts[Standing.ONCE] == 3


async def test_a_row_that_a_growing_list_shows_twice_is_one_payment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody recorded another one between two pages."""
    async with three_paid() as books:
        list_payments = Clockify.list_payments

        async def grown(self: Clockify, invoice_id: str, cursor: str | None) -> Page[Payment]:
            page = await list_payments(self, invoice_id, None)
            another = attrs.evolve(page.items[0], id="9" * 24, note="")
            return Page(items=(*page.items, another)) if cursor else attrs.evolve(page, next_cursor="1")

        monkeypatch.setattr(Clockify, "list_payments", grown)

        audit = await books.service.audit_payments()

    assert audit.findings == ()


async def test_only_what_was_settled_in_the_time_asked_for() -> None:
    """A month's end asks for a month."""
    async with three_paid() as books:
        await books.bench.clock.sleep(3600)
        later = books.bench.clock.now()
        await books.bench.clock.sleep(3600)
        await books.pay(0, "bank-9")

        early = await books.service.audit_payments(until=later)
        late = await books.service.audit_payments(since=later)

        assert (early.payments, late.payments) == (3, 1)


async def test_an_instant_without_a_zone_is_refused() -> None:
    """It could be any of two dozen."""
    async with three_paid() as books:
        with pytest.raises(UsageError, match="aware"):
            await books.service.audit_payments(since=datetime(2026, 5, 1))  # noqa: DTZ001


async def test_what_cannot_be_read_is_said_and_the_rest_is_looked_at() -> None:
    """One broken invoice hides nothing about the others."""
    async with three_paid() as books:
        path = f"GET *{books.ids[1]}/payments"
        books.bench.disturb(Fault(kind=FaultKind.ERROR_BEFORE, at=path, times=None))
        seen: list[tuple[int, int]] = []

        audit = await books.service.audit_payments(on_progress=lambda done, of: seen.append((done, of)))

        assert told(audit) == [("bank-1", Standing.UNREAD)]
        assert audit.findings[0].error is not None
        assert seen == [(1, 3), (2, 3), (3, 3)]


async def test_a_wrong_key_ends_it() -> None:
    """Nobody gets a thousand lines that all say the same."""
    async with three_paid() as books, books.bench.process(api_key="wrong") as stranger:
        with pytest.raises(AuthenticationError):
            await stranger.audit_payments()


async def test_doubt_is_counted_and_left_to_whom_it_concerns() -> None:
    """What may have happened is no finding: `resolve_unknown` looks for it."""
    async with three_paid() as books:
        books.bench.disturb(Fault(kind=FaultKind.ERROR_BEFORE, at="add_payment"))
        with pytest.raises(OutcomeUnknown):
            await books.pay(0, "bank-9")

        audit = await books.service.audit_payments()

        assert (audit.payments, audit.unsettled, audit.findings) == (3, 1, ())
        assert await books.state("bank-9") in IN_DOUBT


async def test_a_payment_whose_second_step_was_refused(tmp_path: Path) -> None:
    """Asset's books hold the money, and the invoice does not show it."""
    bench = Bench(Subject.installed("asset"))
    assert isinstance(bench.simulator, AssetSimulator)
    async with bench.process() as service:
        hand = Hand(bench, service)
        invoice = await hand.issued()
        bench.disturb(Fault(kind=FaultKind.ERROR_BEFORE, at="apply_payment", status=400, times=None))
        with pytest.raises(OutcomeUnknown):
            await service.record_payment(invoice.id, hand.money("120"), paid_at=WHEN, reference="bank-0")
        bench.calm()
        await service.settle(
            "bank-0", is_applied=False, because="not on the invoice", operation="record_payment"
        )

        audit = await service.audit_payments()

    assert told(audit) == [("bank-0", Standing.UNFINISHED)]


async def test_a_record_without_an_amount_is_looked_for_all_the_same() -> None:
    """An older journal kept none: what stands there once is right as far as anybody knows."""
    async with three_paid() as books:
        books.held(0)[0] = attrs.evolve(books.held(0)[0], amount=1)
        books.bench.journal._intents = {
            key: attrs.evolve(intent, amount=None) for key, intent in books.bench.journal._intents.items()
        }

        audit = await books.service.audit_payments()

        assert audit.findings == ()


async def test_a_journal_that_cannot_be_read_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit of half a journal would look like one of the whole."""
    async with three_paid() as books:

        def broken(*_: object, **__: object) -> None:
            raise JournalUnavailable("damaged")

        monkeypatch.setattr(MemoryJournal, "intents", broken)

        with pytest.raises(JournalUnavailable):
            await books.service.audit_payments()


@pytest.mark.parametrize(
    ("parts", "standing"),
    [(("70", "50"), Standing.ONCE), (("120", "50"), Standing.TWICE), (("70", "49"), Standing.TWICE)],
)
async def test_one_transaction_in_several_rows(parts: tuple[str, ...], standing: Standing) -> None:
    """Asset applies money anew by itself: rows of our transaction are ours, by whatever id."""
    bench = Bench(Subject.installed("asset"))
    assert isinstance(bench.simulator, AssetSimulator)
    async with bench.process() as service:
        hand = Hand(bench, service)
        invoice = await hand.issued()
        await service.record_payment(invoice.id, hand.money("120"), paid_at=WHEN, reference="bank-0")
        rows = bench.simulator.ledger.invoice(invoice.id).payments
        rows[:] = [
            attrs.evolve(rows[0], id=f"inp_anew{number}", amount=Decimal(part))
            for number, part in enumerate(parts)
        ]

        audit = await service.audit_payments()

    assert audit.counts[standing] == 1
