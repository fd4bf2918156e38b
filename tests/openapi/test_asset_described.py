"""Asset's adapter asks, and its simulator answers, as the provider's pages describe it.

The description is not in the tree: ASSET_OPENAPI_DOCUMENT names a copy.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest
import pytest_asyncio
from asset_desk import ACCOUNT, DUE, PAID_AT, Desk, opened, usd
from described import Recorder, document_named_by, found_problems, unknown_problems

from invoicekit.errors import InvoiceKitError, RateLimited
from invoicekit.model import InvoiceChange, InvoiceStatus, NewInvoice, NewLineItem
from invoicekit.operation import Effect
from invoicekit.operation import Operation as Declared
from invoicekit.simulate.description import DescribedOperation, Description, Exchange
from invoicekit.transport import HttpRequest
from invoicekit_asset import CustomerChange, LineChange, RefundOrder, RefundTarget
from invoicekit_asset.simulator import AssetSimulator, Behaviour

DOCUMENT = "ASSET_OPENAPI_DOCUMENT"
BUSINESS = f"/v0/business/{AssetSimulator.BUSINESS_ID}"
ADDRESS = {"street_1": "1 Way", "city": "Town", "state": "NY", "postal_code": "10001", "country": "US"}

NOT_OFFERED: Mapping[DescribedOperation, str] = {
    ("GET", "/v0/business/{business_id}/reports/aged-receivables"): "a report; reachable by request()",
    ("POST", "/v0/business/{business_id}/refund-payment"): "settles a refund's money; reachable by request()",
}
DEVIATIONS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "GET /v0/business/{business_id}/customers 403: ResponseNotFound",
            "GET /v0/business/{business_id}/customers 422: ResponseNotFound",
        ),
        "one page shows which refusals there are; the same are assumed of every call",
    ),
    "429: DataValidationError() MediaTypeNotFound(mimetype='text/plain'": "the pages tell of a text message, "
    "and the limiter whose header names they show sends it as plain text",
}
"""Parts of findings that are meant, and why."""

BOTH_FORMS = pytest.mark.parametrize("lines_by", ["amount", "unit_price"])


def line(amount: str = "60.00", **changes: Any) -> NewLineItem:
    """Return a line of one."""
    return NewLineItem(description="Work", quantity=Decimal(1), unit_price=usd(amount), **changes)


def invoice(number: str, customer_id: str, **changes: Any) -> NewInvoice:
    """Return an invoice of 60.00."""
    given: dict[str, Any] = {
        "number": number,
        "customer_id": customer_id,
        "currency": "USD",
        "issue_date": date(2026, 3, 1),
        "due_date": DUE,
        "line_items": (line(),),
        **changes,
    }
    return NewInvoice(**given)


async def use_everything(desk: Desk) -> None:
    """Call every method of the adapter, with every option that changes a request."""
    service, native = desk.service, desk.native

    # customers
    await service.probe()
    made = await service.create_customer("Beta", email="b@example.com")
    customer = made.value.id
    change = CustomerChange(
        name="Beta Inc",
        email="beta@example.com",
        phone_number="1",
        billing_address=ADDRESS,
        shipping_address={**ADDRESS, "street_2": None},
    )
    await service.write(native.update_customer(customer, change))
    await service.list_customers().snapshot()
    await service.get_customer(customer)

    # invoices
    created = await service.create_invoice(
        number="N-1",
        customer_id=customer,
        currency="USD",
        issue_date=date(2026, 3, 1),
        due_date=DUE,
        subject="March",
        line_items=(line(), line("40")),
        extra={"asset": {"tags": {"team": "blue"}, "metadata": {"ours": "1"}}},
    )
    invoice_id = created.value.id
    many = [invoice(f"M-{n}", customer) for n in range(3)]
    by_own_id = invoice("M-3", customer, extra={"customer_external_id": "none-such"})
    await service.write(native.create_invoices([*many, by_own_id]), reference="batch-1")
    await service.get_invoice(invoice_id)
    await service.find_invoice(number="N-1")
    await service.list_invoices(statuses={InvoiceStatus.OPEN, InvoiceStatus.PAID}).snapshot()
    await service.update_invoice(invoice_id, InvoiceChange(extra={"asset": {"tags": {"team": "red"}}}))
    lines = (await service.get_invoice(invoice_id)).line_items
    assert isinstance(lines, tuple)
    swap = LineChange(remove=(str(lines[0].id),), add=(line("60"),), marker="swap-1")
    await service.write(native.change_lines(invoice_id, swap), reference="swap-1")

    # money
    await service.record_payment(
        invoice_id, usd("30.00"), paid_at=PAID_AT, reference="bank-1", note="by bank"
    )
    await service.list_payments(invoice_id).snapshot()
    note = await service.create_credit_note(
        invoice_id, number="CN-1", amount=usd("20.00"), issue_date=date(2026, 3, 5), reason="late"
    )
    await native.list_credit_memos(customer_id=customer)
    await native.get_credit_memo(note.value.id)
    await service.write(native.apply_credit(invoice_id, usd("15.00")), reference="credit-1")
    await native.customer_credits()
    spare = await service.create_credit_note(
        invoice_id, number="CN-2", amount=usd("1.00"), issue_date=date(2026, 3, 5)
    )
    await service.write(native.void_credit_memo(spare.value.id))
    await service.mark_paid(invoice_id, paid_at=PAID_AT, reference="bank-2")
    kept = (await service.get_invoice(invoice_id)).line_items
    assert isinstance(kept, tuple)
    part = RefundOrder(
        external_id="refund-1",
        targets=(
            RefundTarget(invoice_id=invoice_id, amount=usd("5"), line_id=str(kept[0].id), memo="a part"),
        ),
        refunded_at=datetime(2026, 3, 6, tzinfo=UTC),
        memo="sorry",
        processor="us",
        is_return=True,
    )
    await service.write(native.refund_invoice(part), reference="refund-1")
    await service.mark_paid(desk.invoice_id, paid_at=PAID_AT, reference="bank-3")
    await service.refund(desk.invoice_id, usd("120.00"), reference="refund-2", reason="whole")
    await native.list_refunds()
    await native.list_invoice_refunds(desk.invoice_id)

    # ends
    numbered = {one.number: one.id for one in await service.list_invoices().snapshot()}
    await service.write_off(numbered["M-0"], reference="off-1")
    await service.set_status(numbered["M-1"], InvoiceStatus.UNCOLLECTIBLE)
    await service.set_status(numbered["M-2"], InvoiceStatus.VOID)


async def use_the_rest(desk: Desk) -> None:
    """Ask the simulator for what the adapter does not offer, and be refused in every way there is."""
    write = Declared(name="by_hand", effect=Effect.SET)
    read = Declared(name="by_hand")
    (refund, *_) = desk.simulator.home.refunds.values()
    (transaction, *_) = desk.simulator.home.transactions.values()
    body = json.dumps({"refund_id": refund.id, "transaction_id": transaction.id, "payment_amount": 1})
    payment = HttpRequest(method="POST", path=f"{BUSINESS}/refund-payment", body=body.encode())
    await desk.service.request(write, payment)
    wrong = [
        HttpRequest(method="GET", path=f"{BUSINESS}/invoice/inv_none"),
        HttpRequest(method="GET", path="/v0/business/biz_other/customers"),
        HttpRequest(method="GET", path=f"{BUSINESS}/customers", query=(("page_size", "0"),)),
        HttpRequest(method="POST", path=f"{BUSINESS}/customers", body=b'{"email":"a"}'),
        HttpRequest(method="PATCH", path=f"{BUSINESS}/customers/cus_none", body=b'{"name":"a"}'),
        HttpRequest(method="POST", path=f"{BUSINESS}/credit-memo/cm_none/void"),
        HttpRequest(method="POST", path=f"{BUSINESS}/refund", body=b"{}"),
        HttpRequest(method="POST", path=f"{BUSINESS}/transactions", body=b"[]"),
    ]
    for request in wrong:
        with pytest.raises(InvoiceKitError):
            await desk.service.request(read, request)


async def limited() -> list[Exchange]:
    """Ask until the rate limit refuses."""
    recorder = Recorder()
    async with opened(transport=recorder, tenant_rate="3/min", deadline_seconds=0.5) as desk:
        for _ in range(4):
            with suppress(RateLimited):
                await desk.service.get_invoice(desk.invoice_id)
    await recorder.aclose()
    return recorder.exchanges


@pytest.fixture(scope="module")
def described() -> Description:
    """The document; without it there is nothing to test against, which is a failure."""
    return document_named_by(DOCUMENT)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def sent() -> AsyncIterator[tuple[Exchange, ...]]:
    """Every exchange of the whole surface."""
    recorder = Recorder()
    async with opened(transport=recorder, user_id="user-1", scope="invoice:create", page_size=3) as desk:
        await use_everything(desk)
        yield tuple(recorder.exchanges)
    await recorder.aclose()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def answered() -> AsyncIterator[tuple[Exchange, ...]]:
    """Every exchange of the surface and beyond it, in every form that the simulator can take on."""
    exchanges: list[Exchange] = []
    forms = [
        Behaviour(),
        Behaviour(amounts_as_text=True, tags_as_rows=True, hides_status=True),
        Behaviour(error_shape="error", expiry="duration"),
        Behaviour(error_shape="message", expiry="absent"),
    ]
    for behaviour in forms:
        recorder = Recorder()
        async with opened(transport=recorder, behaviour=behaviour) as desk:
            await use_everything(desk)
            await use_the_rest(desk)
        await recorder.aclose()
        exchanges += recorder.exchanges
    yield (*exchanges, *await limited())


@pytest.mark.asyncio(loop_scope="module")
async def test_every_request_is_described(described: Description, sent: tuple[Exchange, ...]) -> None:
    """Verb, path, query and body, with nothing that the document does not know."""
    assert found_problems(described, sent, described.request_problems) == set()


@pytest.mark.asyncio(loop_scope="module")
async def test_every_request_is_signed(sent: tuple[Exchange, ...]) -> None:
    """All but the one for a token carry it; writes name who acts."""
    unsigned = [one.path for one in sent if "Authorization" not in one.headers]

    assert unsigned == ["/v0/auth/token"]
    assert all(one.headers.get("x-user-id") == "user-1" for one in sent[1:] if one.method != "GET")


@pytest.mark.asyncio(loop_scope="module")
async def test_the_whole_document_is_used(described: Description, sent: tuple[Exchange, ...]) -> None:
    """Every operation is offered, or stands in the list of those that are not, with the reason."""
    used = {described.operation_of(one) for one in sent}

    assert used == described.operations - set(NOT_OFFERED)


@BOTH_FORMS
async def test_both_forms_of_new_invoices_are_described(described: Description, lines_by: str) -> None:
    """Lines by amount, and in the older form by unit price and quantity."""
    generation = "newest" if lines_by == "amount" else "middle"
    recorder = Recorder()
    behaviour = Behaviour(generation=generation)

    async with opened(transport=recorder, behaviour=behaviour, lines_by=lines_by) as desk:
        await desk.service.write(
            desk.native.create_invoices([invoice("N-1", desk.customer_id)]), reference="N-1"
        )
    await recorder.aclose()

    exchanges = recorder.exchanges
    assert found_problems(described, exchanges, described.request_problems) == set()
    assert found_problems(described, exchanges, described.answer_problems) == set()


@pytest.mark.asyncio(loop_scope="module")
async def test_every_answer_is_described(described: Description, answered: tuple[Exchange, ...]) -> None:
    """Status, envelope, every member's type, and no member that the document does not know.

    What differs stands in a list, with the reason; what differs no longer stands there no longer.
    """
    found = found_problems(described, answered, described.answer_problems)

    assert unknown_problems(found, DEVIATIONS) == set()
    assert [one for one in DEVIATIONS if not any(one in problem for problem in found)] == []


@pytest.mark.asyncio(loop_scope="module")
async def test_every_kind_of_answer_was_seen(described: Description, answered: tuple[Exchange, ...]) -> None:
    """All that the simulator plays of the document; refusals among them."""
    simulated = described.operations - {one for one in NOT_OFFERED if one[1].endswith("aged-receivables")}

    assert {described.operation_of(one) for one in answered} == simulated
    assert {one.status for one in answered} >= {200, 201, 202, 403, 404, 422, 429}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("operation", "changes"),
    [
        (("POST", "/invoice-payment"), {"body": b'{"payment_amount":1}'}),
        (("POST", "/invoice-payment"), {"body": b'{"invoice_id":"inv_1","amount":1}'}),
        (("POST", "/invoice"), {"body": b'{"number":"1"}'}),
        (("POST", "/transactions"), {"body": b"[]"}),
        (("POST", "/refund"), {"body": b'{"amount":1}'}),
        (("GET", "/invoice"), {"query": (("page_size", "101"),)}),
        (("GET", "/invoice"), {"query": (("number", "N-1"),)}),
        (("GET", "/invoice"), {"method": "DELETE"}),
    ],
)
async def test_a_wrong_request_is_caught(
    described: Description, sent: tuple[Exchange, ...], operation: tuple[str, str], changes: dict[str, Any]
) -> None:
    """A check that lets these through would prove nothing."""
    method, path = operation
    right = next(one for one in sent if one.method == method and one.path == BUSINESS + path)
    wrong = attrs.evolve(right, **changes)

    assert found_problems(described, [right], described.request_problems) == set()
    assert found_problems(described, [wrong], described.request_problems) != set()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "changes",
    [{"answer": b'{"data":{"id":1}}'}, {"answer": b"{}"}, {"status": 299}, {"answer": b'{"surprise":1}'}],
)
async def test_a_wrong_answer_is_caught(
    described: Description, sent: tuple[Exchange, ...], changes: dict[str, Any]
) -> None:
    """Types, envelopes, statuses and unknown members are really looked at."""
    right = next(one for one in sent if one.path.startswith(f"{BUSINESS}/invoice/inv_"))

    assert described.answer_problems(right) == []
    assert described.answer_problems(attrs.evolve(right, **changes)) != []


def test_the_account_is_one_of_the_description() -> None:
    """The simulator's ids have the prefixes of the document, or the patterns would prove nothing."""
    assert (ACCOUNT[:4], AssetSimulator.BUSINESS_ID[:4]) == ("eac_", "biz_")
