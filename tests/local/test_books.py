"""The embedded ledger: a real one, with the same promises."""

import asyncio
import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicekit import (
    Invoice,
    InvoiceChange,
    InvoiceService,
    InvoiceStatus,
    Money,
    NewLineItem,
    Outcome,
    PaymentStatus,
    TimeEntry,
)
from invoicekit.errors import (
    ConfigurationError,
    Conflict,
    CurrencyMismatch,
    FieldLocked,
    InvalidAmount,
    InvalidTransition,
    NotFound,
    ReferenceReused,
    UsageError,
)
from invoicekit_local import Local
from invoicekit_local.totals import line_amount, totals_of

WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


async def opened(service: InvoiceService, invoice: Invoice) -> str:
    await service.set_status(invoice.id, InvoiceStatus.OPEN)
    return invoice.id


async def test_an_invoice_keeps_what_it_was_made_of(service: InvoiceService, invoice: Invoice) -> None:
    """Number, lines, totals and both statuses come back as they went in."""
    read = await service.get_invoice(invoice.id)

    assert read == invoice
    assert (read.number, read.note, read.total, read.amount_due) == (
        "2026-001",
        "thanks",
        eur("100.00"),
        eur("100.00"),
    )
    assert (read.status, read.payment_status) == (InvoiceStatus.DRAFT, PaymentStatus.UNPAID)
    assert isinstance(read.line_items, tuple)
    assert [line.amount for line in read.line_items] == [eur("90.00"), eur("10.00")]


async def test_a_number_is_created_once(service: InvoiceService, invoice: Invoice, path: Path) -> None:
    """Again, even from a new journal, finds the first; another customer's is refused."""
    other = (await service.create_customer("Other")).value
    asked = {
        "number": "2026-001",
        "currency": "EUR",
        "issue_date": date(2026, 5, 1),
        "due_date": date(2026, 5, 31),
    }
    async with InvoiceService.connect("local", path=str(path)) as elsewhere:
        again = await elsewhere.create_invoice(customer_id=str(invoice.customer_id), **asked)  # type: ignore[arg-type]
    async with InvoiceService.connect("local", path=str(path)) as elsewhere:
        with pytest.raises(Conflict, match="2026-001"):
            await elsewhere.create_invoice(customer_id=other.id, **asked)  # type: ignore[arg-type]

    assert (again.outcome, again.value.id) == (Outcome.ALREADY_APPLIED, invoice.id)


async def test_payments_in_part_and_in_full(service: InvoiceService, invoice: Invoice) -> None:
    """Part, the rest, and the statuses that follow."""
    invoice_id = await opened(service, invoice)

    await service.record_payment(invoice_id, eur("40"), reference="a", paid_at=WHEN)
    part = await service.get_invoice(invoice_id)
    paid = await service.mark_paid(invoice_id, paid_at=WHEN, reference="b")

    assert (part.status, part.payment_status) == (InvoiceStatus.OPEN, PaymentStatus.PARTIALLY_PAID)
    assert (paid.value.status, paid.value.payment_status) == (InvoiceStatus.PAID, PaymentStatus.PAID)
    assert [one.reference for one in await service.list_payments(invoice_id).snapshot()] == ["a", "b"]


async def test_a_reference_is_recorded_once_whoever_asks(
    service: InvoiceService, invoice: Invoice, path: Path
) -> None:
    """Fifty tasks on two services with two journals: one payment."""
    invoice_id = await opened(service, invoice)
    async with InvoiceService.connect("local", path=str(path)) as elsewhere:
        results = await asyncio.gather(
            *(
                one.record_payment(invoice_id, eur("10"), reference="r", paid_at=WHEN)
                for one in (service, elsewhere) * 25
            ),
            return_exceptions=True,
        )

    assert len(await service.list_payments(invoice_id).snapshot()) == 1
    assert not [one for one in results if isinstance(one, BaseException)], results


