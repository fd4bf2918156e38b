"""Credit notes: what they take off an invoice, what that leaves to pay, and what undoes it."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from invoicekit import Invoice, InvoiceService, InvoiceStatus, Money, NewLineItem, PaymentStatus
from invoicekit.errors import InvalidAmount, InvalidTransition, UsageError
from invoicekit_local import Local

DAY = date(2026, 6, 1)
WHEN = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


async def invoiced(service: InvoiceService, number: str = "1", *, is_open: bool = True) -> Invoice:
    """Invoice 100 EUR."""
    customer = await service.create_customer("Acme")
    made = await service.create_invoice(
        number=number,
        customer_id=customer.value.id,
        currency="EUR",
        issue_date=DAY,
        due_date=DAY,
        line_items=[NewLineItem(description="work", quantity=Decimal(1), unit_price=eur("100"))],
    )
    if is_open:
        await service.set_status(made.value.id, InvoiceStatus.OPEN)
    return await service.get_invoice(made.value.id)


async def credit(service: InvoiceService, invoice: Invoice, amount: str, number: str = "CN") -> Invoice:
    """Issue a credit note."""
    made = await service.create_credit_note(invoice.id, number=number, amount=eur(amount), issue_date=DAY)
    return made.value


async def owed(service: InvoiceService) -> Money:
    """Return what all documents together say is owed."""
    due = [one.amount_due async for one in service.list_invoices()]
    return Money.sum([one for one in due if isinstance(one, Money)], "EUR")


async def test_a_note_takes_its_amount_off_what_is_owed(service: InvoiceService) -> None:
    """Off the invoice, once: the note itself owes nothing to anybody."""
    invoice = await invoiced(service)

    note = await credit(service, invoice, "30")

    read = await service.get_invoice(invoice.id)
    assert (read.total, read.amount_paid, read.amount_due) == (eur("100"), eur("0"), eur("70"))
    assert (read.status, read.payment_status) == (InvoiceStatus.OPEN, PaymentStatus.UNPAID)
    assert (note.total, note.amount_due, note.status) == (eur("-30"), eur("0"), InvoiceStatus.PAID)
    assert await owed(service) == eur("70")


async def test_what_a_note_leaves_is_all_that_can_be_paid(service: InvoiceService) -> None:
    """And paying it pays the invoice."""
    invoice = await invoiced(service)
    await credit(service, invoice, "30")
    with pytest.raises(InvalidAmount, match="70"):
        await service.record_payment(invoice.id, eur("70.01"), reference="a", paid_at=WHEN)

    await service.mark_paid(invoice.id, reference="a", paid_at=WHEN)

    read = await service.get_invoice(invoice.id)
    assert (read.amount_paid, read.amount_due) == (eur("70"), eur("0"))
    assert (read.status, read.payment_status) == (InvoiceStatus.PAID, PaymentStatus.PAID)


async def test_a_note_of_the_whole_settles_an_invoice(service: InvoiceService) -> None:
    """Nothing was paid, and nothing is owed."""
    invoice = await invoiced(service)

    await credit(service, invoice, "100")

    read = await service.get_invoice(invoice.id)
    assert (read.amount_due, read.status) == (eur("0"), InvoiceStatus.PAID)


async def test_a_note_on_a_paid_invoice_is_to_be_given_back(service: InvoiceService) -> None:
    """The invoice reads as overpaid until the money went back."""
    invoice = await invoiced(service)
    await service.mark_paid(invoice.id, reference="a", paid_at=WHEN)

    await credit(service, invoice, "30")
    overpaid = await service.get_invoice(invoice.id)
    back = await service.refund(invoice.id, eur("30"), reference="b")
    settled = await service.get_invoice(invoice.id)

    assert (overpaid.amount_due, overpaid.payment_status) == (eur("-30"), PaymentStatus.OVERPAID)
    assert (settled.amount_due, settled.payment_status) == (eur("0"), PaymentStatus.PARTIALLY_REFUNDED)
    await service.delete_payment(invoice.id, str(back.value.id))
    assert (await service.get_invoice(invoice.id)).amount_due == eur("-30")


async def test_a_voided_note_takes_nothing_off(service: InvoiceService) -> None:
    """What it took off is owed again."""
    invoice = await invoiced(service)
    note = await credit(service, invoice, "30")

    voided = await service.set_status(note.id, InvoiceStatus.VOID)

    assert (await service.get_invoice(invoice.id)).amount_due == eur("100")
    assert voided.value.amount_due == eur("0")


async def test_a_credited_invoice_is_not_voided(service: InvoiceService) -> None:
    """Its notes would stand against nothing; without them it can be."""
    invoice = await invoiced(service)
    note = await credit(service, invoice, "30")
    for status in (InvoiceStatus.VOID, InvoiceStatus.DRAFT):
        with pytest.raises(InvalidTransition, match="credit note"):
            await service.set_status(invoice.id, status)

    await service.set_status(note.id, InvoiceStatus.VOID)

    voided = await service.set_status(invoice.id, InvoiceStatus.VOID)
    assert voided.value.amount_due == eur("0")


@pytest.mark.parametrize("status", [InvoiceStatus.DRAFT, InvoiceStatus.UNCOLLECTIBLE])
async def test_a_note_is_voided_or_stays(service: InvoiceService, status: InvoiceStatus) -> None:
    """It is no draft again, and nothing to be given up."""
    note = await credit(service, await invoiced(service), "30")

    with pytest.raises(InvalidTransition, match="credit note"):
        await service.set_status(note.id, status)


async def test_a_draft_is_changed_and_not_credited(service: InvoiceService) -> None:
    """Nobody was asked for its money yet."""
    draft = await invoiced(service, is_open=False)

    with pytest.raises(InvalidTransition, match="draft"):
        await credit(service, draft, "30")


async def test_a_note_is_not_copied(service: InvoiceService) -> None:
    """The copy would be an invoice of less than nothing."""
    note = await credit(service, await invoiced(service), "30")

    with pytest.raises(InvalidTransition, match="credit note"):
        await service.duplicate_invoice(note.id, reference="copy")


async def test_books_of_the_first_version_are_brought_up_to_date(path: Path) -> None:
    """They had no index of notes; what they hold stays."""
    async with InvoiceService.connect("local", path=str(path)) as service:
        await credit(service, await invoiced(service), "30")
    with closing(sqlite3.connect(path)) as books:
        books.execute("drop index credit_note_of")
        books.execute("pragma user_version = 1")
        books.commit()

    async with InvoiceService.connect("local", path=str(path)) as service:
        assert await owed(service) == eur("70")

    with closing(sqlite3.connect(path)) as books:
        assert books.execute("pragma user_version").fetchone() == (2,)
        assert books.execute("select 1 from sqlite_master where name = 'credit_note_of'").fetchone()


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"credits": "inv_000099"}, "credits"), ({"credits": "crn_000001"}, "credits"), ({}, "")],
)
async def test_only_notes_that_stand_against_an_invoice_are_imported(
    service: InvoiceService, native: Local, tmp_path: Path, changes: dict[str, str], words: str
) -> None:
    """And no more of them than the invoice comes to."""
    await credit(service, await invoiced(service), "30")
    await native.export_books(tmp_path / "books.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "books.jsonl").read_text().splitlines()]
    for row in rows:
        if row.get("number") == "CN":
            row |= changes
    (tmp_path / "changed.jsonl").write_text("\n".join(json.dumps(row) for row in rows))

    async with InvoiceService.connect("local", path=str(tmp_path / "other.sqlite")) as elsewhere:
        other = elsewhere.native
        assert isinstance(other, Local)
        if words:
            with pytest.raises(UsageError, match=words):
                await other.import_books(tmp_path / "changed.jsonl")
        else:
            await other.import_books(tmp_path / "changed.jsonl")
            assert await owed(elsewhere) == eur("70")
