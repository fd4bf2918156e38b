"""What is declared of fields: carried ones come back, others never do, and writable ones stick."""

import typing
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest
from provider_desks import ProviderDesk
from service_calls import EVER, WHEN, Caller, lines_of
from varied_desks import vary

from invoicekit import Customer, Invoice, InvoiceChange, LineItem, Money, Payment, TimeEntry
from invoicekit.adapter import Fields
from invoicekit.errors import UsageError
from invoicekit.model import MISSING, Absent
from invoicekit.wire import MAJOR_DECIMAL

MODELS = (Invoice, LineItem, Payment, TimeEntry, Customer)
Held = dict[type, list[Any]]


def holds(one: object, name: str) -> bool:
    """Tell whether a read filled a field; None is the provider's own null where absence has a word."""
    value = getattr(one, name)
    if isinstance(value, Absent):
        return False
    default = attrs.fields_dict(type(one))[name].default  # type: ignore[arg-type]  # all are attrs values
    if default is attrs.NOTHING:
        return value is not None
    return True if default is MISSING else bool(value != default)


async def read_all(caller: Caller) -> Held:
    """Read at least one of each model, as full as this provider can make it."""
    service, told = caller.service, caller.service.capabilities()
    await vary(caller.desk)
    await service.create_customer("Told", **told_of_a_customer(told.fields))
    paid = await caller.paid()
    texts = await caller.draft(**caller.texts())
    if {"discount_percent", "tax_percents"} <= declared(told.fields, Invoice).writable:
        percents = InvoiceChange(discount_percent=Decimal(5), tax_percents=(Decimal(19),))
        await service.update_invoice(texts.id, percents)
    listed = [invoice.id for invoice in await service.list_invoices().snapshot()]
    invoices = [await service.get_invoice(one) for one in dict.fromkeys([paid.id, texts.id, *listed])]
    held: Held = {
        Invoice: invoices,
        LineItem: [line for one in invoices for line in lines_of(one)],
        Payment: list(await service.list_payments(paid.id).snapshot()),
        TimeEntry: [],
        Customer: list(await service.list_customers().snapshot()),
    }
    if told.of("list_time_entries").is_offered:
        held[TimeEntry] = list(await service.list_time_entries(**EVER).snapshot())
        users = {entry.user_id for entry in held[TimeEntry] if isinstance(entry.user_id, str)}
        if "user_id" in told.of("list_time_entries").filters:
            for user in users:
                held[TimeEntry] += await service.list_time_entries(user_id=user).snapshot()
    return held


def test_every_model_is_declared(desk: ProviderDesk) -> None:
    """Nobody has to guess about a model that was left out."""
    assert {fields.model for fields in desk.service.capabilities().fields} == set(MODELS)


async def test_carried_fields_come_back_and_no_others(caller: Caller) -> None:
    """A carried field holds a value in at least one read; an unsupported one never does."""
    held = await read_all(caller)

    wrong = {
        fields.model.__name__: sorted(seen ^ fields.carried)
        for fields in caller.service.capabilities().fields
        if held[fields.model]
        and (seen := {name for name in fields.every for one in held[fields.model] if holds(one, name)})
        != fields.carried
    }

    assert wrong == {}


async def test_each_amount_is_on_the_wire_at_its_scale(caller: Caller) -> None:
    """What the scale makes of an amount stands in the provider's own document.

    In one at least: what a provider does not send is computed from what it does.
    """
    if caller.desk.simulator is None:
        return
    held = await read_all(caller)

    unseen = [
        f"{fields.model.__name__}.{name}"
        for fields in caller.service.capabilities().fields
        for name, scale in fields.scales.items()
        if not any(
            Decimal(scale.write(value)) in set(numbers(one.raw))
            for one in held[fields.model]
            for value in values(getattr(one, name))
        )
    ]

    assert unseen == []


def values(read: object) -> Iterable[Any]:
    """Give the numbers of a field, zeros apart: those prove no scale."""
    found = [one for one in (read if isinstance(read, tuple) else [read]) if isinstance(one, Money | Decimal)]
    return [one for one in found if (one.amount if isinstance(one, Money) else one)]


def numbers(document: object) -> Iterable[Decimal]:
    """Give every number of a document, those written as text too."""
    if isinstance(document, Mapping):
        document = list(document.values())
    if isinstance(document, list):
        for one in document:
            yield from numbers(one)
    elif isinstance(document, int | Decimal) or (isinstance(document, str) and document[:1].isdecimal()):
        try:
            yield Decimal(document)
        except ArithmeticError:
            return


def test_every_carried_amount_has_a_scale(desk: ProviderDesk) -> None:
    """Money never comes without saying how it is written."""
    for fields in desk.service.capabilities().fields:
        hints = typing.get_type_hints(fields.model)
        money = {name for name in fields.carried if Money in (hints[name], *typing.get_args(hints[name]))}

        assert money <= set(fields.scales)


