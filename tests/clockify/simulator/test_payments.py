"""Payments: additive, unkeyed, and answered with the invoice."""

import pytest
from clockify_wire import clockify


async def test_the_answer_is_the_invoice_not_the_payment() -> None:
    """The new payment's id stands only in the list."""
    async with clockify() as api:
        reply = await api.pay(5_000, note="ik:1234")
        payments = (await api.on_invoice("GET", "/payments")).json()

    answer = reply.json()
    assert (reply.status, answer["id"]) == (201, api.invoice_id)
    assert (answer["amount"], answer["paid"], answer["balance"]) == (12_000, 5_000, 7_000)
    assert payments[0]["id"] not in str(answer)


async def test_a_payment_is_read_with_its_note_and_date() -> None:
    """Sent as paymentDate, read as date; a bare array with Last-Page."""
    async with clockify() as api:
        await api.pay(5_000, note=" ik:1234 <b> ")
        reply = await api.on_invoice("GET", "/payments")

    (payment,) = reply.json()
    assert reply.headers["Last-Page"] == "true"
    assert payment == {
        "id": payment["id"],
        "amount": 5_000,
        "author": api.simulator.USER_ID,
        "date": "2026-03-01T10:20:30Z",
        "note": " ik:1234 <b> ",
    }


async def test_the_same_payment_twice_is_two_payments() -> None:
    """An idempotency key changes nothing."""
    body = {"amount": 100, "paymentDate": "2026-03-01T00:00:00Z", "note": "same"}
    async with clockify() as api:
        for _ in range(2):
            await api.on_invoice("POST", "/payments", body, headers={"Idempotency-Key": "same"})

    assert [payment.amount for payment in api.simulator.ledger.payments(api.invoice_id)] == [100, 100]


@pytest.mark.parametrize(
    ("amounts", "status"),
    [([1], "PARTIALLY_PAID"), ([11_999], "PARTIALLY_PAID"), ([12_000], "PAID"), ([11_999, 1], "PAID")],
)
async def test_the_status_follows_the_balance(amounts: list[int], status: str) -> None:
    """PAID exactly when nothing is owed any more."""
    async with clockify() as api:
        for amount in amounts:
            await api.pay(amount)
        invoice = await api.invoice()

    assert invoice["status"] == status


async def test_a_deleted_payment_restores_the_invoice() -> None:
    """200 with the invoice as it was before."""
    async with clockify() as api:
        await api.pay(5_000)
        await api.pay(7_000)
        first, second = (payment.id for payment in api.simulator.ledger.payments())
        partly = await api.on_invoice("DELETE", f"/payments/{second}")
        wholly = await api.on_invoice("DELETE", f"/payments/{first}")

    assert (partly.status, partly.json()["status"], partly.json()["paid"]) == (200, "PARTIALLY_PAID", 5_000)
    assert (wholly.json()["status"], wholly.json()["paid"]) == ("SENT", 0)


async def test_a_payment_of_another_invoice_cannot_be_deleted_here() -> None:
    """An unknown payment is 400/501 with the phrase."""
    async with clockify() as api:
        await api.pay(1)
        other = api.simulator.home.add_invoice(amount_minor=5)
        payment = api.simulator.ledger.payments()[0]
        reply = await api.send("DELETE", f"/invoices/{other.id}/payments/{payment.id}")

    assert (reply.status, reply.json()["code"]) == (400, 501)
    assert "doesn't exist or doesn't belong to Workspace" in reply.json()["message"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"amount": 0}, 501),
        ({"amount": -5}, 501),
        ({"amount": 1.5}, 3002),
        ({"amount": "100"}, 3002),
        ({"amount": True}, 3002),
        ({"amount": None}, 501),
        ({"amount": 2**63}, 501),
        ({"note": "x" * 1001}, 501),
        ({"note": 7}, 3002),
        ({"paymentDate": None}, 501),
        ({"paymentDate": "2026-03-01"}, 3002),
        ({"paymentDate": "2026-03-01T00:00:00"}, 3002),
        ({"paymentDate": "2026-03-01T00:00:00.000Z"}, 3002),
        ({"paymentDate": "2026-02-30T00:00:00Z"}, 3002),
    ],
)
async def test_a_wrong_payment_is_refused_and_not_recorded(body: dict[str, object], code: int) -> None:
    """Amount in whole minor units of at least 1, note up to 1000 characters, date to the second with Z."""
    async with clockify() as api:
        reply = await api.pay(**{"amount": 100, **body})

    assert (reply.status, reply.json()["code"]) == (400, code)
    assert api.simulator.ledger.payments() == []


