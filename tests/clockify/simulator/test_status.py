"""PATCH status, the call that can destroy money records."""

import pytest
from clockify_wire import clockify


async def test_the_member_is_invoice_status() -> None:
    """A body with `status` is refused, a right one answered with nothing."""
    async with clockify() as api:
        wrong = await api.on_invoice("PATCH", "/status", {"status": "VOID"})
        right = await api.on_invoice("PATCH", "/status", {"invoiceStatus": "VOID"})
        invoice = await api.invoice()

    assert wrong.status == 400
    assert (right.status, right.body) == (200, b"")
    assert invoice["status"] == "VOID"


async def test_an_unknown_status_is_refused() -> None:
    """Six values and no other; the vendor has no DRAFT."""
    async with clockify() as api:
        reply = await api.on_invoice("PATCH", "/status", {"invoiceStatus": "DRAFT"})

    assert (reply.status, reply.json()["code"]) == (400, 3002)


async def test_unsent_destroys_all_payments() -> None:
    """The most dangerous line of the fact sheet."""
    async with clockify() as api:
        await api.pay(5_000)
        reply = await api.on_invoice("PATCH", "/status", {"invoiceStatus": "UNSENT"})
        invoice = await api.invoice()

    assert reply.status == 200
    assert (invoice["status"], invoice["paid"], invoice["balance"]) == ("UNSENT", 0, 12_000)
    assert api.simulator.ledger.payments() == []


@pytest.mark.parametrize(("choice", "paid"), [("keep", 12_000), ("drop", 0)])
async def test_sent_from_paid_may_keep_or_drop_payments(choice: str, paid: int) -> None:
    """Documented nowhere."""
    async with clockify(behaviour={"sent_from_paid": choice}) as api:
        await api.pay(12_000)
        await api.on_invoice("PATCH", "/status", {"invoiceStatus": "SENT"})
        invoice = await api.invoice()

    assert (invoice["status"], invoice["paid"]) == ("SENT", paid)


@pytest.mark.parametrize(
    ("choice", "answer", "status", "paid"),
    [
        ("refuse", 400, "SENT", 0),
        ("flag", 200, "PAID", 0),
        ("payment", 200, "PAID", 12_000),
    ],
)
async def test_paid_with_money_owed_is_an_open_question(
    choice: str, answer: int, status: str, paid: int
) -> None:
    """Refused, flag only, or a payment out of nothing."""
    async with clockify(behaviour={"paid_by_patch": choice}) as api:
        reply = await api.on_invoice("PATCH", "/status", {"invoiceStatus": "PAID"})
        invoice = await api.invoice()

    assert reply.status == answer
    assert (invoice["status"], invoice["paid"]) == (status, paid)


async def test_paid_with_nothing_owed_is_allowed() -> None:
    """An empty invoice, or one whose payments cover it."""
    async with clockify() as api:
        await api.pay(12_000)
        await api.on_invoice("PATCH", "/status", {"invoiceStatus": "SENT"})
        reply = await api.on_invoice("PATCH", "/status", {"invoiceStatus": "PAID"})

    assert reply.status == 200


@pytest.mark.parametrize(("verdict", "status"), [("accept", 200), ("refuse", 400)])
async def test_leaving_void_may_be_refused(verdict: str, status: int) -> None:
    """Unknown as well."""
    async with clockify(behaviour={"leave_void": verdict}) as api:
        await api.on_invoice("PATCH", "/status", {"invoiceStatus": "VOID"})
        reply = await api.on_invoice("PATCH", "/status", {"invoiceStatus": "SENT"})

    assert reply.status == status


async def test_a_sent_invoice_becomes_overdue_by_itself() -> None:
    """Derived from the due date; no call does it."""
    async with clockify() as api:
        api.simulator.ledger.invoice(api.invoice_id).due = int(api.clock.now().timestamp()) + 60
        before = await api.invoice()
        await api.clock.advance(61)
        after = await api.invoice()

    assert (before["status"], after["status"]) == ("SENT", "OVERDUE")


async def test_a_missing_invoice_is_400_with_501_and_the_phrase() -> None:
    """Never 404."""
    async with clockify() as api:
        reply = await api.send("PATCH", f"/invoices/{'0' * 24}/status", {"invoiceStatus": "VOID"})

    assert (reply.status, reply.json()["code"]) == (400, 501)
    assert "doesn't exist or doesn't belong to Workspace" in reply.json()["message"]
