"""From one provider to another: what is paid there becomes paid here, once."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from provider_desks import DESKS, ProviderDesk
from reconcile_desk import applied

from invoicekit.batch import Standing
from invoicekit.model import Invoice, InvoiceStatus, Money, NewLineItem
from invoicekit.reconcile import Decision, Kind, make_plan, read_books

PAID_AT = datetime(2026, 3, 5, 12, tzinfo=UTC)


async def open_invoice(desk: ProviderDesk, number: str, amount: str) -> Invoice:
    customers = await desk.service.list_customers().snapshot()
    found = next((each for each in customers if each.name == desk.customer_name), None)
    customer = found or (await desk.service.create_customer(desk.customer_name)).value
    made = await desk.service.create_invoice(
        number=number,
        customer_id=customer.id,
        currency="EUR",
        issue_date=date(2026, 2, 1),
        due_date=date(2026, 3, 1),
        line_items=[NewLineItem(description="Work", quantity=Decimal(1), unit_price=Money(amount, "EUR"))],
    )
    if made.value.status is InvoiceStatus.DRAFT:
        await desk.service.set_status(made.value.id, InvoiceStatus.OPEN, allow_irreversible=True)
    return await desk.service.get_invoice(made.value.id)


@pytest.mark.parametrize(("source", "target"), [("asset", "clockify"), ("kukkingu", "local")])
async def test_paid_there_is_paid_here_once(source: str, target: str, tmp_path: Path) -> None:
    """By number; what is unpaid there stays, and a later plan finds what was recorded."""
    (tmp_path / "there").mkdir()
    (tmp_path / "here").mkdir()
    async with DESKS[source](tmp_path / "there") as there, DESKS[target](tmp_path / "here") as here:
        for number, amount in (("A-2026-1", "120.00"), ("A-2026-2", "77.50"), ("A-2026-3", "10.00")):
            invoice = await open_invoice(there, number, amount)
            if number != "A-2026-3":
                await there.service.record_payment(
                    invoice.id, Money(amount, "EUR"), reference=f"bank-{number}", paid_at=PAID_AT
                )
        first = await open_invoice(here, "A-2026-1", "120.00")
        second = await open_invoice(here, "A-2026-2", "77.50")
        third = await open_invoice(here, "A-2026-3", "10.00")

        plan = await make_plan(here.service, [await read_books(there.service)])
        outcomes = await applied(here.service, plan)
        replanned = await make_plan(here.service, [await read_books(there.service)])

        kinds = {row.invoice_number: row.kind for row in plan.of_lines()}
        assert kinds == dict.fromkeys(("A-2026-1", "A-2026-2"), Kind.EXACT.value)
        assert [one.standing for one in outcomes] == [Standing.APPLIED] * 2
        assert here.payments_held(first.id) == [120_00]
        assert here.payments_held(second.id) == [77_50]
        assert here.payments_held(third.id) == []
        assert {row.kind for row in replanned.of_lines()} == {Kind.ALREADY_APPLIED.value}
        assert not any(row.decision is Decision.APPLY for row in replanned.of_lines())