async def test_processes_on_one_file_record_once(
    service: InvoiceService, invoice: Invoice, path: Path
) -> None:
    """Four processes with the same reference: one payment."""
    invoice_id = await opened(service, invoice)
    program = (
        "import asyncio, sys\n"
        "from datetime import UTC, datetime\n"
        "from invoicekit import InvoiceService, Money\n"
        "async def main():\n"
        "    async with InvoiceService.connect('local', path=sys.argv[1]) as service:\n"
        "        await service.record_payment(sys.argv[2], Money('10', 'EUR'), reference='r',\n"
        "            paid_at=datetime(2026, 5, 4, tzinfo=UTC))\n"
        "asyncio.run(main())\n"
    )
    workers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, str(path), invoice_id, stderr=subprocess.PIPE
        )
        for _ in range(4)
    ]

    errors = [(await worker.communicate())[1].decode() for worker in workers]

    assert len(await service.list_payments(invoice_id).snapshot()) == 1
    assert [worker.returncode for worker in workers] == [0] * 4, errors


@pytest.mark.parametrize(
    ("amount", "error"),
    [(eur("100.01"), InvalidAmount), (Money("1", "USD"), CurrencyMismatch), (eur("0"), InvalidAmount)],
)
async def test_wrong_amounts_are_refused(
    service: InvoiceService, invoice: Invoice, amount: Money, error: type[Exception]
) -> None:
    """More than is owed, another currency, nothing."""
    invoice_id = await opened(service, invoice)

    with pytest.raises(error):
        await service.record_payment(invoice_id, amount, reference="r", paid_at=WHEN)

    assert await service.list_payments(invoice_id).snapshot() == ()


async def test_a_draft_takes_no_payment(service: InvoiceService, invoice: Invoice) -> None:
    """It is opened first."""
    with pytest.raises(InvalidTransition, match="draft"):
        await service.record_payment(invoice.id, eur("1"), reference="r", paid_at=WHEN)


async def test_another_amount_under_the_reference_is_refused(
    service: InvoiceService, invoice: Invoice
) -> None:
    """A reference stands for one payment."""
    invoice_id = await opened(service, invoice)
    await service.record_payment(invoice_id, eur("1"), reference="r", paid_at=WHEN)

    with pytest.raises(ReferenceReused):
        await service.record_payment(invoice_id, eur("2"), reference="r", paid_at=WHEN)


async def test_refunds_give_back_at_most_what_was_paid(service: InvoiceService, invoice: Invoice) -> None:
    """Part, the rest, and no cent more."""
    invoice_id = await opened(service, invoice)
    await service.mark_paid(invoice_id, paid_at=WHEN, reference="all")

    await service.refund(invoice_id, eur("30"), reference="back-1", reason="late")
    part = await service.get_invoice(invoice_id)
    with pytest.raises(InvalidAmount):
        await service.refund(invoice_id, eur("70.01"), reference="back-2")
    await service.refund(invoice_id, eur("70"), reference="back-2")
    whole = await service.get_invoice(invoice_id)

    assert part.payment_status is PaymentStatus.PARTIALLY_REFUNDED
    assert whole.payment_status is PaymentStatus.REFUNDED
    assert whole.amount_paid == eur("0")


async def test_a_credit_note_stands_against_its_invoice(service: InvoiceService, invoice: Invoice) -> None:
    """A negative invoice of its own number; the number again finds it."""
    await opened(service, invoice)
    made = await service.create_credit_note(
        invoice.id, number="CN-1", amount=eur("25"), issue_date=date(2026, 6, 1), reason="damage"
    )
    again = await service.create_credit_note(
        invoice.id, number="CN-1", amount=eur("25"), issue_date=date(2026, 6, 1), reason="damage"
    )

    assert made.value.total == eur("-25.00")
    assert again.outcome is Outcome.ALREADY_APPLIED


