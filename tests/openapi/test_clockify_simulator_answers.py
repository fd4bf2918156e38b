"""The Clockify simulator answers as the vendor's document says, corrected by what was seen on the wire.

The document may be tested against and not be redistributed: CLOCKIFY_OPENAPI_DOCUMENT names a copy.
"""

import importlib
import json
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from clockify_wire import INVOICE, REPLACEMENT, Clockify, clockify
from simulator_client import Reply

# Imported by name: only the session of these tests installs it, and types are checked without it as well.
oas = importlib.import_module("openapi_schema_validator")

MARCH = 1_772_323_200
# Null on the wire though the document calls no member nullable. Source: peer's field-by-field comparison for
# running timers; otherwise absent references.
NULL_ON_THE_WIRE = {
    *("taskId", "taskName", "projectId", "projectName", "projectColor", "clientId", "clientName"),
    *("kioskId", "approvalRequestId", "end", "duration"),
}
# On the wire though not in the document: seen by the peer, or (client of a project) the vendor's own samples.
UNDOCUMENTED = {"approvalRequestId", "clientId", "clientName"}

LINE = {"applyTaxes": "NONE", "description": "d", "itemType": "Service", "quantity": 100, "unitPrice": 1}
HOOK = {
    "name": "hook",
    "url": "https://example.com",
    "webhookEvent": "NEW_INVOICE",
    "triggerSourceType": "WORKSPACE_ID",
    "triggerSource": [],
}
IMPORT = {
    "from": "2026-03-01T00:00:00Z",
    "to": "2026-04-01T00:00:00Z",
    "importExpenses": False,
    "projectFilter": {"contains": "CONTAINS", "ids": [], "status": "ALL"},
    "timeEntryGroupType": "DETAILED",
}

Act = Callable[[Clockify], Awaitable[Reply]]


def entry(api: Clockify, **more: Any) -> str:
    return api.simulator.home.add_entry(start=MARCH, project=api.simulator.home.projects[0], **more)


async def hook(api: Clockify) -> str:
    return str((await api.send("POST", "/webhooks", HOOK)).json()["id"])


async def labels(api: Clockify) -> dict[str, str]:
    read: dict[str, str] = (await api.send("GET", "/invoices/settings")).json()["labels"]
    return {**read, "totalAmountDue": read["totalAmount"]}


async def remove_payment(api: Clockify) -> Reply:
    await api.pay(5)
    payment = api.simulator.ledger.payments()[0].id
    return await api.on_invoice("DELETE", f"/payments/{payment}")


async def list_payments(api: Clockify) -> Reply:
    await api.pay(5, note="n")
    return await api.on_invoice("GET", "/payments")


async def list_entries(api: Clockify) -> Reply:
    entry(api)
    entry(api, is_running=True)
    return await api.send("GET", f"/user/{api.simulator.USER_ID}/time-entries")


async def report(api: Clockify) -> Reply:
    await api.mark([entry(api)])
    entry(api)
    api.simulator.home.add_entry(start=MARCH)
    return await api.report(detailedFilter={"options": {"totals": "CALCULATE"}})


async def add_imported(api: Clockify) -> Reply:
    entry(api)
    return await api.on_invoice("POST", "/items/import", IMPORT)


async def put_settings(api: Clockify) -> Reply:
    defaults = {"notes": "n", "subject": "s"}
    return await api.send("PUT", "/invoices/settings", {"labels": await labels(api), "defaults": defaults})


async def on_hook(api: Clockify, method: str, path: str = "", body: object = None) -> Reply:
    return await api.send(method, f"/webhooks/{await hook(api)}{path}", body)


async def list_hooks(api: Clockify) -> Reply:
    await hook(api)
    return await api.send("GET", "/webhooks")


