"""What goes to one provider alone, and what comes from it alone: extras, raw answers, routes of its own."""

from collections.abc import AsyncIterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from provider_desks import DESKS, ProviderDesk

from invoicekit import InvoiceChange, Money, NewLineItem, Outcome, UsageError, WriteResult
from invoicekit.errors import ReferenceReused, UnsupportedOperation
from invoicekit.model import Invoice
from invoicekit.operation import Effect, Operation
from invoicekit.simulate import RequestRecord
from invoicekit.transport import HttpRequest

EXTRA: Mapping[str, Mapping[str, object]] = {
    "asset": {"tags": {"team": "only-asset"}},
    "clockify": {"timeViewMode": "AGGREGATED_TIME_VIEW"},
    "kukkingu": {"exchangeRate": "1.2345"},
}
SIGNS = {"asset": b"only-asset", "clockify": b"AGGREGATED_TIME_VIEW", "kukkingu": b"1.2345"}
SECRETS = ("api_key", "client_secret", "token")
BY_HAND = Operation(name="by_hand", effect=Effect.APPEND)
OVER_HTTP = sorted(set(DESKS) - {"local"})


@pytest.fixture(params=sorted(DESKS))
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ProviderDesk]:
    """One provider after the other."""
    async with DESKS[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture(params=OVER_HTTP)
async def remote(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ProviderDesk]:
    """One provider after the other, of those that are reached by HTTP."""
    async with DESKS[request.param](tmp_path) as opened:
        yield opened


async def create(desk: ProviderDesk, **extra: Any) -> WriteResult[Invoice]:
    """Create an invoice with what is given as `extra=`."""
    customer = await desk.service.create_customer(desk.customer_name)
    line = NewLineItem(description="work", quantity=Decimal(1), unit_price=Money("10", "EUR"))
    return await desk.service.create_invoice(
        number="X-1",
        customer_id=customer.value.id,
        currency="EUR",
        issue_date=date(2026, 5, 1),
        due_date=date(2026, 5, 31),
        line_items=[line],
        **extra,
    )


def sent(desk: ProviderDesk) -> list[RequestRecord]:
    """Return the requests that came in; none where there is no HTTP."""
    return [] if desk.simulator is None else list(desk.simulator.requests)


def request_like(desk: ProviderDesk, record: RequestRecord, **changes: Any) -> HttpRequest:
    """Return a request for the same route."""
    base = urlsplit(desk.service._connection.site.hosts["api"]).path
    values: dict[str, Any] = {
        "method": record.method,
        "path": record.path.removeprefix(base),
        "query": tuple((name, value) for name, values in record.query.items() for value in values),
        "body": record.body or None,
    }
    return HttpRequest(**values | changes)


def secrets_of(desk: ProviderDesk) -> list[str]:
    """Return what nobody may show."""
    assert desk.simulator is not None
    settings = desk.simulator.settings("http://127.0.0.1")
    found = [str(settings[name]) for name in SECRETS if name in settings]
    assert found
    return found


def written_in(folder: Path) -> bytes:
    """Return every byte of the journal and its log."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_each_part_goes_to_its_own_provider(desk: ProviderDesk) -> None:
    """One program carries settings for all; each provider is told its own alone."""
    await create(desk, extra=EXTRA)

    bodies = b"".join(record.body for record in sent(desk))
    assert {name for name, sign in SIGNS.items() if sign in bodies} == {desk.service.provider} & set(SIGNS)


async def test_a_change_of_the_others_parts_is_no_change(desk: ProviderDesk) -> None:
    """What is ignored does not tell one invoice from another."""
    own = {name: part for name, part in EXTRA.items() if name == desk.service.provider}
    await create(desk, extra=EXTRA)

    again = await create(desk, extra=own)

    assert again.outcome is Outcome.ALREADY_APPLIED


async def test_a_change_carries_its_own_part(desk: ProviderDesk) -> None:
    """Also when updating; where nothing is left to change, nothing is sent."""
    changes: dict[str, dict[str, object]] = {
        "asset": {"tags": {"team": "changed"}},
        "clockify": {"billFrom": "changed"},
        "kukkingu": {"exchangeRate": "7.5"},
    }
    signs = {"asset": b"changed", "clockify": b"changed", "kukkingu": b"7.5"}
    invoice = (await create(desk)).value
    before = len(sent(desk))

    try:
        await desk.service.update_invoice(invoice.id, InvoiceChange(extra=changes))
    except UsageError:
        assert desk.service.provider not in changes

    bodies = [record.body for record in sent(desk)[before:] if record.method != "GET"]
    assert all(signs[desk.service.provider] in body for body in bodies)
    assert bool(bodies) is (desk.service.provider in changes)


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"assett": {"tags": {}}}, "did you mean 'asset'"),
        ({"timeViewMode": "A"}, "no installed adapter"),
        ({"asset": "tags"}, "mapping"),
        ({"asset": {1: 2}}, "mapping"),
    ],
)
async def test_what_nobody_would_ever_hear_is_refused(
    desk: ProviderDesk, extra: dict[str, Any], words: str
) -> None:
    """At every provider alike, and before any request for the invoice."""
    customer = await desk.service.create_customer(desk.customer_name)
    before = len(sent(desk))

    with pytest.raises(UsageError, match=words):
        await desk.service.create_invoice(
            number="X-1",
            customer_id=customer.value.id,
            currency="EUR",
            issue_date=date(2026, 5, 1),
            due_date=date(2026, 5, 31),
            extra=extra,
        )
    with pytest.raises(UsageError, match=words):
        await desk.service.update_invoice("x", InvoiceChange(extra=extra))

    assert len(sent(desk)) == before


async def test_the_books_have_nothing_of_their_own(tmp_path: Path) -> None:
    """A part for them is refused, when creating and when changing."""
    async with DESKS["local"](tmp_path) as desk:
        with pytest.raises(UsageError, match="colour"):
            await create(desk, extra={"local": {"colour": "red"}})
        with pytest.raises(UsageError, match="colour"):
            await desk.service.update_invoice("x", InvoiceChange(extra={"local": {"colour": "red"}}))


async def test_any_read_runs_by_hand(remote: ProviderDesk) -> None:
    """The same route with the same credentials; the answer comes whole, with headers and without keys."""
    await remote.service.list_invoices(max_items=1).snapshot()
    record = sent(remote)[-1]
    before = remote.service.stats().sent

    answer = await remote.service.request(Operation(name="by_hand"), request_like(remote, record))

    assert (answer.status, sent(remote)[-1].path) == (200, record.path)
    assert answer.headers["content-type"].startswith("application/json")
    assert remote.service.stats().sent == before + 1
    assert [secret for secret in secrets_of(remote) if secret in f"{answer!r}{answer.body!r}"] == []


async def test_any_write_runs_by_hand_once(remote: ProviderDesk, tmp_path: Path) -> None:
    """Under the journal: done once for each reference, and no key in its file."""
    await remote.service.create_customer("Globex")
    record = next(one for one in reversed(sent(remote)) if b"Globex" in one.body)
    by_hand = request_like(remote, record, body=record.body.replace(b"Globex", b"Initech"))

    answer = await remote.service.request(BY_HAND, by_hand, reference="initech")
    with pytest.raises(ReferenceReused):
        await remote.service.request(BY_HAND, by_hand, reference="initech")

    assert 200 <= answer.status < 300
    assert sum(b"Initech" in one.body for one in sent(remote)) == 1
    kept = written_in(tmp_path)
    assert b"by_hand" in kept
    assert [secret for secret in secrets_of(remote) if secret.encode() in kept] == []


async def test_the_books_take_no_requests(tmp_path: Path) -> None:
    """There is no HTTP, and the refusal says what there is."""
    async with DESKS["local"](tmp_path) as desk:
        with pytest.raises(UnsupportedOperation, match="native"):
            await desk.service.request(BY_HAND, HttpRequest(method="GET", path="/"), reference="r")


async def test_raw_holds_the_answer_and_no_key(remote: ProviderDesk) -> None:
    """Everything the provider said of an object, nothing of what we said to be let in."""
    created = await create(remote, extra=EXTRA)

    read = await remote.service.get_invoice(created.value.id)

    assert read.raw
    shown = f"{created!r}{created.raw!r}{read!r}{read.raw!r}"
    assert [secret for secret in secrets_of(remote) if secret in shown] == []


async def test_native_is_the_typed_adapter(desk: ProviderDesk) -> None:
    """Its own class, on this connection."""
    native = desk.service.native

    assert type(native).__module__.startswith(f"invoicekit_{desk.service.provider}")
    assert native.name == desk.service.provider
    assert isinstance(native.config, native.config_type)
