"""A process that dies between the books' commit and the journal's last word."""

import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from invoicekit import Invoice, InvoiceService, InvoiceStatus, Money, Outcome
from invoicekit.errors import NotFound, OutcomeUnknown

WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
DIES = 9
CALLS = {
    "payment": "service.record_payment(invoice, Money('10', 'EUR'), reference='a', paid_at=WHEN)",
    "refund": "service.refund(invoice, Money('10', 'EUR'), reference='b')",
    "credit note": (
        "service.create_credit_note(invoice, number='CN', amount=Money('5', 'EUR'), issue_date=DAY)"
    ),
    "copy": "service.duplicate_invoice(invoice, reference='c')",
}
PROGRAM = f"""
import asyncio, os, sys
from datetime import UTC, date, datetime
from invoicekit import InvoiceService, Money
from invoicekit.guard import DoubtPolicy
from invoicekit_local.books import Books
WHEN, DAY = datetime(2026, 5, 4, 12, 0, tzinfo=UTC), date(2026, 6, 1)
path, journal, invoice, call = sys.argv[1:]
run = Books._run
def dying(self, work, begin, *more):
    result = run(self, work, begin, *more)
    if begin == "begin immediate":
        os._exit({DIES})
    return result
Books._run = dying
async def main():
    soon_over = DoubtPolicy(lease_seconds=0.5)
    async with InvoiceService.connect("local", path=path, journal=journal, policy=soon_over) as service:
        await eval(call)
asyncio.run(main())
"""


async def held(service: InvoiceService, invoice_id: str) -> tuple[int, int]:
    """Count the invoices and the payment rows of one."""
    invoices = await service.list_invoices().snapshot()
    return len(invoices), len(await service.list_payments(invoice_id).snapshot())


async def paid_invoice(service: InvoiceService, invoice: Invoice) -> str:
    await service.set_status(invoice.id, InvoiceStatus.OPEN)
    await service.record_payment(invoice.id, Money("50", "EUR"), reference="base", paid_at=WHEN)
    return invoice.id


def die_in(call: str, path: Path, journal: Path, invoice_id: str) -> None:
    """Perform one call in a process that dies once the books have committed."""
    program = [sys.executable, "-c", PROGRAM, str(path), str(journal), invoice_id, CALLS[call]]
    assert subprocess.run(program, env=dict(os.environ), check=False).returncode == DIES


@pytest.mark.parametrize(
    ("name", "again"),
    [
        (
            "payment",
            lambda service, of: service.record_payment(of, Money("10", "EUR"), reference="a", paid_at=WHEN),
        ),
        ("refund", lambda service, of: service.refund(of, Money("10", "EUR"), reference="b")),
        (
            "credit note",
            lambda service, of: service.create_credit_note(
                of, number="CN", amount=Money("5", "EUR"), issue_date=date(2026, 6, 1)
            ),
        ),
    ],
)
async def test_what_was_committed_is_found(
    service: InvoiceService,
    invoice: Invoice,
    path: Path,
    tmp_path: Path,
    name: str,
    again: Callable[[InvoiceService, str], Awaitable[object]],
) -> None:
    """On the same journal and on a new one: once in the books, and told so."""
    invoice_id = await paid_invoice(service, invoice)
    die_in(name, path, tmp_path / "j.sqlite", invoice_id)
    after_the_crash = await held(service, invoice_id)

    outcomes = []
    for journal in ("j.sqlite", "j.sqlite", "new.sqlite"):
        async with InvoiceService.connect("local", path=str(path), journal=tmp_path / journal) as restarted:
            outcomes.append(getattr(await again(restarted, invoice_id), "outcome", None))

    assert outcomes == [Outcome.ALREADY_APPLIED] * 3
    assert await held(service, invoice_id) == after_the_crash


async def test_a_copy_that_may_have_been_made_is_not_made_again(
    service: InvoiceService, invoice: Invoice, path: Path, tmp_path: Path
) -> None:
    """Nothing tells one copy from another, so the doubt is told and the copy stays one."""
    invoice_id = await paid_invoice(service, invoice)
    journal = tmp_path / "j.sqlite"
    die_in("copy", path, journal, invoice_id)

    async with InvoiceService.connect("local", path=str(path), journal=journal) as restarted:
        with pytest.raises(OutcomeUnknown):
            await restarted.duplicate_invoice(invoice_id, reference="c")

    assert await held(service, invoice_id) == (2, 1)


async def test_a_copy_is_made_once_and_a_refused_one_may_be_asked_for_again(
    service: InvoiceService, invoice: Invoice
) -> None:
    """Done is told by the journal; refused left nothing in doubt."""
    with pytest.raises(NotFound):
        await service.duplicate_invoice("inv_404", reference="c")
    with pytest.raises(NotFound):
        await service.duplicate_invoice("inv_404", reference="c")

    made = await service.duplicate_invoice(invoice.id, reference="d")
    again = await service.duplicate_invoice(invoice.id, reference="d")

    assert (again.outcome, again.value.id) == (Outcome.ALREADY_APPLIED, made.value.id)
    assert (await held(service, invoice.id))[0] == 2
