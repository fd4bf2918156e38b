"""The Kukkingu adapter before a stub that answers by script, and before its simulator over real sockets."""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import attrs

from invoicekit.adapter import HttpRequest, HttpResponse, Operation
from invoicekit.guard import DoubtPolicy, OnDoubt
from invoicekit.model import Money, NewInvoice, NewLineItem, NewPayment, TimeLink
from invoicekit.service import InvoiceService
from invoicekit.simulate import Fault, FaultPlan, Rate, RequestRecord, serving
from invoicekit_kukkingu import Kukkingu, KukkinguConfig
from invoicekit_kukkingu.simulator import Behaviour, KukkinguSimulator

TENANT = "tnt_pfh0haxfpzowht3oi213cqos"
INVOICE = "inv_mqxd1kc6bgtcc676xoqzax47"
OTHER_INVOICE = "inv_aaaaaaaaaaaaaaaaaaaaaaaa"
CONTRACT = "ctr_cccccccccccccccccccccccc"
CLIENT = "clnt_dddddddddddddddddddddddd"
BILLABLE = "bil_eeeeeeeeeeeeeeeeeeeeeeee"
ENTRY = "tsh_ffffffffffffffffffffffff"
PROJECT = "prj_gggggggggggggggggggggggg"
PAID_AT = datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC)

QUICK = DoubtPolicy(look_pauses=(0.0,), undeclared_settle_seconds=0.05, repeat_pause_seconds=0.01)
"""Looks into doubt at once and after a twentieth of a second."""


def time_link(entry_ids: Sequence[str], line_id: str) -> TimeLink:
    """Name entries and the line that bills them."""
    return TimeLink(invoice_id=INVOICE, entry_ids=tuple(entry_ids), line_id=line_id)


def answer(data: object = None, status: int = 200, **headers: str) -> HttpResponse:
    """Build an answer in the envelope."""
    body = json.dumps({"data": data}).encode()
    return HttpResponse(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=body
    )


def invoice_document(**changes: object) -> dict[str, object]:
    """Return an invoice as Kukkingu sends it: the seed's values, contract and client written out.

    A change to None leaves the member out.
    """
    document = {
        "id": INVOICE,
        "contract": {"id": CONTRACT, "client": {"id": CLIENT, "name": "Acme"}, "name": "Support"},
        "status": "FINALIZED",
        "invoiceNumber": "INV-2025-0001",
        "exchangeRate": 1.12,
        "currencyCode": "EUR",
        "amountMinor": 12000,
        "createdAt": "2023-10-05T14:48:00.000Z",
        "updatedAt": "2023-10-05T14:48:00.000Z",
        "issuedAt": "2023-10-05T14:48:00.000Z",
        "dueAt": "2023-11-05T14:48:00.000Z",
        **changes,
    }
    return {name: value for name, value in document.items() if value is not None}


def billable_document(**changes: object) -> dict[str, object]:
    """Return a line as Kukkingu sends it."""
    document = {
        "id": BILLABLE,
        "invoice": INVOICE,
        "description": "Work",
        "quantity": 2.5,
        "amountMinor": 4000,
        "currencyCode": "EUR",
        "createdAt": "2023-10-05T14:48:00.000Z",
        "updatedAt": "2023-10-05T14:48:00.000Z",
        **changes,
    }
    return {name: value for name, value in document.items() if value is not None}


def entry_document(**changes: object) -> dict[str, object]:
    """Return a time entry as Kukkingu sends it, unbilled; a change to None stays a null."""
    return {
        "id": ENTRY,
        "project": PROJECT,
        "date": "2026-03-01",
        "durationSeconds": 5400,
        "createdAt": "2023-10-05T14:48:00.000Z",
        "updatedAt": "2023-10-05T14:48:00.000Z",
        "description": "Work",
        "referenceSource": "JIRA",
        "referenceId": "ABC-1",
        **changes,
    }


def new_payment(**changes: Any) -> NewPayment:
    """Return a payment of 120.00 EUR."""
    values: dict[str, Any] = {
        "invoice_id": INVOICE,
        "amount": Money("120.00", "EUR"),
        "paid_at": PAID_AT,
        "reference": "bank-1",
        "marker": "ik:0123456789abcdef",
        **changes,
    }
    return NewPayment(**values)


