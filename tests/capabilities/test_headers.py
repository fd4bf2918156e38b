"""Each object shows the headers of the very answer that its `raw` came in."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import attrs
import pytest
from provider_desks import ProviderDesk
from service_calls import METHODS, WHEN, Caller

from invoicekit import Customer, Invoice, Money, Payment, TimeEntry, WriteResult
from invoicekit.transport import AiohttpTransport, HttpResponse, Outgoing

Answers = dict[str, bytes]
OBJECTS = (Invoice, Payment, TimeEntry, Customer, WriteResult)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """The body of every answer, by an id that stands in its headers."""
    bodies: Answers = {}
    original = AiohttpTransport.exchange

    async def stamped(self: AiohttpTransport, outgoing: Outgoing) -> HttpResponse:
        response = await original(self, outgoing)
        stamp = f"req-{len(bodies)}"
        bodies[stamp] = response.body
        more = {"x-request-id": stamp, "set-cookie": "session=s3cret"}
        return attrs.evolve(response, headers={**response.headers, **more})

    monkeypatch.setattr(AiohttpTransport, "exchange", stamped)
    return bodies


def objects(result: object) -> Iterator[Any]:
    """Give everything in a result that came from the provider."""
    for one in result if isinstance(result, tuple) else (result,):
        if isinstance(one, OBJECTS):
            yield one
        if isinstance(one, WriteResult):
            yield from objects(one.value)


def holds(document: object, raw: object) -> bool:
    """Tell whether a document is in another, at any depth."""
    if document == raw:
        return True
    inner = document.values() if isinstance(document, Mapping) else document
    return not isinstance(inner, str | bytes) and (
        any(holds(one, raw) for one in inner) if hasattr(inner, "__iter__") else False
    )


def is_of_its_answer(one: Any, answers: Answers) -> bool:
    """Tell whether headers and `raw` are of one answer; one without a body has headers alone."""
    body = answers.get(one.headers.get("x-request-id", ""))
    if body is None:
        return False
    return not body or not one.raw or holds(json.loads(body, parse_float=Decimal), one.raw)


async def test_every_object_shows_its_own_answer(caller: Caller, answers: Answers) -> None:
    """Of every call, read or write: the request's id is there to be told to the provider's support."""
    told = caller.service.capabilities()
    wrong = {}

    for method in (one for one in METHODS if told.of(one).is_offered):
        result = await (await caller.ready(method))(caller.service)
        for one in objects(result):
            expected = caller.desk.simulator is not None
            if is_of_its_answer(one, answers) is not expected:
                wrong[method] = (type(one).__name__, dict(one.headers))

    assert wrong == {}


async def test_no_object_shows_a_secret(caller: Caller, answers: Answers) -> None:
    """A cookie that the provider sets is named and not shown."""
    invoice = await caller.draft()
    read = await caller.service.get_invoice(invoice.id)

    shown = set(read.headers.values())
    assert "session=s3cret" not in shown
    assert ("***" in shown) is bool(answers)


async def test_what_the_journal_knew_has_no_headers(caller: Caller, desk: ProviderDesk) -> None:
    """A repeat that is answered without a request shows none of an older answer's."""
    invoice = await caller.issued()
    amount, sent = Money("120.00", "EUR"), desk.service.stats().sent

    async def pay() -> WriteResult[Payment]:
        return await caller.service.record_payment(invoice.id, amount, paid_at=WHEN, reference="bank-1")

    first = await pay()
    between = desk.service.stats().sent
    again = await pay()

    assert bool(first.headers) is (between > sent)
    if desk.service.stats().sent == between:
        assert not again.headers
        assert not again.value.headers