async def test_statuses_move_as_the_table_says(service: InvoiceService, invoice: Invoice) -> None:
    """Void is final, paid is not set by hand, and money stands in the way of void."""
    invoice_id = await opened(service, invoice)
    with pytest.raises(InvalidTransition):
        await service.set_status(invoice_id, InvoiceStatus.PAID)
    await service.record_payment(invoice_id, eur("1"), reference="r", paid_at=WHEN)
    with pytest.raises(InvalidTransition, match="payments"):
        await service.set_status(invoice_id, InvoiceStatus.VOID)
    written_off = await service.write_off(invoice_id, reference="w")

    assert written_off.value.status is InvoiceStatus.UNCOLLECTIBLE
    assert (
        await service.set_status(invoice_id, InvoiceStatus.UNCOLLECTIBLE)
    ).outcome is Outcome.ALREADY_APPLIED


async def test_only_a_draft_changes(service: InvoiceService, invoice: Invoice) -> None:
    """Discount and taxes count into the total; an open invoice is locked."""
    changed = await service.update_invoice(
        invoice.id,
        InvoiceChange(discount_percent=Decimal(10), tax_percents=(Decimal(20),), note=None),
    )
    await opened(service, invoice)

    assert (changed.value.total, changed.value.note, changed.value.number) == (
        eur("108.00"),
        None,
        "2026-001",
    )
    with pytest.raises(FieldLocked):
        await service.update_invoice(invoice.id, InvoiceChange(note="later"))


async def test_delete_and_duplicate(service: InvoiceService, invoice: Invoice) -> None:
    """A copy has its own number; a draft goes, gone is done, an open one stays."""
    copy = await service.duplicate_invoice(invoice.id, reference="copy-1")
    await service.delete_invoice(invoice.id)
    again = await service.delete_invoice(invoice.id)
    await opened(service, copy.value)

    assert (copy.value.number, copy.value.total) == ("2026-001-2", eur("100.00"))
    assert again.outcome is Outcome.ALREADY_APPLIED
    with pytest.raises(NotFound):
        await service.get_invoice(invoice.id)
    with pytest.raises(InvalidTransition):
        await service.delete_invoice(copy.value.id)


async def test_time_is_listed_and_marked(service: InvoiceService, native: Local) -> None:
    """Entries of a period, marked and unmarked; one bad id rejects itself alone."""
    await native.add_time_entries(
        [
            TimeEntry(
                id=f"e{number}",
                start=WHEN + timedelta(hours=number),
                duration=timedelta(minutes=30),
                is_billable=True,
                hourly_rate=eur("80"),
            )
            for number in range(5)
        ]
    )

    report = await service.mark_time_entries(["e0", "e1", "nope", "e2"])
    unmarked = await service.list_time_entries(
        invoiced=False, start=WHEN, end=WHEN + timedelta(hours=4)
    ).snapshot()

    assert [problem.id for problem in report.problems] == ["nope"]
    assert [entry.id for entry in unmarked] == ["e3"]
    assert unmarked[0].end == WHEN + timedelta(hours=3, minutes=30)


async def test_lists_go_on_page_after_page(service: InvoiceService, native: Local) -> None:
    """More than two pages of entries, each once and in order."""
    names = [f"e{number:03d}" for number in range(450)]
    await native.add_time_entries(
        [TimeEntry(id=name, start=WHEN, duration=timedelta(minutes=1)) for name in names]
    )

    listed = [entry.id async for entry in service.list_time_entries()]

    assert listed == names


async def test_invoices_are_filtered(service: InvoiceService, invoice: Invoice) -> None:
    """By status, customer and date."""
    await service.duplicate_invoice(invoice.id, reference="c")
    await opened(service, invoice)

    drafts = await service.list_invoices(statuses={InvoiceStatus.DRAFT}).snapshot()
    early = await service.list_invoices(issued_to=date(2026, 4, 30)).snapshot()
    theirs = await service.list_invoices(customer_id=str(invoice.customer_id)).snapshot()

    assert [one.number for one in drafts] == ["2026-001-2"]
    assert early == ()
    assert len(theirs) == 2


async def test_the_pdf_is_a_pdf(service: InvoiceService, invoice: Invoice, tmp_path: Path) -> None:
    """It is written whole, with the number in it."""
    size = await service.export_pdf(invoice.id, tmp_path / "out.pdf")

    document = (tmp_path / "out.pdf").read_bytes()
    assert len(document) == size
    assert document.startswith(b"%PDF-1.4")
    assert b"Invoice 2026-001" in document
    assert document.rstrip().endswith(b"%%EOF")


