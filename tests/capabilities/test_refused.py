"""What is not declared is refused before any request, whatever the method and the provider."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from provider_desks import ProviderDesk
from service_calls import METHODS

from invoicekit import InvoiceChange, InvoiceService, InvoiceStatus, Money
from invoicekit.adapter import Capabilities, Capability, Support
from invoicekit.billing import Books, TimePlan, TimeTerms
from invoicekit.errors import UnsupportedOperation
from invoicekit.model import TimeEntry, TimeGrouping, TimeWindow

WHEN = datetime(2026, 5, 4, tzinfo=UTC)
EURO = Money("1", "EUR")
WINDOW = TimeWindow(start=WHEN, end=WHEN + timedelta(days=1), grouping=TimeGrouping.PROJECT, entry_ids=("x",))
TERMS = TimeTerms(
    number="x",
    customer_id="x",
    start=WHEN,
    end=WHEN + timedelta(days=1),
    currency="EUR",
    issue_date=WHEN.date(),
    due_date=WHEN.date(),
    hourly_rate=EURO,
)


def plan_of(service: InvoiceService) -> TimePlan:
    """Return a plan for one hour."""
    entry = TimeEntry(id="x", invoiced=False, start=WHEN, duration=timedelta(hours=1))
    books = Books(provider=service.provider, account=service.account)
    return TimePlan.of(TERMS, [entry], books=books, capabilities=service.capabilities())


# What takes the whole connection or an operation of the caller's own, and so needs no capability.
ELSEWHERE = frozenset(
    {
        "account",
        "aclose",
        "audit_payments",
        "bulk_lane",
        "capabilities",
        "connect",
        "from_profile",
        "limits",
        "native",
        "probe",
        "provider",
        "request",
        "resolve_unknown",
        "settle",
        "stats",
        "watched",
        "write",
    }
)


COMPOSED = frozenset(
    {
        "mark_paid",
        "mark_batch",
        "mark_each",
        "open_pdf",
        "plan_time_invoice",
        "invoice_time_entries",
        "release_time_entries",
    }
)
"""What is made of other methods, and refused with them."""


def every_call(service: InvoiceService, folder: Path) -> dict[str, Callable[[], object]]:
    """Return every public method with arguments that are good, but for the ids."""
    day = date(2026, 5, 1)
    return {
        "get_invoice": lambda: service.get_invoice("x"),
        "find_invoice": lambda: service.find_invoice(number="x"),
        "list_invoices": lambda: service.list_invoices(),
        "create_invoice": lambda: service.create_invoice(
            number="x", customer_id="x", currency="EUR", issue_date=day, due_date=day
        ),
        "update_invoice": lambda: service.update_invoice("x", InvoiceChange(note="x")),
        "set_status": lambda: service.set_status("x", InvoiceStatus.VOID),
        "delete_invoice": lambda: service.delete_invoice("x"),
        "duplicate_invoice": lambda: service.duplicate_invoice("x", reference="x"),
        "export_pdf": lambda: service.export_pdf("x", folder / "x.pdf"),
        "open_pdf": lambda: service.open_pdf("x"),
        "create_credit_note": lambda: service.create_credit_note(
            "x", number="x", amount=EURO, issue_date=day
        ),
        "write_off": lambda: service.write_off("x", reference="x"),
        "record_payment": lambda: service.record_payment("x", EURO, paid_at=WHEN, reference="x"),
        "mark_paid": lambda: service.mark_paid("x", paid_at=WHEN, reference="x"),
        "list_payments": lambda: service.list_payments("x"),
        "delete_payment": lambda: service.delete_payment("x", "y"),
        "refund": lambda: service.refund("x", EURO, reference="x"),
        "list_time_entries": lambda: service.list_time_entries(start=WHEN, end=WHEN),
        "mark_batch": lambda: service.mark_batch(["x"]),
        "mark_time_entries": lambda: service.mark_time_entries(["x"]),
        "mark_each": lambda: service.mark_each(["x"]),
        "link_time_entries": lambda: service.link_time_entries("x", ["x"]),
        "import_time_entries": lambda: service.import_time_entries("x", WINDOW),
        "plan_time_invoice": lambda: service.plan_time_invoice(TERMS),
        "invoice_time_entries": lambda: service.invoice_time_entries(plan_of(service)),
        "release_time_entries": lambda: service.release_time_entries(plan_of(service)),
        "list_customers": lambda: service.list_customers(),
        "get_customer": lambda: service.get_customer("x"),
        "create_customer": lambda: service.create_customer("x"),
    }


async def refused(call: Callable[[], object]) -> bool:
    try:
        made = call()
        if hasattr(made, "__await__"):
            await made
    except UnsupportedOperation as refusal:
        return bool(str(refusal))
    return False


def requests(desk: ProviderDesk) -> int:
    return 0 if desk.simulator is None else len(desk.simulator.requests)


def test_every_method_is_spoken_of(service: InvoiceService, tmp_path: Path) -> None:
    """A new method of the service cannot be forgotten here, nor in the declared data."""
    public = {name for name in dir(InvoiceService) if not name.startswith("_")} - ELSEWHERE
    calls = every_call(service, tmp_path)

    assert set(calls) == public
    assert set(METHODS) == public - COMPOSED
    assert set(service.capabilities().operations) == set(METHODS)


async def test_nothing_undeclared_is_ever_sent(
    desk: ProviderDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every declaration taken away, every method refuses, and the provider hears nothing."""
    monkeypatch.setattr(type(desk.service.native), "capabilities", Capabilities(operations={}))
    before, sent = requests(desk), desk.service.stats()

    went_through = [
        name for name, call in every_call(desk.service, tmp_path).items() if not await refused(call)
    ]

    assert went_through == []
    assert (requests(desk), desk.service.stats()) == (before, sent)


async def test_what_is_declared_as_missing_is_refused(desk: ProviderDesk, tmp_path: Path) -> None:
    """Each operation that the adapter itself calls unsupported says so, and what to do instead."""
    told = desk.service.capabilities()
    missing = {name for name in METHODS if not told.of(name).is_offered}
    before = requests(desk)

    silent = [
        name
        for name, call in every_call(desk.service, tmp_path).items()
        if name in missing and not await refused(call)
    ]

    assert silent == []
    assert [name for name in missing if not told.of(name).alternative] == []
    assert requests(desk) == before


@pytest.mark.parametrize("support", [Support.UNSUPPORTED, Support.NOT_IMPLEMENTED, Support.UNKNOWN])
def test_only_three_kinds_of_support_let_a_call_through(support: Support) -> None:
    """What nobody knows to work is not tried on anybody's money."""
    assert not Capability(support=support).is_offered
