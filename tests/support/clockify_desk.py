"""The Clockify adapter before a stub that answers by script, and before its simulator over real sockets."""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import attrs

from invoicekit.adapter import HttpRequest, HttpResponse, Operation
from invoicekit.guard import DoubtPolicy, OnDoubt
from invoicekit.model import Money, NewPayment
from invoicekit.service import InvoiceService
from invoicekit.simulate import Fault, FaultPlan, Rate, RequestRecord, serving
from invoicekit_clockify import Clockify, ClockifyConfig
from invoicekit_clockify.simulator import Behaviour, ClockifySimulator

WORKSPACE = ClockifySimulator.WORKSPACE_ID
INVOICE = "65f0c0ffee0000000000a001"
CLIENT = "65f0c0ffee0000000000c001"
MARKER = "ik:0123456789abcdef"
PAID_AT = datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC)

QUICK = DoubtPolicy(look_pauses=(0.0,), undeclared_settle_seconds=0.05, repeat_pause_seconds=0.01)
"""Looks into doubt at once and after a twentieth of a second."""


def answer(document: object = None, status: int = 200, **headers: str) -> HttpResponse:
    """Build an answer; without a document its body is empty."""
    body = b"" if document is None else json.dumps(document).encode()
    return HttpResponse(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=body
    )


def invoice_document(**changes: object) -> dict[str, object]:
    """Return a full invoice as Clockify sends it."""
    return {
        "id": INVOICE,
        "number": "A-1",
        "clientId": CLIENT,
        "clientName": "Acme",
        "clientAddress": "1 Street",
        "companyId": "65f0c0ffee0000000000d001",
        "billFrom": "Us",
        "userId": "65f0c0ffee0000000000e001",
        "currency": "EUR",
        "issuedDate": "2026-01-31T08:00:00Z",
        "dueDate": "2026-02-28T08:00:00Z",
        "status": "SENT",
        "subject": "January",
        "note": "Thank you",
        "items": [
            {
                "order": 1,
                "description": "Work",
                "itemType": "Service",
                "quantity": 250,
                "unitPrice": 4000,
                "amount": 10000,
                "applyTaxes": "TAX1",
                "importType": "NOT_IMPORTED",
                "timeEntryIds": [],
                "expenseIds": [],
            }
        ],
        "subtotal": 10000,
        "discount": 550.0,
        "discountAmount": 550,
        "tax": 2000.0,
        "taxAmount": 1890,
        "tax2": 0.0,
        "tax2Amount": 0,
        "taxType": "SIMPLE",
        "calculationType": "INVOICE_BASED",
        "amount": 11340,
        "paid": 0,
        "balance": 11340,
        "containsImportedTimes": False,
        "containsImportedExpenses": False,
        "visibleZeroFields": ["TAX"],
        **changes,
    }


def new_payment(**changes: Any) -> NewPayment:
    """Return a payment of 120.00 EUR under a marker."""
    values: dict[str, Any] = {
        "invoice_id": INVOICE,
        "amount": Money("120.00", "EUR"),
        "paid_at": PAID_AT,
        "reference": "bank-1",
        "marker": MARKER,
        **changes,
    }
    return NewPayment(**values)


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

    @asynccontextmanager
    async def stream(self, operation: Operation, request: HttpRequest) -> AsyncIterator[AsyncIterator[bytes]]:
        """Give the next answer's body in pieces of four bytes."""
        body = (await self.send(operation, request)).body

        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(body), 4):
                yield body[start : start + 4]

        yield pieces()

    def body(self, index: int) -> Any:
        """Return the body of one request, decoded with exact numbers."""
        return json.loads(self.sent[index][1].body or b"null", parse_float=Decimal)


def adapter(sender: StubSender, **settings: Any) -> Clockify:
    """Return the adapter before a stub."""
    return Clockify(ClockifyConfig(api_key="key", workspace_id=WORKSPACE, **settings), sender)


@attrs.frozen(kw_only=True)
class Desk:
    """A service on the Clockify adapter, connected to a running simulator.

    Attributes:
        client_id: A client.
        invoice_id: An invoice of 120.00 EUR, sent.
        reach: The settings that reach the simulator.
    """

    simulator: ClockifySimulator
    service: InvoiceService
    client_id: str
    invoice_id: str
    reach: dict[str, Any]

    @property
    def native(self) -> Clockify:
        """The typed adapter."""
        return cast(Clockify, self.service.native)  # the service knows it as Adapter[object]

    @asynccontextmanager
    async def elsewhere(self) -> AsyncIterator[InvoiceService]:
        """Connect a second service that has no journal of the first, as after a crash without one."""
        async with InvoiceService.connect("clockify", policy=QUICK, **self.reach) as service:
            yield service

    def requests(self, operation: str) -> Sequence[RequestRecord]:
        """Return what the simulator was sent for one of its operations."""
        return self.simulator.requests.of(operation)


@asynccontextmanager
async def opened(
    *,
    behaviour: Behaviour | None = None,
    faults: Iterable[Fault] = (),
    rate: Rate | None = None,
    plan: str = "paid",
    time_zone: str = "UTC",
    on_doubt: OnDoubt = OnDoubt.ASK,
    **settings: object,
) -> AsyncIterator[Desk]:
    """Run a simulator and connect to it; doubt is looked into at once and after a twentieth of a second."""
    simulator = ClockifySimulator(
        behaviour=behaviour,
        faults=FaultPlan.scripted(faults),
        rate=rate or Rate.parse("5000/s"),
        plan=plan,
        time_zone=time_zone,
        settle_seconds=0.05,
    )
    client = simulator.home.add_client("Acme", address="1 Street")
    invoice = simulator.home.add_invoice(client_id=client.id, amount_minor=12_000, status="SENT")
    policy = attrs.evolve(QUICK, on_doubt=on_doubt)
    async with serving(simulator) as running:
        reach: dict[str, Any] = {**simulator.settings(running.url), "rate": "1000/s", **settings}
        async with InvoiceService.connect("clockify", policy=policy, **reach) as service:
            yield Desk(
                simulator=simulator,
                service=service,
                client_id=client.id,
                invoice_id=invoice.id,
                reach=reach,
            )
