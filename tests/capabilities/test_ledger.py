"""Every operation that a provider offers does, by the provider's own ledger, what it is called.

Not through the adapter: what it says is compared with what the simulator, or the file, holds.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from provider_books import ProviderBooks, books_of
from provider_desks import DESKS, ProviderDesk
from service_calls import EVER, METHODS, WHEN, Caller, lines_of
from varied_desks import change_of

from invoicekit import InvoiceStatus, Money, Outcome, PaymentStatus
from invoicekit.model import TimeGrouping, TimeWindow
from invoicekit.registry import Registry

VOID_WORDS = {"VOID", "voided", "void"}
SUM = Decimal(120)

Check = Callable[[Caller, ProviderBooks], Awaitable[None]]


def offered() -> list[tuple[str, str]]:
    """Return every provider with every operation that its capabilities offer."""
    return [
        (provider, operation)
        for provider in sorted(DESKS)
        for operation, capability in Registry().adapter(provider).capabilities.operations.items()
        if capability.is_offered
    ]


async def get_invoice(on: Caller, books: ProviderBooks) -> None:
    made = await on.draft()

    read, held = await on.service.get_invoice(made.id), books.invoice(made.id)

    assert (read.number, read.customer_id, read.raw_status) == (held.number, held.customer_id, held.word)
    assert read.total == Money(held.total, "EUR")
    assert {line.description for line in lines_of(read)} == set(held.lines)


async def find_invoice(on: Caller, books: ProviderBooks) -> None:
    number = (await on.draft()).number

    found = await on.service.find_invoice(number=str(number))

    assert found is not None
    assert [one.id for one in books.invoices() if one.number == number] == [found.id]


async def list_invoices(on: Caller, books: ProviderBooks) -> None:
    for _ in range(3):
        await on.draft()

    listed = {one.id: one.total for one in await on.service.list_invoices().snapshot()}

    assert listed == {one.id: Money(one.total, "EUR") for one in books.invoices()}


async def create_invoice(on: Caller, books: ProviderBooks) -> None:
    before = len(books.invoices())

    made = await on.draft()

    held = books.invoice(made.id)
    assert (held.number, held.total, held.paid) == (made.number, SUM, Decimal(0))
    assert sorted(held.lines) == ["work 1", "work 2"]
    assert len(books.invoices()) == before + 1


async def update_invoice(on: Caller, books: ProviderBooks) -> None:
    made = await on.draft()
    change = change_of(on.service.provider)

    await on.service.update_invoice(made.id, change)

    held = books.invoice(made.id)
    assert (held.number, held.total) == (change.number or made.number, SUM)
    assert {"tags": held.tags} == change.extra.get(on.service.provider, {"tags": {}})


async def set_status(on: Caller, books: ProviderBooks) -> None:
    invoice = await on.issued()
    assert books.invoice(invoice.id).word not in VOID_WORDS

    await on.service.set_status(invoice.id, InvoiceStatus.VOID)

    assert books.invoice(invoice.id).word in VOID_WORDS


async def delete_invoice(on: Caller, books: ProviderBooks) -> None:
    kept, gone = await on.draft(), await on.draft()

    await on.service.delete_invoice(gone.id)

    assert {kept.id, gone.id} & {one.id for one in books.invoices()} == {kept.id}


async def duplicate_invoice(on: Caller, books: ProviderBooks) -> None:
    made = await on.draft()

    copy = (await on.service.duplicate_invoice(made.id, reference=on.fresh("copy"))).value

    first, second = books.invoice(made.id), books.invoice(copy.id)
    assert first.number != second.number
    assert (first.total, first.lines) == (second.total, second.lines)


async def export_pdf(on: Caller, books: ProviderBooks) -> None:
    invoice, file = await on.issued(), on.folder / "invoice.pdf"
    held = books.invoices()

    await on.service.export_pdf(invoice.id, file)

    assert file.read_bytes().startswith(b"%PDF")
    assert books.invoices() == held


async def list_payments(on: Caller, books: ProviderBooks) -> None:
    invoice = await on.paid()

    listed = await on.service.list_payments(invoice.id).snapshot()

    assert [one.amount for one in listed] == [Money(one, "EUR") for one in books.payments(invoice.id)]
    assert len(listed) == 1


async def record_payment(on: Caller, books: ProviderBooks) -> None:
    invoice, other = await on.issued(), await on.issued()

    await on.service.record_payment(invoice.id, Money(SUM, "EUR"), paid_at=WHEN, reference=on.fresh("bank"))

    assert (books.payments(invoice.id), books.payments(other.id)) == ([SUM], [])
    assert books.invoice(invoice.id).paid == SUM
    assert (await on.service.get_invoice(invoice.id)).payment_status is PaymentStatus.PAID


async def delete_payment(on: Caller, books: ProviderBooks) -> None:
    invoice, other = await on.paid(), await on.paid()
    (payment,) = await on.service.list_payments(invoice.id).snapshot()

    await on.service.delete_payment(invoice.id, str(payment.id))

    assert (books.payments(invoice.id), books.payments(other.id)) == ([], [SUM])


async def refund(on: Caller, books: ProviderBooks) -> None:
    invoice = await on.paid()

    await on.service.refund(invoice.id, Money(SUM, "EUR"), reference=on.fresh("refund"))

    assert books.refunds(invoice.id) == [SUM]


async def create_credit_note(on: Caller, books: ProviderBooks) -> None:
    invoice, number = await on.issued(), on.fresh("CN")

    await on.service.create_credit_note(
        invoice.id, number=number, amount=Money("20.00", "EUR"), issue_date=date(2026, 5, 5)
    )

    assert books.credit_notes() == {number: Decimal(20)}
    assert books.invoice(invoice.id).total == SUM


async def write_off(on: Caller, books: ProviderBooks) -> None:
    invoice, other = await on.issued(), await on.issued()

    await on.service.write_off(invoice.id, reference=on.fresh("off"))

    assert (books.is_given_up(invoice.id), books.is_given_up(other.id)) == (True, False)
    assert books.payments(invoice.id) == []


async def list_time_entries(on: Caller, books: ProviderBooks) -> None:
    await on.service.mark_batch(on.desk.entry_ids[:1])

    listed = {one.id: one.invoiced for one in await on.service.list_time_entries(**EVER).snapshot()}

    assert listed == books.entries()
    assert set(listed.values()) == {True, False}


async def mark_time_entries(on: Caller, books: ProviderBooks) -> None:
    first, *others = on.desk.entry_ids

    await on.service.mark_time_entries([first])
    marked = dict(books.entries())
    await on.service.mark_time_entries([first], invoiced=False)

    assert (marked[first], [marked[one] for one in others]) == (True, [False] * len(others))
    assert not any(books.entries().values())


async def link_time_entries(on: Caller, books: ProviderBooks) -> None:
    first, *others = on.desk.entry_ids
    invoice = await on.draft()
    line = lines_of(await on.service.get_invoice(invoice.id))[0].id

    await on.service.link_time_entries(invoice.id, [first], line_id=line)

    assert books.entries() == {first: True, **dict.fromkeys(others, False)}


async def import_time_entries(on: Caller, books: ProviderBooks) -> None:
    customer, entries = await on.desk.billable()
    invoice = await on.draft(customer_id=customer, line_items=())
    window = TimeWindow(**EVER, grouping=TimeGrouping.DETAILED, entry_ids=entries)

    made = (await on.service.import_time_entries(invoice.id, window)).value
    again = await on.service.import_time_entries(invoice.id, window)

    assert {one for line in lines_of(made) for one in line.time_entry_ids} == set(entries)
    assert again.outcome is Outcome.ALREADY_APPLIED
    assert {one for one, is_invoiced in books.entries().items() if is_invoiced} == set(entries)
    assert len(books.invoice(invoice.id).lines) == len(entries)


async def list_customers(on: Caller, books: ProviderBooks) -> None:
    await on.service.create_customer(on.fresh("New customer"))

    listed = {one.id: one.name for one in await on.service.list_customers().snapshot()}

    assert listed == books.customers()


async def get_customer(on: Caller, books: ProviderBooks) -> None:
    customer = await on.customer()

    assert (await on.service.get_customer(customer)).name == books.customers()[customer]


async def create_customer(on: Caller, books: ProviderBooks) -> None:
    name = on.fresh("New customer")

    made = await on.service.create_customer(name)

    assert [(one, held) for one, held in books.customers().items() if held == name] == [(made.value.id, name)]


CHECKS: Mapping[str, Check] = {
    check.__name__: check
    for check in (
        get_invoice,
        find_invoice,
        list_invoices,
        create_invoice,
        update_invoice,
        set_status,
        delete_invoice,
        duplicate_invoice,
        export_pdf,
        list_payments,
        record_payment,
        delete_payment,
        refund,
        create_credit_note,
        write_off,
        list_time_entries,
        mark_time_entries,
        link_time_entries,
        import_time_entries,
        list_customers,
        get_customer,
        create_customer,
    )
}


@pytest.fixture
async def desk_of(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[ProviderDesk, str]]:
    """One provider's desk, and the operation to be looked at."""
    provider, operation = request.param
    async with DESKS[provider](tmp_path) as opened:
        yield opened, operation


@pytest.mark.parametrize("desk_of", offered(), ids="-".join, indirect=True)
async def test_the_ledger_shows_what_was_asked_for(desk_of: tuple[ProviderDesk, str], tmp_path: Path) -> None:
    """Each operation of each provider; one that has no check fails here."""
    desk, operation = desk_of

    await CHECKS[operation](Caller(desk, tmp_path), books_of(desk))


def test_every_operation_has_a_check() -> None:
    """Whatever a provider may offer one day, a guest's adapter included."""
    assert set(CHECKS) == set(METHODS)
