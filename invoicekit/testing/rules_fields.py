"""What is declared of fields is true: they come back, are written as given, and changed alone."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from invoicekit.adapter import Fields
from invoicekit.errors import InvoiceKitError
from invoicekit.model import (
    Absent,
    Customer,
    Invoice,
    InvoiceChange,
    LineItem,
    Money,
    Payment,
    PaymentStatus,
    TimeEntry,
)
from invoicekit.service import InvoiceService
from invoicekit.testing.any_bench import AnyBench
from invoicekit.testing.calls import WHEN, Hand
from invoicekit.testing.rule import Finding, NotApplicable, Rule, Tier, Trial, told

_ISSUED, _DUE, _LATER = date(2026, 5, 7), date(2026, 6, 11), date(2026, 6, 25)
_SUBJECT, _NOTE = "Work in May", "Payable by bank transfer"
_FOLLOW = {
    "customer_id": {"customer_name"},
    "discount_percent": {"total", "subtotal", "amount_due"},
    "tax_percents": {"total", "subtotal", "amount_due", "line_items"},
    "issue_date": {"due_date"},
    "currency": {"total", "subtotal", "amount_due", "amount_paid", "line_items"},
}
"""What may change with a field."""


def _declared(trial: Trial, model: type) -> Fields:
    fields = trial.subject.adapter.capabilities.fields_of(model)
    if fields is None:
        raise NotApplicable(f"it declares nothing of the fields of {model.__name__}")
    return fields


# --- they come back -----------------------------------------------------------------------------


async def _read_everything(bench: AnyBench, service: InvoiceService) -> Mapping[type, list[Any]]:
    """Read everything there is in every way, of records with all that could be given."""
    hand, found = Hand(bench, service), dict[type, list[Any]]()
    offered = service.capabilities().of
    await _customer_written(service, bench)
    invoice = await hand.draft(**_texts(service))
    if offered("record_payment").is_offered:
        invoice = await hand.paid()
    calls: Mapping[str, Callable[[], Awaitable[object]]] = {
        "get_invoice": lambda: service.get_invoice(invoice.id),
        "find_invoice": lambda: service.find_invoice(number=str(invoice.number)),
        "list_invoices": lambda: service.list_invoices().snapshot(),
        "list_payments": lambda: service.list_payments(invoice.id).snapshot(),
        "list_customers": lambda: service.list_customers().snapshot(),
    }
    for method, call in calls.items():
        if offered(method).is_offered:
            _sort(await call(), found)
    if offered("get_customer").is_offered:
        _sort(await service.get_customer(await hand.customer()), found)
    if offered("list_time_entries").is_offered:
        bench.track(3)
        _sort(await (await hand.ready("list_time_entries"))(service), found)
        entries = [one.id for one in found.get(TimeEntry, ())]
        _sort(tuple(await service.native.find_time_entries(entries) or ()), found)
    found[LineItem] = [line for one in found.get(Invoice, ()) for line in _lines(one)]
    return found


def _sort(read: object, found: dict[type, list[Any]]) -> None:
    for one in read if isinstance(read, tuple) else (read,):
        if one is not None:
            found.setdefault(type(one), []).append(one)


def _lines(invoice: Invoice) -> tuple[LineItem, ...]:
    return invoice.line_items if isinstance(invoice.line_items, tuple) else ()


def _texts(service: InvoiceService) -> dict[str, Any]:
    fields = service.capabilities().fields_of(Invoice)
    writable = frozenset[str]() if fields is None else fields.writable
    given = {"subject": _SUBJECT, "note": _NOTE}
    return {name: value for name, value in given.items() if name in writable}


async def _carried(trial: Trial) -> None:
    declared = {
        fields.model: fields
        for fields in trial.subject.adapter.capabilities.fields
        if fields.model in {Invoice, LineItem, Payment, Customer, TimeEntry}
    }
    if not declared:
        raise NotApplicable("it declares nothing of its fields")
    bench = trial.bench()
    async with bench.process() as service:
        read = await _read_everything(bench, service)
    for model, fields in declared.items():
        rows = read.get(model, [])
        for name in sorted(fields.carried) if rows else ():
            if all(_is_untold(getattr(one, name)) for one in rows):
                raise Finding(f"{name} of {model.__name__} is declared, and no read carries it")
        for name in sorted(fields.unsupported):
            for one in rows:
                if (value := getattr(one, name)) not in (*Absent, None, ()):
                    raise Finding(
                        f"{name} of {model.__name__} is declared as unsupported, and reads as {value!r}"
                    )


def _is_untold(value: object) -> bool:
    return isinstance(value, Absent) or getattr(value, "value", "") == "unknown"


# --- written as given ---------------------------------------------------------------------------


async def _written(trial: Trial) -> None:
    trial.offered("create_invoice")
    trial.offered("get_invoice")
    writable = _declared(trial, Invoice).writable
    bench = trial.bench()
    async with bench.process() as service:
        hand = Hand(bench, service)
        customer, number = await hand.customer(), bench.fresh("WRITTEN")
        given: dict[str, object] = {
            "number": number,
            "customer_id": customer,
            "currency": bench.currency,
            "issue_date": _ISSUED,
            "due_date": _DUE,
            **_texts(service),
        }
        lines = hand.lines(2)
        read = await service.get_invoice((await hand.draft(**given, line_items=lines)).id)
        _same("create_invoice", read, {name: value for name, value in given.items() if name in writable})
        fields = service.capabilities().fields_of(LineItem)
        of_lines = frozenset[str]() if fields is None else fields.writable
        if "line_items" in writable and len(_lines(read)) != len(lines):
            raise Finding(f"create_invoice was given {len(lines)} lines, and {len(_lines(read))} read back")
        for line, new in zip(_lines(read), lines, strict=False):
            wanted = {name: value for name, value in attrs.asdict(new, recurse=False).items() if value}
            _same("a line", line, {name: wanted[name] for name in of_lines & set(wanted)})
        await _customer_written(service, bench)


async def _customer_written(service: InvoiceService, bench: AnyBench) -> None:
    capabilities = service.capabilities()
    fields = capabilities.fields_of(Customer)
    if fields is None or not all(
        capabilities.of(method).is_offered for method in ("create_customer", "get_customer")
    ):
        return
    texts = {"email": "billing@example.com", "address": "1 Way, Town", "note": "pays late"}
    given = {name: value for name, value in texts.items() if name in fields.writable}
    name = bench.fresh("Written Ltd")
    made = (await service.create_customer(name, **given)).value
    _same("create_customer", await service.get_customer(made.id), {"name": name, **given})


def _same(method: str, read: object, given: Mapping[str, object]) -> None:
    for name, value in given.items():
        found = getattr(read, name)
        if found != value and not (name == "tax_percents" and _same_taxes(found, value)):
            raise Finding(f"{method} was given {name} {value!r}, and it reads as {found!r}")


def _same_taxes(found: object, value: object) -> bool:
    """Tell whether those given stand there, and only taxes of nothing beside them."""
    if not (isinstance(found, tuple) and isinstance(value, tuple)):
        return False
    return found[: len(value)] == value and not any(found[len(value) :])


# --- changed alone ------------------------------------------------------------------------------


def _changes(bench: AnyBench, other_customer: str | None) -> Iterable[tuple[str, object]]:
    yield "number", bench.fresh("CHANGED")
    yield "issue_date", _ISSUED
    yield "due_date", _LATER
    yield "subject", "Work in June"
    yield "note", "Thank you"
    yield "discount_percent", Decimal(10)
    yield "tax_percents", (Decimal(19),)
    yield "tax_percents", (Decimal(19), Decimal("7.5"))
    if other_customer is not None:
        yield "customer_id", other_customer


async def _changed_alone(trial: Trial) -> None:
    trial.offered("update_invoice")
    trial.offered("get_invoice")
    fields = _declared(trial, Invoice)
    carried = fields.carried - {"id"}
    bench = trial.bench()
    changed = 0
    async with bench.process() as service:
        hand = Hand(bench, service)
        other = None
        if service.capabilities().of("create_customer").is_offered:
            other = (await service.create_customer(bench.fresh("Other"))).value.id
        for name, value in _changes(bench, other):
            if name not in fields.writable:
                continue
            invoice = await hand.draft(**_texts(service))
            before, seen = await service.get_invoice(invoice.id), len(bench.requests())
            try:
                result = await service.update_invoice(invoice.id, InvoiceChange(**{name: value}))  # type: ignore[arg-type]  # each has its own type
            except InvoiceKitError as error:
                writes = [one for one in bench.requests(seen) if one.operation in bench.writes()]
                if any((one.status or 0) < 400 for one in writes):
                    raise Finding(
                        f"a change of {name} ends as {type(error).__name__}, and something was sent for it",
                        sent=told(writes),
                    ) from error
                continue  # writable when it is created, and not afterwards
            changed += 1
            after = await service.get_invoice(invoice.id)
            for read in (result.value, after):
                _same("update_invoice", read, {name: value})
            for each in sorted(carried - {name} - _FOLLOW.get(name, set())):
                was, now = getattr(before, each), getattr(after, each)
                if was != now:
                    raise Finding(f"a change of {name} alone made {each} {now!r}; it was {was!r}")
    if not changed:
        raise NotApplicable("no field that is declared can be changed on a draft")


# --- payments -----------------------------------------------------------------------------------


async def _paid_in_parts(trial: Trial) -> None:
    trial.offered("record_payment")
    trial.offered("get_invoice")
    bench = trial.bench()
    async with bench.process() as service:
        hand = Hand(bench, service)
        invoice = await hand.issued()
        part, rest = hand.money("50"), hand.money("70")
        try:
            first = await service.record_payment(
                invoice.id, part, paid_at=WHEN, reference=bench.fresh("part")
            )
        except InvoiceKitError as error:
            raise NotApplicable(f"nothing is paid in part here: {type(error).__name__}") from error
        read = await service.get_invoice(invoice.id)
        _sums(read, paid=part, due=rest)
        _same("record_payment", first.value, {"amount": part, "invoice_id": invoice.id})
        await service.record_payment(invoice.id, rest, paid_at=WHEN, reference=bench.fresh("rest"))
        read = await service.get_invoice(invoice.id)
        _sums(read, paid=hand.money("120"), due=hand.money("0"))
        if service.capabilities().of("list_payments").is_offered:
            listed = await service.list_payments(invoice.id).snapshot()
            amounts = ", ".join(sorted(str(one.amount) for one in listed))
            if len(listed) != 2 or {one.amount for one in listed} != {part, rest}:
                raise Finding(f"{part} and {rest} were paid, and list_payments gives {amounts}")


def _sums(read: Invoice, *, paid: Money, due: Money) -> None:
    for name, value in {"amount_paid": paid, "amount_due": due}.items():
        found = getattr(read, name)
        if not isinstance(found, Absent) and found is not None and found != value:
            raise Finding(f"after {paid} was paid {name} reads as {found}, and should be {value}")
    wanted = PaymentStatus.PARTIALLY_PAID if due.amount else PaymentStatus.PAID
    if read.payment_status not in {wanted, PaymentStatus.UNKNOWN}:
        raise Finding(
            f"after {paid} was paid and {due} is left its payment status reads as {read.payment_status.value}"
        )


RULES = (
    Rule(
        id="fields.carried",
        title="Every field that is declared comes back from a read, and no other",
        why="A program that was told there is a due date sends reminders by it: nobody is reminded.",
        bug="Fields(model=Invoice)  # and due_date is never set",
        tier=Tier.SILVER,
        check=_carried,
    ),
    Rule(
        id="fields.written",
        title="Every field that is declared as writable is written as given",
        why="A due date that is lost on the way is paid late; a line without its price bills nothing.",
        bug="body = {'number': new.number, 'lines': lines}  # and no due date",
        tier=Tier.GOLD,
        check=_written,
    ),
    Rule(
        id="fields.changed-alone",
        title="A change of one field changes that field, and leaves all others as they are",
        why="Where a provider replaces the whole record, what is not sent again is gone: lines, taxes.",
        bug="PUT {'note': note}  # instead of the record that was read, with another note",
        tier=Tier.GOLD,
        check=_changed_alone,
    ),
    Rule(
        id="statuses.paid-in-parts",
        title="What is paid in part owes the rest, and is paid when nothing is left",
        why="Who asks for what was paid already loses a customer; who asks for nothing loses the rest.",
        bug="amount_due=total  # whatever was paid",
        tier=Tier.GOLD,
        check=_paid_in_parts,
    ),
)
