"""The Asset adapter before a stub that answers by script, and before its simulator over real sockets."""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import attrs

from invoicekit.adapter import HttpRequest, HttpResponse, Operation
from invoicekit.guard import DoubtPolicy, OnDoubt
from invoicekit.model import Money, NewInvoice, NewLineItem, NewPayment
from invoicekit.service import InvoiceService
from invoicekit.simulate import Fault, FaultPlan, Rate, RequestRecord, serving
from invoicekit_asset import Asset, AssetConfig
from invoicekit_asset.simulator import AssetSimulator, Behaviour, PaymentRow, Transaction

BUSINESS = AssetSimulator.BUSINESS_ID
LEDGER = AssetSimulator.LEDGER_ID
ACCOUNT = AssetSimulator.ACCOUNT_ID
INVOICE = "inv_WQMDNUHpBThYSNh4AprDBo"
CUSTOMER = "cus_9aZ2hYtP5kQm7WvLxRdE3f"
TRANSACTION = "txn_Hc6wZ1uV9qLp3TyXbNe8Ks"
MARKER = "ik:0123456789abcdef"
PAID_AT = datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC)
DUE = date(2026, 3, 31)

QUICK = DoubtPolicy(look_pauses=(0.0,), undeclared_settle_seconds=0.05, repeat_pause_seconds=0.01)
"""Looks into doubt at once and after a twentieth of a second."""


def usd(amount: str) -> Money:
    """Return an amount of the books' currency."""
    return Money(amount, "USD")


def answer(document: object = None, status: int = 200, **headers: str) -> HttpResponse:
    """Build an answer; without a document its body is empty."""
    body = b"" if document is None else json.dumps(document).encode()
    return HttpResponse(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=body
    )


def page(*rows: object, following: str | None = None) -> HttpResponse:
    """Build a page of a list."""
    pagination = {"next_page_token": following, "previous_page_token": None}
    return answer({"data": list(rows), "pagination": pagination})


def invoice_document(**changes: object) -> dict[str, object]:
    """Return an open invoice of 120.00, in the newest form."""
    return {
        "id": INVOICE,
        "business_id": BUSINESS,
        "number": "A-1",
        "description": "January",
        "total_amount": 120,
        "total_paid": 0,
        "due_at": "2026-03-31T00:00:00Z",
        "sent_at": "2026-03-01T00:00:00Z",
        "voided_at": None,
        "status": "open",
        "source": "manual",
        "customer_id": CUSTOMER,
        "lines": [
            {
                "id": "inl_1",
                "invoice_id": INVOICE,
                "description": "Work",
                "ledger_id": LEDGER,
                "amount": 120,
                "metadata": {},
            }
        ],
        "payments": [],
        "metadata": {},
        "tags": {},
        **changes,
    }


def payment_row(amount: object = 120, transaction_id: str | None = TRANSACTION, **changes: object) -> Any:
    """Return a payment as it stands in an invoice."""
    return {
        "id": "inp_1",
        "invoice_id": INVOICE,
        "payment_id": "pay_1",
        "transaction_id": transaction_id,
        "datetime": "2026-03-01T10:20:30Z",
        "payment_amount": amount,
        "is_write_off": False,
        "invoice": {},
        **changes,
    }


def transaction_document(amount: object = 120, **changes: object) -> dict[str, object]:
    """Return a transaction of ours."""
    return {
        "id": TRANSACTION,
        "external_id": MARKER,
        "amount": amount,
        "datetime": "2026-03-01T10:20:30Z",
        "invoice_payments": [],
        **changes,
    }


def new_payment(**changes: Any) -> NewPayment:
    """Return a payment of 120.00 under a marker."""
    values: dict[str, Any] = {
        "invoice_id": INVOICE,
        "amount": usd("120.00"),
        "paid_at": PAID_AT,
        "reference": "bank-1",
        "marker": MARKER,
        **changes,
    }
    return NewPayment(**values)


def new_invoice(number: str = "N-1", **changes: Any) -> NewInvoice:
    """Return an invoice of 100.00 in two lines."""
    values: dict[str, Any] = {
        "number": number,
        "customer_id": CUSTOMER,
        "currency": "USD",
        "issue_date": date(2026, 3, 1),
        "due_date": DUE,
        "line_items": (
            NewLineItem(description="Work", quantity=Decimal("1.5"), unit_price=usd("60")),
            NewLineItem(description="Travel", quantity=Decimal(1), unit_price=usd("10.00")),
        ),
        **changes,
    }
    return NewInvoice(**values)


