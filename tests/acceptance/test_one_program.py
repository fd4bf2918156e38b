"""One program for every provider: it asks what each can do, and never which one it is."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest
from provider_desks import DESKS, ProviderDesk

from invoicekit import (
    Invoice,
    InvoiceChange,
    InvoiceService,
    InvoiceStatus,
    Money,
    NewLineItem,
    Outcome,
    WriteResult,
)
from invoicekit.errors import FieldLocked, UnsupportedOperation

T = TypeVar("T")
WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LINES = (
    NewLineItem(description="work", quantity=Decimal("1.5"), unit_price=Money("60", "EUR")),
    NewLineItem(description="travel", quantity=Decimal(1), unit_price=Money("10", "EUR")),
)


@pytest.fixture(params=sorted(DESKS))
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ProviderDesk]:
    """One provider after the other."""
    async with DESKS[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture
def service(desk: ProviderDesk) -> InvoiceService:
    """The service on the desk."""
    return desk.service


async def tried(call: Awaitable[T]) -> T | None:
    """Return what came of it, or None where the provider's limits refused it in words."""
    try:
        return await call
    except (UnsupportedOperation, FieldLocked) as refusal:
        if not str(refusal):
            raise
        return None


async def drafted(desk: ProviderDesk, number: str = "2026-001") -> WriteResult[Invoice]:
    """Create an invoice of 100 EUR for a customer of our own."""
    service = desk.service
    customer = await service.create_customer(desk.customer_name)
    return await service.create_invoice(
        number=number,
        customer_id=customer.value.id,
        currency="EUR",
        issue_date=date(2026, 5, 1),
        due_date=date(2026, 5, 31),
        line_items=LINES,
    )


async def issued(desk: ProviderDesk, number: str = "2026-001") -> Invoice:
    """Create an invoice and open it, where the provider has drafts."""
    created = await drafted(desk, number)
    opened = await desk.service.set_status(created.value.id, InvoiceStatus.OPEN, allow_irreversible=True)
    return opened.value


async def test_created_once_and_found(service: InvoiceService, desk: ProviderDesk) -> None:
    """The same number again is the same invoice; it is found by it and listed once."""
    first = await drafted(desk)
    again = await drafted(desk)

    found = await service.find_invoice(number="2026-001")
    listed = [invoice.id async for invoice in service.list_invoices()]
    read = await service.get_invoice(first.value.id)

    assert (first.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
    assert found is not None
    assert found.id == again.value.id == first.value.id
    assert listed.count(first.value.id) == 1
    assert (read.total, read.amount_due) == (Money("100.00", "EUR"), Money("100.00", "EUR"))


async def test_updated_or_refused_before_any_write(service: InvoiceService, desk: ProviderDesk) -> None:
    """What can be changed is changed and the rest kept; what cannot is refused in words."""
    created = await drafted(desk)

    changed = await tried(service.update_invoice(created.value.id, InvoiceChange(due_date=date(2026, 6, 15))))

    read = await service.get_invoice(created.value.id)
    assert (read.due_date == date(2026, 6, 15)) is (changed is not None)
    assert (read.number, read.total) == ("2026-001", Money("100.00", "EUR"))


async def test_paid_in_full_once(service: InvoiceService, desk: ProviderDesk) -> None:
    """The balance is recorded, the invoice reads as paid, and asking again changes nothing."""
    invoice = await issued(desk)

    paid = await service.record_payment(invoice.id, Money("100.00", "EUR"), reference="bank-1", paid_at=WHEN)
    again = await service.record_payment(invoice.id, Money("100.00", "EUR"), reference="bank-1", paid_at=WHEN)

    read = await service.get_invoice(invoice.id)
    assert (paid.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
    assert (read.status, read.amount_due) == (InvoiceStatus.PAID, Money("0.00", "EUR"))
    assert desk.payments_held(invoice.id) == [10_000]


async def test_paid_in_part_or_refused_before_any_write(service: InvoiceService, desk: ProviderDesk) -> None:
    """Where the provider knows partial payments, the rest stays open; elsewhere nothing is sent."""
    invoice = await issued(desk)

    part = await tried(service.record_payment(invoice.id, Money("40", "EUR"), reference="part", paid_at=WHEN))

    read = await service.get_invoice(invoice.id)
    assert read.status is InvoiceStatus.OPEN
    assert read.amount_due == Money("60.00" if part else "100.00", "EUR")
    assert desk.payments_held(invoice.id) == ([4_000] if part else [])


async def test_void_is_void(service: InvoiceService, desk: ProviderDesk) -> None:
    """An unpaid invoice is voided; again it is so already."""
    invoice = await issued(desk)

    first = await service.set_status(invoice.id, InvoiceStatus.VOID)
    again = await service.set_status(invoice.id, InvoiceStatus.VOID)

    assert (first.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
    assert (await service.get_invoice(invoice.id)).status is InvoiceStatus.VOID


async def test_time_is_marked_or_refused_before_any_write(
    service: InvoiceService, desk: ProviderDesk
) -> None:
    """Every id ends in one count, where time is known at all."""
    report = await tried(service.mark_time_entries([*desk.entry_ids, *desk.entry_ids[:1]]))

    if report is not None:
        assert sum(report.counts.values()) == len(desk.entry_ids) + 1
        assert report.is_done, report.problems


async def test_every_method_is_offered_or_refused_in_words(service: InvoiceService) -> None:
    """What is not offered says so before any request, and what else to do."""
    before = service.stats()
    capabilities = service.capabilities()
    refused: dict[str, Callable[[], Awaitable[object]]] = {
        "refund": lambda: service.refund("x", Money("1", "EUR"), reference="r"),
        "create_credit_note": lambda: service.create_credit_note(
            "x", number="C", amount=Money("1", "EUR"), issue_date=date(2026, 1, 1)
        ),
        "write_off": lambda: service.write_off("x", reference="w"),
        "delete_invoice": lambda: service.delete_invoice("x"),
        "duplicate_invoice": lambda: service.duplicate_invoice("x", reference="d"),
        "delete_payment": lambda: service.delete_payment("x", "y"),
    }

    for name, call in refused.items():
        if not capabilities.of(name).is_offered:
            with pytest.raises(UnsupportedOperation, match=name):
                await call()
            assert capabilities.of(name).alternative, name

    assert service.stats() == before


async def test_exported_or_refused(service: InvoiceService, desk: ProviderDesk, tmp_path: Path) -> None:
    """A PDF lands in the file, or nothing is asked for."""
    invoice = await issued(desk)

    size = await tried(service.export_pdf(invoice.id, tmp_path / "invoice.pdf"))

    if size is not None:
        assert (tmp_path / "invoice.pdf").read_bytes().startswith(b"%PDF")
        assert (tmp_path / "invoice.pdf").stat().st_size == size


def test_the_program_never_asks_who_it_is() -> None:
    """No line of this file compares the provider's name."""
    source = Path(__file__).read_text()

    assert ("provider" + " ==") not in source
    assert not any(name in source for name in DESKS)
