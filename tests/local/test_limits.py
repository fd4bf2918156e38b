"""The books at their edges: huge amounts, hostile settings, money given back and taken away again."""

import asyncio
import sqlite3
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from pathlib import Path

import pytest

from invoicekit import (
    Invoice,
    InvoiceChange,
    InvoiceService,
    InvoiceStatus,
    Money,
    NewLineItem,
    PaymentStatus,
)
from invoicekit.errors import (
    Conflict,
    InvalidAmount,
    InvalidInstant,
    InvalidTransition,
    InvoiceKitError,
    NotFound,
    ReferenceReused,
    UsageError,
)
from invoicekit_local.books import Books
from invoicekit_local.totals import line_amount, totals_of

WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MOST = 2**63 - 1


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


def minor(units: int) -> Money:
    return Money.from_minor(units, "EUR")


async def made(service: InvoiceService, number: str, *prices: Money) -> Invoice:
    """Create an open invoice of one piece each."""
    customer = (await service.create_customer("Acme")).value
    created = await service.create_invoice(
        number=number,
        customer_id=customer.id,
        currency="EUR",
        issue_date=date(2026, 5, 1),
        due_date=date(2026, 5, 31),
        line_items=[NewLineItem(description="x", quantity=Decimal(1), unit_price=price) for price in prices],
    )
    return (await service.set_status(created.value.id, InvoiceStatus.OPEN)).value


async def test_sums_beyond_63_bits_stay_exact(service: InvoiceService) -> None:
    """Each payment fits a column and their sum does not: the books stay readable, and right."""
    invoice = await made(service, "1", minor(MOST), minor(MOST))
    for reference in ("a", "b"):
        await service.record_payment(invoice.id, minor(MOST), reference=reference, paid_at=WHEN)

    read = await service.get_invoice(invoice.id)
    back = await service.refund(invoice.id, minor(MOST), reference="c")

    assert (read.amount_paid, read.amount_due) == (minor(2 * MOST), minor(0))
    assert read.status is InvoiceStatus.PAID
    assert back.value.amount == minor(-MOST)


async def test_an_amount_beyond_63_bits_is_refused_in_words(service: InvoiceService) -> None:
    """In a line and in a payment; the books are as before."""
    with pytest.raises(InvalidAmount, match="63 bits"):
        await made(service, "1", minor(MOST + 1))
    invoice = await made(service, "2", minor(MOST), minor(MOST))

    with pytest.raises(InvalidAmount, match="63 bits"):
        await service.record_payment(invoice.id, minor(MOST + 1), reference="a", paid_at=WHEN)

    assert await service.find_invoice(number="1") is None
    assert await service.list_payments(invoice.id).snapshot() == ()


@pytest.mark.parametrize("precision", [3, 28])
def test_no_decimal_context_reaches_an_amount(precision: int) -> None:
    """However few digits the caller's own context keeps, every one of ours stays."""
    with localcontext() as context:
        context.prec = precision

        amount = line_amount(Decimal("0.1000000000000001"), Decimal("92233720368547758.07"), 2)
        totals = totals_of([MOST], Decimal("33.333333333333333333333333333333"), [Decimal("19.25")], 0)

    assert amount == 922337203685478503
    assert totals.total == 7332580769299546767


def test_a_product_of_many_digits_is_rounded_once() -> None:
    """A hair above the half goes up, though 28 digits would see the half alone."""
    assert line_amount(Decimal("1.0000000000000000000000000000001"), Decimal("0.005"), 2) == 1


