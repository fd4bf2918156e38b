"""Callers without a type checker: a value of a wrong kind is a wrong call, said in words."""

from datetime import UTC, date, datetime

import pytest

from invoicekit import InvoiceService, Money, UsageError
from invoicekit.errors import InvalidAmount
from invoicekit_clockify.simulator import ClockifySimulator

WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("wrong", ["2026-05-04", date(2026, 5, 4), None])
async def test_paid_at_is_an_instant(
    service: InvoiceService, simulator: ClockifySimulator, invoice_id: str, wrong: object
) -> None:
    """Neither a text nor a day."""
    with pytest.raises(UsageError, match="paid_at"):
        await service.record_payment(
            invoice_id,
            Money("1", "EUR"),
            reference="r",
            paid_at=wrong,  # type: ignore[arg-type]
        )

    assert len(simulator.requests) == 0


@pytest.mark.parametrize("wrong", [4711, b"bank-1", ("bank", 1)])
async def test_a_reference_is_text(
    service: InvoiceService, simulator: ClockifySimulator, invoice_id: str, wrong: object
) -> None:
    """A number from a database column is another reference than its text would be."""
    with pytest.raises(UsageError, match="reference"):
        await service.record_payment(
            invoice_id,
            Money("1", "EUR"),
            reference=wrong,  # type: ignore[arg-type]
            paid_at=WHEN,
        )

    assert len(simulator.requests) == 0


async def test_a_status_is_one_of_the_neutral_ones(
    service: InvoiceService, simulator: ClockifySimulator, invoice_id: str
) -> None:
    """The provider's own word is not taken for one."""
    with pytest.raises(UsageError, match=r"such as InvoiceStatus\.VOID, not 'VOID'"):
        await service.set_status(invoice_id, "VOID")  # type: ignore[arg-type]

    assert len(simulator.requests) == 0


async def test_an_amount_is_money(
    service: InvoiceService, simulator: ClockifySimulator, invoice_id: str
) -> None:
    """1.5 is above zero: what is wrong with it is that it is a float, of no currency."""
    with pytest.raises(InvalidAmount, match=r"Money\('20.00', 'EUR'\), not 1.5"):
        await service.record_payment(invoice_id, 1.5, reference="r", paid_at=WHEN)  # type: ignore[arg-type]

    assert len(simulator.requests) == 0
