"""Invoices: list, create, get, replace, delete, duplicate, export."""

from decimal import Decimal
from typing import Any

import pytest
from clockify_wire import INVOICE, REPLACEMENT, clockify

BILLED = {
    "currency": "EUR",
    "issuedDate": "2026-02-01T00:00:00Z",
    "dueDate": "2026-04-01T00:00:00Z",
    "number": "A-1",
    "discountPercent": 10,
    "taxPercent": 19,
    "tax2Percent": 5.5,
    "taxType": "SIMPLE",
    "note": "n",
    "subject": "s",
    "billFrom": "us",
    "clientAddress": "them",
    "companyId": "c",
    "visibleZeroFields": ["TAX"],
}


async def test_the_list_is_an_envelope() -> None:
    """Not an array; the rows are short."""
    async with clockify() as api:
        reply = await api.send("GET", "/invoices")

    assert reply.headers["Last-Page"] == "true"
    assert reply.json()["total"] == 1
    assert set(reply.json()["invoices"][0]) == {
        *("id", "number", "clientId", "clientName", "currency", "issuedDate", "dueDate"),
        *("status", "amount", "paid", "balance"),
    }


async def test_the_filter_is_statuses_with_the_key_repeated() -> None:
    """`status` is not read, and filters nothing."""
    async with clockify() as api:
        void = api.simulator.home.add_invoice(status="VOID").id
        paid = api.simulator.home.add_invoice(status="PAID").id
        chosen = await api.send("GET", "/invoices", query=[("statuses", "VOID"), ("statuses", "PAID")])
        ignored = await api.send("GET", "/invoices", query={"status": "VOID"})
        wrong = await api.send("GET", "/invoices", query={"statuses": "DRAFT"})

    assert [row["id"] for row in chosen.json()["invoices"]] == [void, paid]
    assert ignored.json()["total"] == 3
    assert (wrong.status, wrong.json()["code"]) == (400, 3000)


async def test_the_list_is_sorted_as_asked() -> None:
    """By one of six columns, either way."""
    async with clockify() as api:
        small = api.simulator.home.add_invoice(amount_minor=1).id
        large = api.simulator.home.add_invoice(amount_minor=99_999).id
        reply = await api.send(
            "GET", "/invoices", query={"sort-column": "AMOUNT", "sort-order": "DESCENDING"}
        )
        wrong = await api.send("GET", "/invoices", query={"sort-column": "PAID"})

    assert [row["id"] for row in reply.json()["invoices"]] == [large, api.invoice_id, small]
    assert wrong.status == 400


async def test_create_answers_a_short_object() -> None:
    """No status, no amounts."""
    async with clockify() as api:
        reply = await api.send("POST", "/invoices", {**INVOICE, "clientId": api.client_id})

    assert reply.status == 201
    assert set(reply.json()) == {
        *("id", "number", "clientId", "currency", "issuedDate", "dueDate", "billFrom"),
    }


async def test_create_drops_note_and_subject() -> None:
    """Silently: placeholder text stands in their place."""
    body = {**INVOICE, "note": "mine", "subject": "mine"}
    async with clockify() as api:
        created = await api.send("POST", "/invoices", {**body, "clientId": api.client_id})
        invoice = (await api.send("GET", f"/invoices/{created.json()['id']}")).json()

    assert invoice["status"] == "UNSENT"
    assert (invoice["note"], invoice["subject"]) == ("Thank you for your business", "Invoice")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"clientId": None}, 501),
        ({"clientId": "0" * 24}, 501),
        ({"number": ""}, 501),
        ({"number": 5}, 3002),
        ({"currency": None}, 501),
        ({"dueDate": "2026-04-01"}, 3002),
        ({"issuedDate": "soon"}, 3002),
        ({"issuedDate": None}, 501),
        ({"timeViewMode": "NO_VIEW"}, 3002),
    ],
)
async def test_a_wrong_invoice_is_not_created(change: dict[str, object], code: int) -> None:
    """Every required member, in its format."""
    async with clockify() as api:
        reply = await api.send("POST", "/invoices", {**INVOICE, "clientId": api.client_id, **change})

    assert (reply.status, reply.json()["code"]) == (400, code)
    assert len(api.simulator.ledger.invoices()) == 1


@pytest.mark.parametrize(("verdict", "status"), [("accept", 201), ("refuse", 400)])
async def test_a_number_may_be_given_twice(verdict: str, status: int) -> None:
    """Whether the provider refuses it is unknown."""
    async with clockify(behaviour={"duplicate_number": verdict}) as api:
        body = {**INVOICE, "clientId": api.client_id}
        await api.send("POST", "/invoices", body)
        reply = await api.send("POST", "/invoices", body)

    assert reply.status == status


async def test_percents_are_written_plain_and_read_times_100() -> None:
    """And under other names."""
    async with clockify() as api:
        reply = await api.on_invoice("PUT", "", BILLED)
        invoice = await api.invoice()

    assert reply.status == 200
    assert reply.json() == invoice
    assert (invoice["discount"], invoice["tax"], invoice["tax2"]) == (1000.0, 1900.0, 550.0)
    assert not {"taxPercent", "tax2Percent", "discountPercent"} & set(invoice)