@pytest.mark.parametrize(
    "change",
    [
        InvoiceChange(discount_percent=Decimal("100.01")),
        InvoiceChange(discount_percent=Decimal(-1)),
        InvoiceChange(discount_percent=Decimal("1E+70")),
        InvoiceChange(tax_percents=(Decimal(10), Decimal(-50))),
        InvoiceChange(tax_percents=(Decimal("1E+70"),)),
    ],
)
async def test_percentages_that_turn_a_sum_round_are_refused(
    service: InvoiceService, invoice: Invoice, change: InvoiceChange
) -> None:
    """Nobody is owed money by a discount."""
    with pytest.raises(InvalidAmount):
        await service.update_invoice(invoice.id, change)

    assert (await service.get_invoice(invoice.id)).total == eur("100.00")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (InvoiceChange(number="taken"), Conflict),
        (InvoiceChange(customer_id=None), UsageError),
        (InvoiceChange(customer_id="cus_404"), NotFound),
        (InvoiceChange(note="\ud800"), UsageError),
    ],
)
async def test_a_change_that_cannot_be_is_refused_in_words(
    service: InvoiceService, invoice: Invoice, change: InvoiceChange, error: type[InvoiceKitError]
) -> None:
    """Never with an error of the database, and nothing is changed."""
    await made(service, "taken", eur("1"))

    with pytest.raises(error):
        await service.update_invoice(invoice.id, change)

    assert await service.get_invoice(invoice.id) == invoice


async def test_a_deleted_refund_leaves_no_surplus(service: InvoiceService) -> None:
    """What was given back was paid again: taking the refund away would make it paid twice."""
    invoice = await made(service, "1", eur("100"))
    await service.record_payment(invoice.id, eur("100"), reference="a", paid_at=WHEN)
    refund = await service.refund(invoice.id, eur("30"), reference="b")
    await service.record_payment(invoice.id, eur("30"), reference="c", paid_at=WHEN)

    with pytest.raises(InvalidTransition, match="more than"):
        await service.delete_payment(invoice.id, str(refund.value.id))

    assert (await service.get_invoice(invoice.id)).amount_paid == eur("100.00")


async def test_nothing_owed_is_nothing_to_give_up(service: InvoiceService) -> None:
    """A paid invoice stays paid."""
    invoice = await made(service, "1", eur("100"))
    await service.mark_paid(invoice.id, reference="a", paid_at=WHEN)

    with pytest.raises(InvalidTransition, match="owes nothing"):
        await service.write_off(invoice.id, reference="w")

    assert (await service.get_invoice(invoice.id)).status is InvoiceStatus.PAID


async def test_a_result_holds_the_rows_that_were_written(service: InvoiceService) -> None:
    """As with a provider's answer: the same as its value's, whether written now or found."""
    invoice = await made(service, "1", eur("100"))

    paid = await service.record_payment(invoice.id, eur("10"), reference="a", paid_at=WHEN)
    found = await service.set_status(invoice.id, InvoiceStatus.OPEN)

    assert paid.raw == paid.value.raw != {}
    assert found.raw == found.value.raw != {}
    assert not paid.headers


async def test_what_was_given_back_in_full_can_be_voided(service: InvoiceService) -> None:
    """As the refusal says: refund first; and then no payment comes back to life."""
    invoice = await made(service, "1", eur("100"))
    await service.record_payment(invoice.id, eur("100"), reference="a", paid_at=WHEN)
    with pytest.raises(InvalidTransition, match="refund"):
        await service.set_status(invoice.id, InvoiceStatus.VOID)
    refund = await service.refund(invoice.id, eur("100"), reference="b")

    voided = await service.set_status(invoice.id, InvoiceStatus.VOID)

    assert (voided.value.status, voided.value.payment_status) == (InvoiceStatus.VOID, PaymentStatus.REFUNDED)
    with pytest.raises(InvalidTransition, match="void"):
        await service.delete_payment(invoice.id, str(refund.value.id))


@pytest.mark.parametrize("amount", ["0", "-25", "100.01"])
async def test_a_credit_note_is_more_than_nothing_and_at_most_the_invoice(
    service: InvoiceService, amount: str
) -> None:
    """A negative one would be a second invoice."""
    invoice = await made(service, "1", eur("100"))

    with pytest.raises(InvalidAmount):
        await service.create_credit_note(
            invoice.id, number="CN", amount=eur(amount), issue_date=date(2026, 6, 1)
        )

    assert await service.find_invoice(number="CN") is None


