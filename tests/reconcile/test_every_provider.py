"""The same statement at each provider: planned, applied once, found again."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from provider_desks import DESKS, ProviderDesk
from reconcile_desk import applied, line, planned

from invoicekit.batch import Standing
from invoicekit.model import Invoice, InvoiceStatus, Money, NewLineItem
from invoicekit.reconcile import Decision, Kind


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


@pytest.mark.parametrize("provider", DESKS)
async def test_a_statement_is_applied_once_everywhere(provider: str, tmp_path: Path) -> None:
    """By number, and by amount and payer; a rerun and a new plan find what was recorded."""
    async with DESKS[provider](tmp_path) as desk:
        first = await open_invoice(desk, "A-2026-1", "120.00")
        second = await open_invoice(desk, "A-2026-2", "77.50")
        payer = desk.customer_name
        lines = (
            line("for A-2026-1", "120.00", payer=payer),
            line("thank you", "77.50", number=2, payer=payer),
        )

        plan = await planned(desk.service, *lines)
        outcomes = await applied(desk.service, plan)
        again = await applied(desk.service, plan)
        replanned = await planned(desk.service, *lines)

        decided = [(row.kind, row.decision) for row in plan.of_lines()]
        assert decided == [(Kind.EXACT.value, Decision.APPLY)] * 2
        assert [one.standing for one in outcomes] == [Standing.APPLIED] * 2
        assert [one.standing for one in again] == [Standing.ALREADY_APPLIED] * 2
        assert [row.kind for row in replanned.of_lines()] == [Kind.ALREADY_APPLIED.value] * 2
        assert (desk.payments_held(first.id), desk.payments_held(second.id)) == ([120_00], [77_50])