async def test_the_longest_note_is_kept_whole() -> None:
    """1000 characters are allowed."""
    async with clockify() as api:
        reply = await api.pay(100, note="ü" * 1000)

    assert reply.status == 201
    assert api.simulator.ledger.payments()[0].note == "ü" * 1000


@pytest.mark.parametrize(
    ("rewrite", "note"),
    [("keep", " a <b>c</b> "), ("trim", "a <b>c</b>"), ("strip_html", " a c "), ("drop", "")],
)
async def test_a_note_may_be_rewritten(rewrite: str, note: str) -> None:
    """Nobody has proved that notes come back byte for byte."""
    async with clockify(behaviour={"note_rewrite": rewrite}) as api:
        await api.pay(100, note=" a <b>c</b> ")
        (payment,) = (await api.on_invoice("GET", "/payments")).json()

    assert payment["note"] == note


@pytest.mark.parametrize(("verdict", "status"), [("accept", 201), ("refuse", 400)])
async def test_an_overpayment_may_be_refused(verdict: str, status: int) -> None:
    """Either way the balance is the test, not the amount billed."""
    async with clockify(behaviour={"overpayment": verdict}) as api:
        await api.pay(12_000)
        reply = await api.pay(1)

    assert reply.status == status
    assert len(api.simulator.ledger.payments()) == (2 if status == 201 else 1)


@pytest.mark.parametrize(
    ("switch", "invoice_status"), [("payment_on_void", "VOID"), ("payment_on_unsent", "UNSENT")]
)
@pytest.mark.parametrize(("verdict", "status"), [("accept", 201), ("refuse", 400)])
async def test_a_payment_on_an_odd_status_may_be_refused(
    switch: str, invoice_status: str, verdict: str, status: int
) -> None:
    """VOID and UNSENT are open questions."""
    async with clockify(behaviour={switch: verdict}) as api:
        await api.on_invoice("PATCH", "/status", {"invoiceStatus": invoice_status})
        reply = await api.pay(1)

    assert reply.status == status


async def test_a_date_may_lose_its_time_of_day() -> None:
    """So a client must not match payments by the second."""
    async with clockify(behaviour={"keeps_time_of_day": False}) as api:
        await api.pay(100)
        (payment,) = (await api.on_invoice("GET", "/payments")).json()

    assert payment["date"] == "2026-03-01T00:00:00Z"


async def test_the_date_may_be_optional() -> None:
    """The document says so, a recorded refusal says otherwise."""
    async with clockify(behaviour={"payment_date_required": False}) as api:
        reply = await api.on_invoice("POST", "/payments", {"amount": 100})

    assert reply.status == 201


async def test_reads_may_lag_behind_a_payment() -> None:
    """List and invoice show it later; the write's own answer and the ledger at once."""
    async with clockify(behaviour={"payment_lag_seconds": 5.0}) as api:
        answer = (await api.pay(12_000)).json()
        early = await api.invoice()
        early_list = (await api.on_invoice("GET", "/payments")).json()
        early_rows = (await api.wire.send("GET", "/_simulator/ledger/payments")).lines()
        await api.clock.advance(5.0)
        late = await api.invoice()
        late_list = (await api.on_invoice("GET", "/payments")).json()

    assert (answer["status"], answer["paid"]) == ("PAID", 12_000)
    assert (early["status"], early["paid"], early_list) == ("SENT", 0, [])
    assert [(row["amount"], row["is_visible"]) for row in early_rows] == [(12_000, False)]
    assert (late["status"], late["paid"], len(late_list)) == ("PAID", 12_000, 1)


async def test_payments_come_in_pages() -> None:
    """The new one may stand on the second page."""
    async with clockify() as api:
        for number in range(3):
            await api.pay(1, note=str(number))
        first = await api.on_invoice("GET", "/payments", query={"page-size": "2"})
        second = await api.on_invoice("GET", "/payments", query={"page-size": "2", "page": "2"})

    assert [payment["note"] for payment in first.json()] == ["0", "1"]
    assert first.headers["Last-Page"] == "false"
    assert [payment["note"] for payment in second.json()] == ["2"]
    assert second.headers["Last-Page"] == "true"