async def test_credit_notes_add_up_to_at_most_the_invoice(service: InvoiceService) -> None:
    """A voided one does not count, and a note is credited by nothing."""
    invoice = await made(service, "1", eur("100"))
    day = date(2026, 6, 1)
    first = await service.create_credit_note(invoice.id, number="A", amount=eur("60"), issue_date=day)
    with pytest.raises(InvalidAmount, match="40"):
        await service.create_credit_note(invoice.id, number="B", amount=eur("40.01"), issue_date=day)
    with pytest.raises(InvalidTransition):
        await service.create_credit_note(first.value.id, number="C", amount=eur("1"), issue_date=day)
    await service.set_status(first.value.id, InvoiceStatus.VOID)

    whole = await service.create_credit_note(invoice.id, number="D", amount=eur("100"), issue_date=day)

    assert whole.value.total == eur("-100.00")


async def test_a_credit_note_of_another_amount_is_not_the_same(
    service: InvoiceService, invoice: Invoice, path: Path
) -> None:
    """From a new journal, the number alone must not pass for the note asked for."""
    day = date(2026, 6, 1)
    await service.set_status(invoice.id, InvoiceStatus.OPEN)
    await service.create_credit_note(invoice.id, number="CN", amount=eur("25"), issue_date=day)

    async with InvoiceService.connect("local", path=str(path)) as elsewhere:
        with pytest.raises(ReferenceReused):
            await elsewhere.create_credit_note(invoice.id, number="CN", amount=eur("26"), issue_date=day)


async def test_a_reference_of_a_deleted_payment_is_not_answered_with_nothing(
    service: InvoiceService,
) -> None:
    """It was recorded and is gone: neither done nor worth a second record unasked."""
    invoice = await made(service, "1", eur("100"))
    paid = await service.record_payment(invoice.id, eur("100"), reference="a", paid_at=WHEN)
    await service.delete_payment(invoice.id, str(paid.value.id))

    with pytest.raises(ReferenceReused, match="not there"):
        await service.record_payment(invoice.id, eur("100"), reference="a", paid_at=WHEN)
    await service.record_payment(invoice.id, eur("100"), reference="b", paid_at=WHEN)

    assert (await service.get_invoice(invoice.id)).amount_paid == eur("100.00")


async def test_an_instant_before_all_instants_is_refused(service: InvoiceService) -> None:
    """The first day of the first year, east of Greenwich."""
    invoice = await made(service, "1", eur("100"))
    early = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))

    with pytest.raises(InvalidInstant):
        await service.record_payment(invoice.id, eur("1"), reference="a", paid_at=early)


@pytest.mark.parametrize("wrong", [5, "5", None, eur("0"), eur("-1")])
async def test_money_given_back_is_money_above_nothing(
    service: InvoiceService, invoice: Invoice, wrong: Money
) -> None:
    """A bare number has no currency; it is said in words, and by the service, before any adapter is asked."""
    with pytest.raises(InvalidAmount, match="above zero"):
        await service.refund(invoice.id, wrong, reference="a")
    with pytest.raises(InvalidAmount, match="above zero"):
        await service.create_credit_note(invoice.id, number="CN", amount=wrong, issue_date=WHEN.date())


async def test_a_cursor_that_is_none_is_refused(service: InvoiceService) -> None:
    """In words."""
    with pytest.raises(UsageError, match="cursor"):
        await service.list_invoices(cursor="next").snapshot()


async def test_a_write_that_was_given_up_does_not_overtake_a_later_one(path: Path) -> None:
    """It waits for another process; cancelled meanwhile, it writes nothing when its turn comes."""
    books = Books(path)
    await books.write(lambda connection: None)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    late = asyncio.create_task(
        books.write(lambda connection: connection.execute("insert into counter values ('late', 1)"))
    )
    await asyncio.sleep(0.05)

    late.cancel()
    await asyncio.gather(late, return_exceptions=True)
    other.execute("rollback")
    other.close()
    await asyncio.sleep(0.3)  # the thread takes its turn

    found = await books.read(lambda connection: connection.execute("select * from counter").fetchall())
    assert found == []
