"""Kukkingu's adapter asks, and its simulator answers, as the provider's pages describe it.

The description is not in the tree: KUKKINGU_OPENAPI_DOCUMENT names a copy.
"""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
import pytest_asyncio
from described import Recorder, document_named_by, found_problems, unknown_problems
from kukkingu_desk import PAID_AT, Desk, new_line, opened, time_link

from invoicekit.errors import InvoiceKitError
from invoicekit.model import InvoiceChange, InvoiceStatus, Money
from invoicekit.operation import Effect
from invoicekit.operation import Operation as Declared
from invoicekit.simulate.description import DescribedOperation, Description, Exchange
from invoicekit.transport import HttpRequest
from invoicekit_kukkingu import NewContract, NewTimeEntry
from invoicekit_kukkingu.simulator import Behaviour

DOCUMENT = "KUKKINGU_OPENAPI_DOCUMENT"
BASE = "/api/v1"
DAY = datetime(2026, 3, 1, tzinfo=UTC)

UNLISTED = "on no page; reachable by request()"
BY_PATCH = "the adapter changes fields by PATCH, which keeps the rest; reachable by request()"
NOT_OFFERED: Mapping[DescribedOperation, str] = {
    ("PUT", "/api/v1/invoices/{invoiceId}"): BY_PATCH,
    ("GET", "/api/v1/billables/{billableId}"): "lines are read with their invoice; reachable by request()",
    ("PATCH", "/api/v1/billables/{billableId}"): "lines of a draft are given when it is made",
    ("PUT", "/api/v1/billables/{billableId}"): "lines of a draft are given when it is made",
    ("DELETE", "/api/v1/billables/{billableId}"): UNLISTED,
    ("POST", "/api/v1/billables/order"): "lines are sent in their order",
    ("PATCH", "/api/v1/time-entries/{timeEntryId}"): UNLISTED,
    ("DELETE", "/api/v1/time-entries/{timeEntryId}"): UNLISTED,
}
NOT_SIMULATED = {
    ("PUT", "/api/v1/billables/{billableId}"),
    ("POST", "/api/v1/billables/order"),
    ("PATCH", "/api/v1/time-entries/{timeEntryId}"),
    ("DELETE", "/api/v1/time-entries/{timeEntryId}"),
}
DEVIATIONS: Mapping[str, str] = {}
"""Parts of findings that are meant, and why: there is none."""


