"""What is declared, held against what is done."""

import pytest
from kukkingu_desk import PAID_AT, Desk, new_line

from invoicekit.adapter import Effect, Idempotency, Support
from invoicekit.errors import UnsupportedOperation
from invoicekit.model import InvoiceChange, InvoiceStatus, Money, TimeGrouping, TimeWindow
from invoicekit_kukkingu import Kukkingu

EVERYTHING = TimeWindow(
    start=PAID_AT, end=PAID_AT.replace(year=2027), grouping=TimeGrouping.SINGLE, entry_ids=("y",)
)
ROWS = Kukkingu.capabilities.operations
REFUSED = sorted(name for name, row in ROWS.items() if row.support is Support.UNSUPPORTED)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_there_names_what_to_do_instead(name: str) -> None:
    """A refusal without a way out helps nobody."""
    assert ROWS[name].alternative


async def test_refusals_come_before_requests(desk: Desk) -> None:
    """All of them, through the service."""
    service, amount = desk.service, Money("1.00", "EUR")
    calls = {
        "delete_invoice": service.delete_invoice(desk.invoice_id),
        "delete_payment": service.delete_payment(desk.invoice_id, "x"),
        "duplicate_invoice": service.duplicate_invoice(desk.invoice_id, reference="r"),
        "refund": service.refund(desk.invoice_id, amount, reference="r"),
        "create_credit_note": service.create_credit_note(
            desk.invoice_id, number="C-1", amount=amount, issue_date=PAID_AT.date()
        ),
        "write_off": service.write_off(desk.invoice_id, reference="r"),
        "import_time_entries": service.import_time_entries(desk.invoice_id, EVERYTHING),
    }

    assert sorted(calls) == REFUSED
    for call in calls.values():
        with pytest.raises(UnsupportedOperation, match="instead"):
            await call
    assert len(desk.simulator.requests) == 0


async def test_the_declared_calls_are_the_calls_made(desk: Desk) -> None:
    """On the ordinary path, looks included."""
    service, log = desk.service, desk.simulator.requests
    counted: dict[str, int] = {}

    async def count(name: str, call: object) -> None:
        log.clear()
        await call  # type: ignore[misc]  # any awaitable
        counted[name] = len(log)

    await count("get_invoice", service.get_invoice(desk.invoice_id))
    await count("find_invoice", service.find_invoice(number="A-100"))
    await count("list_invoices", service.list_invoices().snapshot())
    await count("list_payments", service.list_payments(desk.invoice_id).snapshot())
    await count("list_time_entries", service.list_time_entries().snapshot())
    await count("list_customers", service.list_customers().snapshot())
    await count("get_customer", service.get_customer(desk.client_id))
    await count("mark_time_entries", service.mark_batch([desk.entry_id]))
    other = desk.simulator.home.add_entry(desk.simulator.project.id).id
    await count(
        "link_time_entries", service.link_time_entries(desk.invoice_id, [other], line_id=desk.line_id)
    )
    await count("update_invoice", service.update_invoice(desk.draft_id, InvoiceChange(number="A-102")))
    await count("set_status", service.set_status(desk.draft_id, InvoiceStatus.OPEN, allow_irreversible=True))
    await count(
        "record_payment",
        service.record_payment(desk.draft_id, Money("120.00", "EUR"), paid_at=PAID_AT, reference="b"),
    )
    await count("create_customer", service.create_customer("Acme"))
    await count("create_invoice", _create(desk, lines=100))

    assert counted == {name: ROWS[name].calls for name in counted}
    assert set(ROWS) - set(counted) - set(REFUSED) == {"export_pdf"}


async def test_each_hundred_lines_cost_seven_requests(desk: Desk) -> None:
    """As the note says."""
    await _create(desk, lines=101)

    assert len(desk.simulator.requests) == ROWS["create_invoice"].calls + 7


async def _create(desk: Desk, *, lines: int) -> None:
    await desk.service.create_invoice(
        number=f"N-{lines}",
        customer_id=desk.client_id,
        currency="EUR",
        issue_date=PAID_AT.date(),
        due_date=PAID_AT.date(),
        line_items=[new_line()] * lines,
    )


@pytest.mark.parametrize(
    ("name", "effect", "idempotency"),
    [
        ("record_payment", Effect.SET, Idempotency.SET_VALUE),
        ("set_status", Effect.SET, Idempotency.SET_VALUE),
        ("update_invoice", Effect.SET, Idempotency.SET_VALUE),
        ("mark_time_entries", Effect.SET, Idempotency.SET_VALUE),
        ("create_invoice", Effect.APPEND, Idempotency.NATURAL_KEY),
        ("create_customer", Effect.APPEND, Idempotency.NATURAL_KEY),
    ],
)
def test_every_write_says_how_it_may_be_repeated(name: str, effect: Effect, idempotency: Idempotency) -> None:
    """No write here is beyond being told apart."""
    assert (ROWS[name].effect, ROWS[name].idempotency) == (effect, idempotency)
    assert ROWS[name].read_back


def test_what_is_for_good_is_marked() -> None:
    """Finalizing can never be taken back, voiding may cost a payment: both ask for consent."""
    grave = {(rule.raw, rule.is_irreversible) for rule in Kukkingu.capabilities.grave_steps()}

    assert grave == {("FINALIZED", True), ("VOID", False)}