W = "/v1/workspaces/{workspaceId}"
I = W + "/invoices/{invoiceId}"  # noqa: E741
H = W + "/webhooks/{webhookId}"
CALLS: Mapping[tuple[str, str], Act] = {
    ("get", "/v1/user"): lambda api: api.wire.send("GET", "/api/v1/user"),
    ("get", "/v1/workspaces"): lambda api: api.wire.send("GET", "/api/v1/workspaces"),
    ("get", W): lambda api: api.send("GET", ""),
    ("get", W + "/users"): lambda api: api.send("GET", "/users", query={"include-roles": "false"}),
    ("get", W + "/clients"): lambda api: api.send("GET", "/clients"),
    ("post", W + "/clients"): lambda api: api.send("POST", "/clients", {"name": "New", "email": "a@b.c"}),
    ("get", W + "/clients/{id}"): lambda api: api.send("GET", f"/clients/{api.client_id}"),
    ("get", W + "/projects"): lambda api: api.send("GET", "/projects"),
    ("get", W + "/projects/{projectId}"): lambda api: api.send(
        "GET", f"/projects/{api.simulator.home.projects[0].id}"
    ),
    ("get", W + "/invoices"): lambda api: api.send("GET", "/invoices"),
    ("post", W + "/invoices"): lambda api: api.send(
        "POST", "/invoices", {**INVOICE, "clientId": api.client_id}
    ),
    ("post", W + "/invoices/info"): lambda api: api.send("POST", "/invoices/info", {"statuses": ["SENT"]}),
    ("get", W + "/invoices/settings"): lambda api: api.send("GET", "/invoices/settings"),
    ("put", W + "/invoices/settings"): put_settings,
    ("get", I): lambda api: api.on_invoice("GET"),
    ("put", I): lambda api: api.on_invoice("PUT", "", {**REPLACEMENT, "taxType": "SIMPLE", "taxPercent": 5}),
    ("delete", I): lambda api: api.on_invoice("DELETE"),
    ("post", I + "/duplicate"): lambda api: api.on_invoice("POST", "/duplicate"),
    ("get", I + "/export"): lambda api: api.on_invoice("GET", "/export", query={"userLocale": "en"}),
    ("patch", I + "/status"): lambda api: api.on_invoice("PATCH", "/status", {"invoiceStatus": "VOID"}),
    ("post", I + "/items"): lambda api: api.on_invoice("POST", "/items", LINE),
    ("post", I + "/items/import"): add_imported,
    ("delete", I + "/items/{order}"): lambda api: api.on_invoice("DELETE", "/items/1"),
    ("get", I + "/payments"): list_payments,
    ("post", I + "/payments"): lambda api: api.pay(5),
    ("delete", I + "/payments/{paymentId}"): remove_payment,
    ("get", W + "/time-entries/{id}"): lambda api: api.send("GET", f"/time-entries/{entry(api)}"),
    ("patch", W + "/time-entries/invoiced"): lambda api: api.mark([entry(api)]),
    ("post", W + "/time-entries/batch"): lambda api: api.send(
        "POST", "/time-entries/batch", {"timeEntryIds": [entry(api)]}
    ),
    ("get", W + "/user/{userId}/time-entries"): list_entries,
    ("get", W + "/webhooks"): list_hooks,
    ("post", W + "/webhooks"): lambda api: api.send("POST", "/webhooks", HOOK),
    ("get", H): lambda api: on_hook(api, "GET"),
    ("put", H): lambda api: on_hook(api, "PUT", "", {**HOOK, "name": "other"}),
    ("delete", H): lambda api: on_hook(api, "DELETE"),
    ("patch", H + "/token"): lambda api: on_hook(api, "PATCH", "/token"),
    ("post", H + "/logs"): lambda api: on_hook(api, "POST", "/logs", {}),
    ("post", W + "/reports/detailed"): report,
}


@pytest.fixture(scope="module")
def document() -> Any:
    name = "CLOCKIFY_OPENAPI_DOCUMENT"
    if name not in os.environ:
        pytest.fail(f"{name} must name the OpenAPI document")
    return json.loads(Path(os.environ[name]).read_text())