CHANGES: dict[str, object] = {
    "number": "CHANGED-1",
    "customer_id": None,
    "currency": "USD",
    "issue_date": date(2026, 4, 30),
    "due_date": date(2026, 7, 1),
    "subject": "another subject",
    "note": "another note",
    "discount_percent": Decimal(5),
    "tax_percents": (Decimal(19),),
}


async def test_writable_fields_of_an_invoice_stick(caller: Caller) -> None:
    """Each can be given on creation or changed later; any other change is refused and nothing altered."""
    service = caller.service
    customer = await caller.customer()
    created = await caller.draft(customer_id=customer, **caller.texts())
    read = await service.get_invoice(created.id)
    given = {"number", "customer_id", "currency", "issue_date", "due_date", "line_items", *caller.texts()}
    stuck = {name for name in given if holds(read, name)}
    assert (read.customer_id, read.issue_date, len(lines_of(read))) == (customer, date(2026, 5, 1), 2)

    for name, value in CHANGES.items():
        before = await caller.draft()
        wanted = value
        if name == "customer_id":
            wanted = (await service.create_customer("Another")).value.id
        try:
            await service.update_invoice(before.id, InvoiceChange(**{name: wanted}))  # type: ignore[arg-type]
        except UsageError:
            after = await service.get_invoice(before.id)
            assert after.number == before.number
        else:
            after = await service.get_invoice(before.id)
            assert _without_zeros(getattr(after, name)) == wanted, name
            stuck.add(name)

    assert stuck == declared(service.capabilities().fields, Invoice).writable


def _without_zeros(value: object) -> object:
    """A provider with two taxes shows the second as zero."""
    return tuple(one for one in value if one) if isinstance(value, tuple) else value


async def test_writable_fields_of_lines_and_payments_stick(caller: Caller) -> None:
    """What is given of a line and a payment reads back as given."""
    fields = caller.service.capabilities().fields
    invoice = await caller.issued()
    await caller.service.record_payment(
        invoice.id,
        Money("120.00", "EUR"),
        paid_at=WHEN,
        reference="bank-77",
        **({"note": "thanks"} if "note" in declared(fields, Payment).writable else {}),  # type: ignore[arg-type]
    )

    line = sorted(lines_of(invoice), key=lambda one: str(one.description))[0]
    (payment,) = await caller.service.list_payments(invoice.id).snapshot()

    wanted = caller.lines()[0]
    kept = {
        name
        for name in ("description", "quantity", "unit_price")
        if getattr(line, name) == getattr(wanted, name)
    }
    kept |= {"kind"} if wanted.kind is not None and line.kind == wanted.kind else set()
    assert kept == declared(fields, LineItem).writable
    held = {
        "amount": payment.amount == Money("120", "EUR"),
        "paid_at": payment.paid_at == WHEN,
        "note": isinstance(payment.note, str) and "thanks" in payment.note,
        "reference": payment.reference == "bank-77",
    }
    assert {name for name, is_kept in held.items() if is_kept} == declared(fields, Payment).writable


async def test_writable_fields_of_a_customer_stick(caller: Caller) -> None:
    """What is given reads back; what the provider lacks is refused, not dropped."""
    fields = caller.service.capabilities().fields
    writable, given = declared(fields, Customer).writable, told_of_a_customer(fields)

    made = await caller.service.create_customer("Told", **given)
    read = await caller.service.get_customer(made.value.id)

    assert {name: getattr(read, name) for name in writable} == {"name": "Told", **given}
    for name in set(ABOUT_A_CUSTOMER) - writable:
        with pytest.raises(UsageError):
            await caller.service.create_customer("Refused", **{name: ABOUT_A_CUSTOMER[name]})


ABOUT_A_CUSTOMER = {"email": "a@example.com", "address": "1 Street", "note": "a note"}


def told_of_a_customer(fields: Iterable[Fields]) -> dict[str, str]:
    """Return what this provider lets a caller say about a customer."""
    writable = declared(fields, Customer).writable
    return {name: text for name, text in ABOUT_A_CUSTOMER.items() if name in writable}


def declared(fields: Iterable[Fields], model: type) -> Fields:
    return next(one for one in fields if one.model is model)


def test_a_misspelt_field_is_refused() -> None:
    """A name that no model has would say nothing to anybody."""
    with pytest.raises(ValueError, match="Payment has no field autor"):
        Fields(model=Payment, unsupported=frozenset({"autor"}))


@pytest.mark.parametrize("torn", [{"writable": frozenset({"amount"})}, {"scales": {"amount": MAJOR_DECIMAL}}])
def test_a_field_is_not_both_missing_and_written(torn: dict[str, Any]) -> None:
    """What the provider does not have can be neither given nor scaled."""
    with pytest.raises(ValueError, match="unsupported, or not"):
        Fields(model=Payment, unsupported=frozenset({"amount"}), **torn)
