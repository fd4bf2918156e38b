"""Every request of the Clockify adapter is one that the vendor's document, corrected, describes.

The document may be tested against and not be redistributed: CLOCKIFY_OPENAPI_DOCUMENT names a copy.
"""

import importlib
import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import pytest
import pytest_asyncio
from clockify_desk import PAID_AT, WORKSPACE, Desk, opened

from invoicekit.model import InvoiceChange, InvoiceStatus, Money, NewLineItem
from invoicekit.secret import Secret
from invoicekit.simulate import RequestRecord
from invoicekit_clockify import ClockifyConfig, Grouping, SettingsChange, TimeImport, UserEntries

# Imported by name: only the session of these tests installs it, and types are checked without it as well.
core = importlib.import_module("openapi_core")
datatypes = importlib.import_module("openapi_core.datatypes")
multidict = importlib.import_module("werkzeug.datastructures")

DOCUMENT = "CLOCKIFY_OPENAPI_DOCUMENT"
GLOBAL = ClockifyConfig(api_key=Secret("key"), workspace_id=WORKSPACE).site()
DAY = datetime(2026, 3, 1, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Return the document; without it there is nothing to test against, which is a failure."""
    found: dict[str, Any] = json.loads(Path(os.environ[DOCUMENT]).read_text())
    return found


@pytest.fixture(scope="module")
def api(document: dict[str, Any]) -> Any:
    return core.OpenAPI.from_dict(document)


async def use_everything(desk: Desk) -> None:
    """Call every method of the adapter, with every option that changes a request."""
    service, native, home = desk.service, desk.native, desk.simulator.home
    project = home.add_project("Site", desk.client_id, rate=4000)
    start = int(DAY.timestamp())
    entries = [home.add_entry(start=start + hour * 3600, project=project) for hour in range(4)]

    # invoices
    line = NewLineItem(
        description="Work", quantity=Decimal("2.5"), unit_price=Money("40.00", "EUR"), kind="Service"
    )
    created = await service.create_invoice(
        number="N-1",
        customer_id=desk.client_id,
        currency="EUR",
        issue_date=date(2026, 3, 1),
        due_date=date(2026, 3, 31),
        subject="March",
        note="By bank",
        line_items=(line, attrs.evolve(line, taxes=(1,))),
        extra={"clockify": {"timeViewMode": "AGGREGATED_TIME_VIEW"}},
    )
    invoice_id = created.value.id
    await service.get_invoice(invoice_id)
    await service.find_invoice(number="N-1")
    await service.list_invoices().snapshot()
    await service.list_invoices(statuses={InvoiceStatus.OPEN, InvoiceStatus.PAID}).snapshot()
    await service.list_invoices(
        statuses={InvoiceStatus.DRAFT},
        customer_id=desk.client_id,
        issued_from=date(2026, 1, 1),
        issued_to=date(2026, 12, 31),
    ).snapshot()
    change = InvoiceChange(
        number="N-2",
        customer_id=desk.client_id,
        currency="USD",
        issue_date=date(2026, 3, 2),
        due_date=date(2026, 4, 2),
        subject=None,
        note="x",
        discount_percent=Decimal("1.5"),
        tax_percents=(Decimal("19"), Decimal("0.25")),
        extra={
            "clockify": {
                "taxType": "COMPOUND",
                "visibleZeroFields": ("TAX", "TAX_2", "DISCOUNT"),
                "billFrom": "Us",
                "clientAddress": "There",
            }
        },
    )
    await service.update_invoice(invoice_id, change)
    await service.update_invoice(invoice_id, InvoiceChange(currency="EUR"))
    copy = await service.duplicate_invoice(invoice_id, reference="copy-1")
    await service.delete_invoice(copy.value.id)
    async with service.open_pdf(invoice_id) as pieces:
        assert [piece async for piece in pieces]

    # lines
    await service.write(native.add_item(invoice_id, line), reference="line-1")
    lines = (await service.get_invoice(invoice_id)).line_items
    assert isinstance(lines, tuple)
    await service.write(native.remove_items(invoice_id, lines[1:]), reference="remove-1")
    window = TimeImport(start=DAY, end=DAY + timedelta(hours=1), zone=UTC)
    await service.write(native.import_items(invoice_id, window), reference="import-1")
    detailed = attrs.evolve(
        window,
        end=DAY + WEEK,
        project_ids=(project.id,),
        grouping=Grouping.DETAILED,
        group_by="PROJECT",
        then_by="USER",
        fields=("PROJECT", "DATE"),
        round_durations=True,
    )
    await service.write(native.import_items(invoice_id, detailed), reference="import-2")

    # statuses and payments
    await service.set_status(invoice_id, InvoiceStatus.OPEN)
    paid = await service.record_payment(
        invoice_id, Money("1.00", "EUR"), paid_at=PAID_AT, reference="bank-1", note="by bank"
    )
    assert paid.value.id is not None
    await service.list_payments(invoice_id).snapshot()
    await service.set_status(invoice_id, InvoiceStatus.DRAFT, allow_payment_loss=True)
    again = await service.record_payment(
        invoice_id, Money("1.00", "EUR"), paid_at=PAID_AT, reference="bank-2"
    )
    assert again.value.id is not None
    await service.delete_payment(invoice_id, again.value.id)
    await service.mark_paid(invoice_id, paid_at=PAID_AT, reference="bank-3")
    await service.set_status(invoice_id, InvoiceStatus.VOID, allow_payment_loss=True)
    empty = home.add_invoice(client_id=desk.client_id, status="SENT")
    await service.set_status(empty.id, InvoiceStatus.PAID)

    # time
    await service.mark_batch(entries)
    await service.mark_batch(entries[:1], invoiced=False)
    await service.list_time_entries(start=DAY, end=DAY + WEEK).snapshot()
    await service.list_time_entries(
        start=DAY,
        end=DAY + WEEK,
        invoiced=False,
        billable=True,
        customer_id=desk.client_id,
        project_id=project.id,
        user_id=desk.simulator.USER_ID,
    ).snapshot()
    await native.invoiced_entries(entries, DAY, DAY + WEEK)
    await native.list_user_time_entries(
        UserEntries(
            user_id=desk.simulator.USER_ID,
            start=DAY,
            end=DAY + WEEK,
            zone=UTC,
            project_id=project.id,
            is_running=False,
        )
    )
    await native.get_time_entry(entries[0])
    await native.get_time_entries(entries)

    # the workspace
    await service.probe()
    await service.list_customers().snapshot()
    await service.get_customer(desk.client_id)
    await service.create_customer("New", email="a@b.example", address="1 Street", note="n")
    await native.list_users()
    await native.list_projects()
    await native.list_projects(customer_ids=[desk.client_id])
    await native.get_project(project.id)
    await native.list_workspaces()
    await service.write(
        native.update_invoice_settings(
            SettingsChange(
                labels={"tax": "VAT"},
                defaults={"subject": "s", "taxPercent": Decimal("7.5"), "dueDays": 14},
                export_fields={"rtl": True},
            )
        )
    )


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def requests(document: dict[str, Any]) -> AsyncIterator[tuple[RequestRecord, ...]]:
    """Return every request that the whole surface sends."""
    async with opened() as desk:
        await use_everything(desk)
        yield tuple(desk.simulator.requests)


def below_the_base(record: RequestRecord) -> str:
    """Return the path as the document writes it."""
    return f"/v1{record.path.partition('/v1')[2]}"


class Asked:
    """A recorded request in the words of openapi-core, as it would go to the global hosts."""

    def __init__(self, record: RequestRecord) -> None:
        query = multidict.ImmutableMultiDict(
            [(name, value) for name, values in record.query.items() for value in values]
        )
        # The log keeps the names of credential headers alone, which is all that the document describes.
        headers = multidict.Headers([(name, "kept out of the log") for name in record.credentials])
        self.parameters = datatypes.RequestParameters(query=query, header=headers)
        is_report = record.path.startswith("/report/")
        base = urlsplit(GLOBAL.hosts["reports" if is_report else "api"])
        self.host_url = f"{base.scheme}://{base.netloc}"
        self.path = base.path + below_the_base(record)
        self.method = record.method.lower()
        self.body = record.body or None
        self.content_type = record.headers.get("content-type", "")


def undeclared(document: dict[str, Any], path: Any, record: RequestRecord) -> Iterator[str]:
    """Name what the document does not know: query keys, and members of the body at any depth."""
    operation = document["paths"][path][record.method.lower()]
    keys = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
    yield from (f"query {key}" for key in record.query if key not in keys)
    if not record.body:
        return
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        yield "a body"
        return
    yield from _unknown_members(document, content["schema"], json.loads(record.body), "$")


def _unknown_members(
    document: dict[str, Any], schema: Mapping[str, Any], value: Any, at: str
) -> Iterator[str]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        for item in value:
            yield from _unknown_members(document, schema.get("items", {}), item, f"{at}[]")
    elif isinstance(value, dict) and "properties" in schema:
        for name, member in value.items():
            if name not in schema["properties"]:
                yield f"{at}.{name}"
            else:
                yield from _unknown_members(document, schema["properties"][name], member, f"{at}.{name}")


def problems(api: Any, document: dict[str, Any], record: RequestRecord) -> list[str]:
    """Say what is wrong with a request."""
    asked = Asked(record)
    try:
        result = api.unmarshal_request(asked)
    except Exception as error:  # noqa: BLE001 - whatever the validator says is a finding
        return [repr(error)]
    if result.errors:
        return [f"{error!r} {error.__cause__!r}" for error in result.errors]
    return list(undeclared(document, template(document, record), record))


def template(document: dict[str, Any], record: RequestRecord) -> str:
    """Return the document's path of a request: the one with the most literal segments."""
    segments = below_the_base(record).split("/")
    fitting = [
        path
        for path, operations in document["paths"].items()
        if record.method.lower() in operations
        and len(path.split("/")) == len(segments)
        and all(one.startswith("{") or one == two for one, two in zip(path.split("/"), segments, strict=True))
    ]
    return min(fitting, key=lambda path: path.count("{"), default="")


@pytest.mark.asyncio(loop_scope="module")
async def test_every_request_is_described(
    api: Any, document: dict[str, Any], requests: tuple[RequestRecord, ...]
) -> None:
    """Verb, path, query and body, with nothing that the document does not know."""
    found = {
        f"{record.method} {template(document, record)}: {problem}"
        for record in requests
        for problem in problems(api, document, record)
    }

    assert found == set()


@pytest.mark.asyncio(loop_scope="module")
async def test_the_whole_surface_is_used(
    document: dict[str, Any], requests: tuple[RequestRecord, ...]
) -> None:
    """Every operation of the document but webhooks, which this adapter only verifies."""
    described = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
        if method in {"get", "post", "put", "patch", "delete"} and "/webhooks" not in path
    }

    assert {(record.method, template(document, record)) for record in requests} == described


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("operation", "changes"),
    [
        ("add_payment", {"body": b'{"amount":1.5,"note":"","paymentDate":"2026-03-01T00:00:00Z"}'}),
        ("add_payment", {"body": b'{"amount":1}'}),
        ("set_status", {"body": b'{"status":"VOID"}'}),
        ("set_status", {"body": b'{"invoiceStatus":"DRAFT"}'}),
        ("mark_time_entries", {"body": b'{"timeEntryIds":[],"invoiced":true}'}),
        ("list_invoices", {"query": {"pageSize": ["1"]}}),
        ("detailed_report", {"body": b'{"dateRangeStart":"x","dateRangeEnd":"y"}'}),
        ("update_invoice", {"body": b'{"status":"PAID"}'}),
        ("get_invoice", {"method": "POST"}),
    ],
)
async def test_a_wrong_request_is_caught(
    api: Any,
    document: dict[str, Any],
    requests: tuple[RequestRecord, ...],
    operation: str,
    changes: dict[str, Any],
) -> None:
    """A check that lets these through would prove nothing."""
    record = next(one for one in requests if one.operation == operation)

    assert problems(api, document, record) == []
    assert problems(api, document, attrs.evolve(record, **changes)) != []