async def test_put_replaces_everything() -> None:
    """Whatever a body leaves out is wiped, whether the document lists it or not."""
    async with clockify() as api:
        await api.on_invoice("PUT", "", BILLED)
        await api.on_invoice("PUT", "", REPLACEMENT)
        invoice = await api.invoice()

    wiped = ("note", "subject", "billFrom", "clientAddress", "companyId")
    assert [invoice[name] for name in wiped] == [""] * 5
    assert (invoice["tax"], invoice["taxType"], invoice["visibleZeroFields"]) == (0.0, "NONE", [])
    assert invoice["clientId"] == api.client_id


async def test_put_leaves_lines_payments_and_status_alone() -> None:
    """They are not part of the replacement."""
    async with clockify() as api:
        await api.pay(5_000)
        await api.on_invoice("PUT", "", REPLACEMENT)
        invoice = await api.invoice()

    assert (invoice["amount"], invoice["paid"], invoice["status"]) == (12_000, 5_000, "PARTIALLY_PAID")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"currency": None}, 501),
        ({"number": None}, 501),
        ({"taxPercent": None}, 501),
        ({"tax2Percent": "5"}, 3002),
        ({"discountPercent": 101}, 501),
        ({"dueDate": None}, 501),
        ({"status": "PAID"}, 3002),
        ({"amount": 1}, 3002),
        ({"taxType": "FLAT"}, 3002),
        ({"clientId": "0" * 24}, 501),
        ({"visibleZeroFields": ["TAX_3"]}, 3002),
    ],
)
async def test_a_wrong_replacement_changes_nothing(change: dict[str, object], code: int) -> None:
    """Required members, formats, and nothing that only the provider may set."""
    async with clockify() as api:
        before = await api.invoice()
        reply = await api.on_invoice("PUT", "", {**REPLACEMENT, **change})
        after = await api.invoice()

    assert (reply.status, reply.json()["code"]) == (400, code)
    assert after == before


async def test_an_echoed_invoice_may_lose_its_taxes() -> None:
    """Where the provider reads missing percents as zero, and ignores what it does not know."""
    async with clockify(behaviour={"missing_percent": "zero", "read_only_in_put": "accept"}) as api:
        await api.on_invoice("PUT", "", BILLED)
        echoed = await api.on_invoice("PUT", "", await api.invoice())

    assert echoed.status == 200
    assert (echoed.json()["tax"], echoed.json()["discount"]) == (0.0, 0.0)


@pytest.mark.parametrize("status", ["PAID", "PARTIALLY_PAID", "VOID"])
async def test_a_settled_invoice_may_be_closed_to_edits(status: str) -> None:
    """As in the vendor's own pages."""
    async with clockify(behaviour={"edit_settled": "refuse"}) as api:
        api.simulator.ledger.invoice(api.invoice_id).status = status
        reply = await api.on_invoice("PUT", "", REPLACEMENT)

    assert (reply.status, reply.json()["code"]) == (400, 501)


@pytest.mark.parametrize(
    ("tax_type", "tax2"),
    [("SIMPLE", 594), ("COMPOUND", 707), ("NONE", 0)],
)
async def test_taxes_add_up(tax_type: str, tax2: int) -> None:
    """Discount first; the second tax on the first only when they are compound."""
    async with clockify() as api:
        invoice = api.simulator.ledger.invoice(api.invoice_id)
        invoice.items[0].apply_taxes = "TAX1TAX2"
        reply: Any = (await api.on_invoice("PUT", "", {**BILLED, "taxType": tax_type})).json()

    tax = 0 if tax_type == "NONE" else 2052
    assert (reply["subtotal"], reply["discountAmount"]) == (12_000, 1_200)
    assert (reply["taxAmount"], reply["tax2Amount"]) == (tax, tax2)
    assert reply["amount"] == 12_000 - 1_200 + tax + tax2
    assert invoice.discount == Decimal(10)


async def test_delete_answers_nothing_and_the_invoice_is_gone() -> None:
    """200 without a body; the second time it is missing."""
    async with clockify() as api:
        first = await api.on_invoice("DELETE")
        second = await api.on_invoice("DELETE")

    assert (first.status, first.body) == (200, b"")
    assert (second.status, second.json()["code"]) == (400, 501)


async def test_a_duplicate_is_a_new_unsent_invoice() -> None:
    """With the lines and without the payments; 201 with the whole of it."""
    async with clockify() as api:
        await api.pay(12_000)
        first = await api.on_invoice("POST", "/duplicate")
        second = await api.on_invoice("POST", "/duplicate")

    copy = first.json()
    assert (first.status, copy["status"], copy["amount"], copy["paid"]) == (201, "UNSENT", 12_000, 0)
    assert len({api.invoice_id, copy["id"], second.json()["id"]}) == 3


async def test_the_export_is_a_pdf() -> None:
    """Bytes, and only with the required userLocale."""
    async with clockify() as api:
        reply = await api.on_invoice("GET", "/export", query={"userLocale": "en"})
        refused = await api.on_invoice("GET", "/export")

    assert reply.body.startswith(b"%PDF-1.4")
    assert reply.body.rstrip().endswith(b"%%EOF")
    assert (refused.status, refused.json()["code"]) == (400, 3001)