def new_line(price: str = "40.00", quantity: str = "1", currency: str = "EUR", **changes: Any) -> NewLineItem:
    """Return a line."""
    values: dict[str, Any] = {
        "description": "Work",
        "quantity": Decimal(quantity),
        "unit_price": Money(price, currency),
        **changes,
    }
    return NewLineItem(**values)


def new_invoice(**changes: Any) -> NewInvoice:
    """Return a draft of one line."""
    values: dict[str, Any] = {
        "number": "A-1",
        "customer_id": CLIENT,
        "currency": "EUR",
        "issue_date": date(2026, 3, 1),
        "due_date": date(2026, 3, 31),
        "line_items": (new_line(),),
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


def config(**settings: Any) -> KukkinguConfig:
    """Return settings that suffice for everything but marks."""
    given: dict[str, Any] = {"contract_id": CONTRACT, "exchange_rate": "1.12", **settings}
    return KukkinguConfig(token="key", tenant_id=TENANT, **given)


def adapter(sender: StubSender, **settings: Any) -> Kukkingu:
    """Return the adapter before a stub."""
    return Kukkingu(config(**settings), sender)


@attrs.frozen(kw_only=True)
class Desk:
    """A service on the Kukkingu adapter, connected to a running simulator.

    Attributes:
        invoice_id: A finalized invoice of 120.00 EUR.
        draft_id: A draft of 120.00 EUR.
        entry_id: An unbilled hour with every field filled.
        reach: The settings that reach the simulator.
    """

    simulator: KukkinguSimulator
    service: InvoiceService
    invoice_id: str
    draft_id: str
    entry_id: str
    reach: dict[str, Any]

    @property
    def native(self) -> Kukkingu:
        """The typed adapter."""
        return cast(Kukkingu, self.service.native)  # the service knows it as Adapter[object]

    @property
    def client_id(self) -> str:
        """The client of the configured contract."""
        return self.simulator.client.id

    @property
    def line_id(self) -> str:
        """The line that time is hung on."""
        return self.simulator.time_line.id

    @asynccontextmanager
    async def elsewhere(self, **settings: Any) -> AsyncIterator[InvoiceService]:
        """Connect a second service that has no journal of the first, as after a crash without one."""
        async with InvoiceService.connect("kukkingu", policy=QUICK, **{**self.reach, **settings}) as service:
            yield service

    def requests(self, operation: str) -> Sequence[RequestRecord]:
        """Return what the simulator was sent for one of its operations."""
        return self.simulator.requests.of(operation)

    def writes(self) -> Sequence[str]:
        """Return the operations of everything sent that is no read."""
        return [request.operation for request in self.simulator.requests if request.method != "GET"]


@asynccontextmanager
async def opened(
    *,
    behaviour: Behaviour | None = None,
    faults: Iterable[Fault] | FaultPlan = (),
    rate: Rate | None = None,
    on_doubt: OnDoubt = OnDoubt.ASK,
    **settings: object,
) -> AsyncIterator[Desk]:
    """Run a simulator and connect to it; doubt is looked into at once and after a twentieth of a second.

    A setting of None is left out.
    """
    simulator = KukkinguSimulator(
        behaviour=behaviour,
        faults=faults if isinstance(faults, FaultPlan) else FaultPlan.scripted(faults),
        rate=rate or Rate.parse("5000/s"),
        settle_seconds=0.05,
    )
    home, contract_id = simulator.home, simulator.contract.id
    invoice = home.add_invoice(contract_id, number="A-100", amount_minor=12_000, status="FINALIZED")
    draft = home.add_invoice(contract_id, number="A-101", amount_minor=12_000)
    entry = home.add_entry(
        simulator.project.id, description="Work", reference_source="JIRA", reference_id="ABC-1"
    )
    home.add_entry(simulator.project.id, description="Another")
    policy = attrs.evolve(QUICK, on_doubt=on_doubt)
    async with serving(simulator) as running:
        given = {**simulator.settings(running.url), "rate": "1000/s", **settings}
        reach: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        async with InvoiceService.connect("kukkingu", policy=policy, **reach) as service:
            yield Desk(
                simulator=simulator,
                service=service,
                invoice_id=invoice.id,
                draft_id=draft.id,
                entry_id=entry.id,
                reach=reach,
            )