def operations(document: Any) -> Iterator[tuple[str, str]]:
    for path, verbs in document["paths"].items():
        yield from ((verb, path) for verb in verbs if verb in ("get", "post", "put", "patch", "delete"))


def without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [without_nulls(one) for one in value]
    if isinstance(value, dict):
        return {
            name: without_nulls(one)
            for name, one in value.items()
            if one is not None or name not in NULL_ON_THE_WIRE
        }
    return value


def undocumented(document: Any, schema: Any, value: Any, at: str = "") -> Iterator[str]:
    """Name the members that the document does not know."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        for one in value:
            yield from undocumented(document, schema["items"], one, at)
    elif isinstance(value, dict):
        known = schema.get("properties", {})
        for name, one in value.items():
            if name in known:
                yield from undocumented(document, known[name], one, f"{at}.{name}")
            elif name not in UNDOCUMENTED:
                yield f"{at}.{name}"


def problems(document: Any, schema: Any, value: Any) -> list[str]:
    whole = {**schema, "components": document["components"]}
    validator = oas.OAS30Validator(whole, format_checker=oas.oas30_format_checker)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def test_every_operation_is_called_here(document: Any) -> None:
    """A route that nobody checks might answer anything."""
    assert set(CALLS) == set(operations(document))


@pytest.mark.parametrize("operation", CALLS, ids=lambda operation: " ".join(operation))
async def test_the_answer_is_as_documented(operation: tuple[str, str], document: Any) -> None:
    """Status, body or none, every member's type, and Last-Page where it is promised."""
    method, path = operation
    async with clockify() as api:
        reply = await CALLS[operation](api)

    responses = document["paths"][path][method]["responses"]
    assert str(reply.status) in responses, reply.body
    response = responses[str(reply.status)]
    assert set(response.get("headers", {})) <= set(reply.headers)
    schemas = [content.get("schema", {}) for content in response.get("content", {}).values()]
    if not schemas:
        assert reply.body == b""
    elif schemas[0].get("format") == "byte":
        assert reply.body.startswith(b"%PDF")
    else:
        body = reply.json()
        assert problems(document, schemas[0], without_nulls(body)) == []
        assert list(undocumented(document, schemas[0], body)) == []


@pytest.mark.parametrize(
    "act",
    [
        lambda api: api.send("GET", f"/invoices/{'0' * 24}"),
        lambda api: api.pay(0),
        lambda api: api.send("GET", "/invoices", query={"page": "x"}),
        lambda api: api.send("PUT", "/time-entries/invoiced", {}),
        lambda api: api.send("GET", "/nowhere"),
        lambda api: api.on_invoice("POST", "/items", {**LINE, "itemType": "Magic"}),
        lambda api: api.send("GET", "", headers={"X-Api-Key": "wrong"}),
    ],
    ids=["missing", "rule", "parameter", "verb", "path", "item-type", "key"],
)
async def test_an_error_is_as_documented(act: Act, document: Any) -> None:
    """A message, and a code that is a number."""
    async with clockify() as api:
        reply = await act(api)

    assert reply.status >= 400
    assert problems(document, {"$ref": "#/components/schemas/Error"}, reply.json()) == []
    assert set(reply.json()) == {"message", "code"}


def test_a_wrong_answer_would_be_caught(document: Any) -> None:
    """Types, enums and unknown members are really looked at."""
    schema = {"$ref": "#/components/schemas/InvoiceDtoV1"}

    assert problems(document, schema, {"amount": "12"}) != []
    assert problems(document, schema, {"status": "DRAFT"}) != []
    assert problems(document, schema, {"dueDate": "soon"}) != []
    assert problems(document, schema, {"id": None}) != []
    assert list(undocumented(document, schema, {"surprise": 1})) == [".surprise"]