class StubSender:
    """Answers by script and keeps what was sent; it can send writes, as the guard's sender can."""

    def __init__(self, answers: Iterable[HttpResponse | Exception] = ()) -> None:
        self._answers = list(answers)
        self.sent: list[tuple[Operation, HttpRequest]] = []

    async def send(self, operation: Operation, request: HttpRequest) -> HttpResponse:
        """Give the next answer, or raise it."""
        self.sent.append((operation, request))
        given = self._answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    def stream(
        self, operation: Operation, request: HttpRequest
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Stream nothing: Asset has nothing to stream."""
        raise NotImplementedError

    def body(self, index: int) -> Any:
        """Return the body of one request, decoded with exact numbers."""
        return json.loads(self.sent[index][1].body or b"null", parse_float=Decimal)


def config(**settings: Any) -> AssetConfig:
    """Return a configuration of the sandbox."""
    values: dict[str, Any] = {
        "client_id": "client",
        "client_secret": "secret",
        "business_id": BUSINESS,
        "currency": "USD",
        "environment": "sandbox",
        "ledger_id": LEDGER,
        "external_account_id": ACCOUNT,
        **settings,
    }
    return AssetConfig(**values)


def adapter(sender: StubSender, **settings: Any) -> Asset:
    """Return the adapter before a stub."""
    return Asset(config(**settings), sender)


@attrs.frozen(kw_only=True)
class Desk:
    """A service on the Asset adapter, connected to a running simulator.

    Attributes:
        customer_id: A customer.
        invoice_id: An open invoice of 120.00.
        reach: The settings that reach the simulator.
    """

    simulator: AssetSimulator
    service: InvoiceService
    customer_id: str
    invoice_id: str
    reach: dict[str, Any]

    @property
    def native(self) -> Asset:
        """The typed adapter."""
        return cast(Asset, self.service.native)  # the service knows it as Adapter[object]

    @asynccontextmanager
    async def elsewhere(self, **settings: object) -> AsyncIterator[InvoiceService]:
        """Connect a second service that has no journal of the first, as after a crash without one."""
        async with InvoiceService.connect("asset", policy=QUICK, **{**self.reach, **settings}) as service:
            yield service

    def requests(self, operation: str) -> Sequence[RequestRecord]:
        """Return what the simulator was sent for one of its operations."""
        return self.simulator.requests.of(operation)

    def rows(self) -> list[PaymentRow]:
        """Return what the ledger says is applied to the invoice."""
        return self.simulator.ledger.payments(self.invoice_id)

    def transactions(self) -> list[Transaction]:
        """Return the ledger's transactions."""
        return self.simulator.ledger.transactions()

    def credit(self) -> Decimal:
        """Return the customer's credit by the ledger."""
        return self.simulator.home.customers[self.customer_id].credit


@asynccontextmanager
async def opened(
    *,
    behaviour: Behaviour | None = None,
    faults: Iterable[Fault] = (),
    rate: str = "none",
    tenant_rate: str = "none",
    on_doubt: OnDoubt = OnDoubt.ASK,
    settle_seconds: float = 0.05,
    **settings: object,
) -> AsyncIterator[Desk]:
    """Run a simulator and connect to it; doubt is looked into at once and after the settle bound."""
    simulator = AssetSimulator(
        behaviour=behaviour,
        faults=FaultPlan.scripted(faults),
        rate=Rate.parse(rate),
        tenant_rate=Rate.parse(tenant_rate),
        settle_seconds=settle_seconds,
    )
    customer = simulator.home.add_customer("Acme")
    invoice = simulator.home.add_invoice("120.00", customer_id=customer.id, ledger_id=LEDGER)
    policy = attrs.evolve(QUICK, on_doubt=on_doubt)
    async with serving(simulator) as running:
        reach: dict[str, Any] = {**simulator.settings(running.url), "rate": "1000/s", **settings}
        async with InvoiceService.connect("asset", policy=policy, **reach) as service:
            yield Desk(
                simulator=simulator,
                service=service,
                customer_id=customer.id,
                invoice_id=invoice.id,
                reach=reach,
            )