async def test_books_move_house(
    service: InvoiceService, native: Local, invoice: Invoice, tmp_path: Path
) -> None:
    """Exported and imported, the books are equal; a second import adds nothing; ids go on."""
    await service.record_payment(await opened(service, invoice), eur("40"), reference="a", paid_at=WHEN)
    rows = await native.export_books(tmp_path / "books.jsonl")
    async with InvoiceService.connect("local", path=str(tmp_path / "new.sqlite")) as moved:
        assert isinstance(moved.native, Local)
        added = await moved.native.import_books(tmp_path / "books.jsonl")
        again = await moved.native.import_books(tmp_path / "books.jsonl")
        read = await moved.get_invoice(invoice.id)
        copy = await moved.duplicate_invoice(invoice.id, reference="x")

    assert (added > 0, again, rows >= added) == (True, 0, True)
    assert read == await service.get_invoice(invoice.id)
    assert copy.value.id != invoice.id


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{not json", "not JSON"),
        ('{"table": "nothing"}', "no row"),
        ('{"table": "customer", "id": "c"}', "columns"),
    ],
)
async def test_a_bad_line_imports_nothing(native: Local, tmp_path: Path, line: str, words: str) -> None:
    """The message names file and line, and the good rows before it are not kept."""
    file = tmp_path / "bad.jsonl"
    good = (
        '{"table": "customer", "id": "c1", "name": "A", "email": null, "address": null, "note": null, '
        '"is_archived": 0}'
    )
    file.write_text(f"{good}\n{line}\n")

    with pytest.raises(UsageError, match=f"bad.jsonl:2.*{words}"):
        await native.import_books(file)

    assert (await native.list_customers(None)).items == ()


async def test_another_database_is_left_alone(tmp_path: Path) -> None:
    """A file that is not such books is named and not touched."""
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("create table mine (x)")
    other.close()
    before = path.read_bytes()

    async with InvoiceService.connect("local", path=str(path)) as service:
        with pytest.raises(ConfigurationError, match="not books"):
            await service.list_customers().snapshot()

    assert path.read_bytes()[:20] == before[:20]


@pytest.mark.parametrize(("currency", "unit", "amount"), [("JPY", "1000", "1500"), ("KWD", "1.234", "1.851")])
async def test_money_keeps_its_exponent(
    service: InvoiceService, currency: str, unit: str, amount: str
) -> None:
    """Yen have no decimals, dinars three."""
    customer = (await service.create_customer("Acme")).value
    line = NewLineItem(description="x", quantity=Decimal("1.5"), unit_price=Money(unit, currency))
    made = await service.create_invoice(
        number="1",
        customer_id=customer.id,
        currency=currency,
        issue_date=date(2026, 1, 1),
        due_date=date(2026, 1, 1),
        line_items=[line],
    )

    assert made.value.total == Money(amount, currency)


@given(
    amounts=st.lists(st.integers(0, 2**55), max_size=5),
    discount=st.decimals(0, 100, places=2),
    taxes=st.lists(st.decimals(0, 100, places=2), max_size=3),
    paid=st.integers(0, 2**60),
)
def test_totals_are_whole_and_add_up(
    amounts: list[int], discount: Decimal, taxes: list[Decimal], paid: int
) -> None:
    """Whatever the percentages, everything is whole minor units, and what is due is what is missing."""
    totals = totals_of(amounts, discount, taxes, paid)

    assert totals.due == totals.total - paid
    assert totals.total >= 0
    if discount == 0 and not taxes:
        assert totals.total == sum(amounts)


def test_a_line_is_rounded_half_to_even() -> None:
    """The banker's way, at the currency's own place."""
    assert line_amount(Decimal("0.5"), Decimal("0.01"), 2) == 0
    assert line_amount(Decimal("1.5"), Decimal("0.01"), 2) == 2