async def use_everything(desk: Desk) -> None:
    """Call every method of the adapter, with every option that changes a request."""
    service, native, home = desk.service, desk.native, desk.simulator.home

    # clients, contracts, projects
    await service.probe()
    made = await service.create_customer("Beta", note="a note")
    await service.list_customers().snapshot()
    await service.get_customer(made.value.id)
    new = NewContract(
        customer_id=made.value.id, name="Support", amount=Money("1.234", "KWD"), description="all of it"
    )
    contract = await service.write(native.create_contract(new), reference="contract-1")
    await native.list_contracts()
    await native.list_contracts(customer_id=made.value.id)
    await native.get_contract(contract.value.id)
    await service.write(native.delete_contract(contract.value.id))
    await service.write(native.delete_customer(made.value.id))
    await native.list_projects()
    await native.list_projects(contract_id=desk.simulator.contract.id)
    await native.health()

    # invoices
    created = await service.create_invoice(
        number="N-1",
        customer_id=desk.client_id,
        currency="EUR",
        issue_date=date(2026, 3, 1),
        due_date=date(2026, 3, 31),
        line_items=(new_line(quantity="2.5", kind="work"), new_line("0.01", "1")),
        extra={"kukkingu": {"exchangeRate": "1.25"}},
    )
    invoice_id = created.value.id
    yen = await service.create_invoice(
        number="N-2",
        customer_id=desk.client_id,
        currency="JPY",
        issue_date=date(2026, 3, 1),
        due_date=date(2026, 3, 31),
        line_items=(new_line("9007199254740991", currency="JPY"),),
    )
    await service.get_invoice(invoice_id)
    await service.find_invoice(number="N-1")
    await service.list_invoices(statuses={InvoiceStatus.VOID}, customer_id=desk.client_id).snapshot()
    change = InvoiceChange(
        number="N-1a",
        currency="EUR",
        issue_date=date(2026, 3, 2),
        due_date=date(2026, 4, 1),
        extra={"kukkingu": {"exchangeRate": Decimal("1.5"), "amountMinor": 10_001}},
    )
    await service.update_invoice(invoice_id, change)
    await native.list_billables()
    await native.list_billables(invoice_id)

    # statuses, payments, files
    await service.set_status(invoice_id, InvoiceStatus.OPEN, allow_irreversible=True)
    await service.mark_paid(invoice_id, paid_at=PAID_AT, reference="bank-1")
    await service.list_payments(invoice_id).snapshot()
    await service.set_status(yen.value.id, InvoiceStatus.VOID)
    async with service.open_pdf(invoice_id) as pieces:
        assert [piece async for piece in pieces]

    # time
    work = NewTimeEntry(
        project_id=desk.simulator.project.id,
        day=date(2026, 3, 1),
        duration=timedelta(minutes=90),
        reference="JIRA-1",
        source="JIRA",
        description="Work",
        billable_id=desk.line_id,
    )
    await service.write(native.create_time_entry(work), reference="JIRA-1")
    await service.list_time_entries(
        start=DAY, end=DAY + timedelta(days=7), project_id=desk.simulator.project.id
    ).snapshot()
    await native.get_time_entry(desk.entry_id)
    await service.mark_batch([desk.entry_id])
    await service.mark_batch([desk.entry_id], invoiced=False)
    entries = [home.add_entry(desk.simulator.project.id).id for _ in range(2)]
    await service.write(native.link_time_entries(time_link(entries, desk.line_id)))
    await native.entries_of_billable(desk.line_id)


async def use_the_rest(desk: Desk) -> None:
    """Ask the simulator for what the adapter does not offer, and be refused in every way there is."""
    write, read = Declared(name="by_hand", effect=Effect.SET), Declared(name="by_hand")
    draft, line = desk.draft_id, desk.simulator.home.add_billable(desk.draft_id)
    fields = {"invoiceNumber": "R-1", "exchangeRate": 1, "currencyCode": "EUR", "amountMinor": 1}

    def request(method: str, path: str, document: object = None) -> HttpRequest:
        body = None if document is None else json.dumps(document).encode()
        return HttpRequest(method=method, path=path, body=body)

    await desk.service.request(write, request("PUT", f"/invoices/{draft}", fields))
    await desk.service.request(read, request("GET", f"/billables/{line.id}"))
    await desk.service.request(write, request("PATCH", f"/billables/{line.id}", {"quantity": 2}))
    await desk.service.request(write, request("DELETE", f"/billables/{line.id}"))
    wrong = [
        request("GET", "/invoices/inv_aaaaaaaaaaaa"),
        request("POST", "/clients", {"name": ""}),
        request("PATCH", f"/invoices/{desk.invoice_id}", {"amountMinor": 1}),
        request("DELETE", f"/clients/{desk.client_id}"),
        request("POST", "/billables", {"invoiceId": draft, "billables": []}),
    ]
    for one in wrong:
        with pytest.raises(InvoiceKitError):
            await desk.service.request(read, one)
    async with desk.elsewhere(token="wrong", transport=desk.reach["transport"]) as stranger:
        with pytest.raises(InvoiceKitError):
            await stranger.get_customer(desk.client_id)


