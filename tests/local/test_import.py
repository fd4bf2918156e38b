"""Rows from a file, hostile ones included: all of them go in, or none, and the books stay readable."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invoicekit import Invoice, InvoiceService, InvoiceStatus, Money, NewLineItem
from invoicekit.errors import UsageError
from invoicekit_local import Local

WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
CUSTOMER = {
    "table": "customer",
    "id": "cus_000001",
    "name": "A",
    "email": None,
    "address": None,
    "note": None,
    "is_archived": 0,
}
INVOICE = {
    "table": "invoice",
    "id": "inv_000001",
    "number": "1",
    "customer_id": "cus_000001",
    "currency": "EUR",
    "issue_date": "2026-05-01",
    "due_date": "2026-05-31",
    "status": "open",
    "subject": None,
    "note": None,
    "discount_percent": "0",
    "tax_percents": "[]",
    "credits": None,
}
LINE = {
    "table": "line",
    "invoice_id": "inv_000001",
    "position": 1,
    "description": "x",
    "quantity": "2",
    "unit_price": "50.00",
    "amount_minor": 10000,
    "kind": None,
}
PAYMENT = {
    "table": "payment",
    "id": "pay_000001",
    "invoice_id": "inv_000001",
    "kind": "payment",
    "amount_minor": 4000,
    "paid_at": "2026-05-04T12:00:00.000000+00:00",
    "note": "",
    "reference": "a",
}
ENTRY = {
    "table": "time_entry",
    "id": "e1",
    "customer_id": None,
    "project_id": None,
    "user_id": None,
    "description": None,
    "start": "2026-05-04T12:00:00.000000+00:00",
    "seconds": 60,
    "is_billable": 1,
    "rate_minor": 8000,
    "currency": "EUR",
    "is_invoiced": 0,
    "invoice_id": None,
}
ROWS = {str(row["table"]): row for row in (CUSTOMER, INVOICE, LINE, PAYMENT, ENTRY)}


def written(folder: Path, rows: Mapping[str, Mapping[str, object]], *more: object) -> Path:
    file = folder / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in [*rows.values(), *more]))
    return file


async def test_books_without_their_counters_go_on(
    service: InvoiceService, native: Local, tmp_path: Path
) -> None:
    """Ids that came in are not given out again, even where the file does not say how far they went."""
    added = await native.import_books(written(tmp_path, ROWS))

    paid = await service.record_payment("inv_000001", Money("60", "EUR"), reference="b", paid_at=WHEN)
    copy = await service.duplicate_invoice("inv_000001", reference="c")

    assert added == 5
    assert (paid.value.id, copy.value.id) == ("pay_000002", "inv_000002")
    assert (await service.get_invoice("inv_000001")).status is InvoiceStatus.PAID


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("customer", "id", ["c"]),
        ("customer", "is_archived", 2**63),
        ("customer", "is_archived", 7),
        ("customer", "name", "\ud800"),
        ("customer", "name", 5),
        ("invoice", "currency", "XXX"),
        ("invoice", "currency", "Robert'); drop table invoice"),
        ("invoice", "issue_date", "yesterday"),
        ("invoice", "status", "paid"),
        ("invoice", "discount_percent", "abc"),
        ("invoice", "discount_percent", "NaN"),
        ("invoice", "discount_percent", "-1"),
        ("invoice", "discount_percent", "1E+999999999"),
        ("invoice", "tax_percents", "no"),
        ("invoice", "tax_percents", "[10]"),
        ("invoice", "tax_percents", '{"10": 1}'),
        ("line", "quantity", "Infinity"),
        ("line", "quantity", "1e999999999"),
        ("line", "unit_price", "1,0"),
        ("line", "amount_minor", 9999),
        ("line", "position", 0),
        ("payment", "kind", "gift"),
        ("payment", "amount_minor", -5),
        ("payment", "amount_minor", 0),
        ("payment", "amount_minor", 4000.0),
        ("payment", "amount_minor", True),
        ("payment", "amount_minor", 10001),
        ("payment", "paid_at", "2026-05-04T12:00:00"),
        ("payment", "paid_at", "2026-05-04T14:00:00+02:00"),
        ("time_entry", "start", "noon"),
        ("time_entry", "seconds", -1),
        ("time_entry", "seconds", 2**62),
        ("time_entry", "currency", None),
        ("time_entry", "currency", "XXX"),
    ],
)
async def test_a_row_that_could_not_be_read_again_is_refused(
    native: Local, tmp_path: Path, table: str, column: str, value: object
) -> None:
    """One bad value and nothing is imported: it would stand in the way of every list."""
    rows = {**ROWS, table: {**ROWS[table], column: value}}

    with pytest.raises(UsageError, match=rf"rows\.jsonl.*{table}"):
        await native.import_books(written(tmp_path, rows))

    assert (await native.list_customers(None)).items == ()


async def test_more_given_back_than_was_paid_is_refused(native: Local, tmp_path: Path) -> None:
    """The rows are well formed, and together they are no ledger."""
    refund = {**PAYMENT, "id": "ref_000001", "kind": "refund", "amount_minor": 4001, "reference": "r"}

    with pytest.raises(UsageError, match="inv_000001"):
        await native.import_books(written(tmp_path, ROWS, refund))

    assert (await native.list_customers(None)).items == ()


@pytest.mark.parametrize("value", [-1, 2**62, "1"])
async def test_a_counter_that_would_run_out_is_refused(native: Local, tmp_path: Path, value: object) -> None:
    """The next id must still be a number."""
    with pytest.raises(UsageError, match="counter"):
        await native.import_books(written(tmp_path, {}, {"table": "counter", "name": "inv", "value": value}))


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe\n", b"[" * 100_000, b'{"table": ["customer"]}', b'{"table": "customer; drop"}', b"1e5"],
)
async def test_what_is_no_row_is_refused_in_words(native: Local, tmp_path: Path, body: bytes) -> None:
    """Bytes that are no text, text that nests too deep, tables that are none."""
    file = tmp_path / "rows.jsonl"
    file.write_bytes(body)

    with pytest.raises(UsageError, match=r"rows\.jsonl:1"):
        await native.import_books(file)


NAME = st.text(min_size=1, max_size=12).filter(lambda text: text == text.strip() and text.isprintable())
NOTE = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=NAME,
    note=NOTE,
    unit=st.integers(0, 2**63 - 1),
    currency=st.sampled_from(["USD", "JPY", "KWD"]),
    paid=st.integers(1, 2**63 - 1),
)
async def test_exported_and_imported_books_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, name: str, note: str, unit: int, currency: str, paid: int
) -> None:
    """Every text, every currency, every amount of 63 bits."""
    folder = tmp_path_factory.mktemp("books")
    price = Money.from_minor(unit, currency)
    async with InvoiceService.connect("local", path=str(folder / "a.sqlite")) as service:
        customer = (await service.create_customer(name)).value
        created = await service.create_invoice(
            number="1",
            customer_id=customer.id,
            currency=currency,
            issue_date=date(2026, 5, 1),
            due_date=date(2026, 5, 1),
            note=note,
            line_items=[NewLineItem(description=note, quantity=Decimal(1), unit_price=price)],
        )
        await service.set_status(created.value.id, InvoiceStatus.OPEN)
        if paid <= unit:
            amount = Money.from_minor(paid, currency)
            await service.record_payment(created.value.id, amount, reference="r", paid_at=WHEN, note=note)
        before = await _all(service)
        assert isinstance(service.native, Local)
        await service.native.export_books(folder / "a.jsonl")
    async with InvoiceService.connect("local", path=str(folder / "b.sqlite")) as moved:
        assert isinstance(moved.native, Local)
        await moved.native.import_books(folder / "a.jsonl")
        after = await _all(moved)
        await moved.native.export_books(folder / "b.jsonl")

    assert after == before
    assert before[0].total == price
    assert (folder / "a.jsonl").read_bytes() == (folder / "b.jsonl").read_bytes()


async def test_a_file_out_of_reach_is_told_in_words(native: Local, tmp_path: Path) -> None:
    """A wrong path is a wrong call, named with its file; nothing of it is left behind."""
    folder = tmp_path / "folder"
    folder.mkdir()

    with pytest.raises(UsageError, match=r"nothere\.jsonl: no such file or directory; nothing was imported"):
        await native.import_books(tmp_path / "nothere.jsonl")
    with pytest.raises(UsageError, match="folder: is a directory; nothing was imported"):
        await native.import_books(folder)
    with pytest.raises(UsageError, match="nothing was exported"):
        await native.export_books(tmp_path / "nowhere" / "books.jsonl")
    with pytest.raises(UsageError, match="folder: is a directory; nothing was exported"):
        await native.export_books(folder)
    assert not any(name.endswith(".part") for name in _names(tmp_path))


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def _all(service: InvoiceService) -> tuple[Invoice, ...]:
    return await service.list_invoices().snapshot()