@pytest.fixture(scope="module")
def described() -> Description:
    """The document; without it there is nothing to test against, which is a failure."""
    return document_named_by(DOCUMENT)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def sent() -> AsyncIterator[tuple[Exchange, ...]]:
    """Every exchange of the whole surface."""
    recorder = Recorder()
    async with opened(transport=recorder) as desk:
        await use_everything(desk)
        yield tuple(recorder.exchanges)
    await recorder.aclose()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def answered() -> AsyncIterator[tuple[Exchange, ...]]:
    """Every exchange of the surface and beyond it, in the forms that the simulator can take on."""
    exchanges: list[Exchange] = []
    forms = [
        Behaviour(),
        Behaviour(expands=False, unlinked_is_null=True, keeps_instants=True),
        Behaviour(amounts="checked", bad_billable="partial", locked_status=422),
    ]
    for behaviour in forms:
        recorder = Recorder()
        async with opened(transport=recorder, behaviour=behaviour) as desk:
            await use_everything(desk)
            await use_the_rest(desk)
        await recorder.aclose()
        exchanges += recorder.exchanges
    yield tuple(exchanges)


@pytest.mark.asyncio(loop_scope="module")
async def test_every_request_is_described(described: Description, sent: tuple[Exchange, ...]) -> None:
    """Verb, path, query and body, with nothing that the document does not know."""
    assert found_problems(described, sent, described.request_problems) == set()


@pytest.mark.asyncio(loop_scope="module")
async def test_every_request_is_signed(sent: tuple[Exchange, ...]) -> None:
    """With the token and the tenant, on the pages that do not list it too."""
    assert [one.path for one in sent if not {"Authorization", "tenant-id"} <= set(one.headers)] == []


@pytest.mark.asyncio(loop_scope="module")
async def test_every_instant_ends_in_z(sent: tuple[Exchange, ...]) -> None:
    """The pattern refuses any offset, and no check of a format would notice."""
    bodies = [json.loads(one.body) for one in sent if one.body]
    instants = [value for body in bodies for name, value in body.items() if name.endswith("At")]

    assert instants
    assert [one for one in instants if not one.endswith("Z")] == []


@pytest.mark.asyncio(loop_scope="module")
async def test_the_whole_document_is_used(described: Description, sent: tuple[Exchange, ...]) -> None:
    """Every operation is offered, or stands in the list of those that are not, with the reason."""
    used = {described.operation_of(one) for one in sent}

    assert used == described.operations - set(NOT_OFFERED)


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
    assert {described.operation_of(one) for one in answered} == described.operations - NOT_SIMULATED
    assert {one.status for one in answered} >= {200, 201, 204, 400, 401, 404, 409, 422}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("operation", "changes"),
    [
        (("POST", "/invoices"), {"body": b'{"invoiceNumber":"1"}'}),
        (("POST", "/billables"), {"body": b'{"invoiceId":"inv_1","billables":[]}'}),
        (("POST", "/clients"), {"body": b'{"name":"x","email":"a@example.com"}'}),
        (("POST", "/time-entries"), {"body": b'{"projectId":"prj_1","date":"2026-03-01"}'}),
        (("GET", "/invoices"), {"query": (("page", "1"),)}),
        (("GET", "/invoices"), {"query": (("status", "OPEN"),)}),
        (("GET", "/time-entries"), {"query": (("dateFrom", "soon"),)}),
        (("GET", "/invoices"), {"headers": {}}),
        (("GET", "/invoices"), {"method": "DELETE"}),
    ],
)
async def test_a_wrong_request_is_caught(
    described: Description, sent: tuple[Exchange, ...], operation: tuple[str, str], changes: dict[str, Any]
) -> None:
    """A check that lets these through would prove nothing."""
    method, path = operation
    right = next(one for one in sent if one.method == method and one.path == BASE + path)
    wrong = attrs.evolve(right, **changes)

    assert found_problems(described, [right], described.request_problems) == set()
    assert found_problems(described, [wrong], described.request_problems) != set()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "changes",
    [
        {"answer": b'{"data":{"id":1}}'},
        {"answer": b"{}"},
        {"answer": b'{"surprise":1}'},
        {"status": 401},
    ],
)
async def test_a_wrong_answer_is_caught(
    described: Description, sent: tuple[Exchange, ...], changes: dict[str, Any]
) -> None:
    """Types, envelopes, statuses and unknown members are really looked at."""
    right = next(one for one in sent if one.path.startswith(f"{BASE}/invoices/inv_"))

    assert described.answer_problems(right) == []
    assert described.answer_problems(attrs.evolve(right, **changes)) != []
