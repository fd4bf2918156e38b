"""Reading: pages to their proven end, filters here where the provider has none, customers by list."""

from datetime import date

import pytest
from asset_desk import (
    CUSTOMER,
    PAID_AT,
    Desk,
    StubSender,
    adapter,
    invoice_document,
    opened,
    page,
    usd,
)

from invoicekit.errors import (
    DuplicateDetected,
    InvalidIdentifier,
    NotFound,
    PaginationLoop,
    UnsupportedOperation,
    UsageError,
)
from invoicekit.model import InvoiceQuery, InvoiceStatus, NewCustomer, Outcome
from invoicekit.simulate import Fault, FaultKind
from invoicekit_asset.account import read_reset
from invoicekit_asset.simulator import Behaviour


@pytest.mark.parametrize("envelope", ["reference", "guide"])
async def test_a_list_is_read_to_its_end(envelope: str) -> None:
    """Page by page with an explicit size, in either envelope."""
    async with opened(behaviour=Behaviour(envelope=envelope), page_size=2) as desk:
        for _ in range(4):
            desk.simulator.home.add_invoice("1")

        invoices = await desk.service.list_invoices().snapshot()

        assert len(invoices) == 5
        sizes = [record.query["page_size"] for record in desk.requests("list_invoices")]
        assert sizes == [["2"]] * 3


async def test_a_list_that_turns_in_a_circle_is_told() -> None:
    """The same token again: never an endless loop, never a list cut short."""
    stub = StubSender([page(invoice_document(id=f"inv_{n}"), following="t") for n in range(3)])

    with pytest.raises(PaginationLoop):
        await adapter(stub).find_invoices("A-9")


@pytest.mark.parametrize("filters_by_status", [True, False])
@pytest.mark.parametrize("hides_status", [True, False])
async def test_invoices_are_narrowed_by_status(*, filters_by_status: bool, hides_status: bool) -> None:
    """Whether the provider knows the filter's name or not, and where it hides what it filters by."""
    behaviour = Behaviour(filters_by_status=filters_by_status, hides_status=hides_status)
    async with opened(behaviour=behaviour) as desk:
        void = desk.simulator.home.add_invoice("1")
        await desk.service.set_status(void.id, InvoiceStatus.VOID)

        listed = await desk.service.list_invoices(statuses={InvoiceStatus.VOID}).snapshot()

        assert [invoice.id for invoice in listed] == [void.id]


async def test_a_status_that_asset_lacks_lists_nothing(desk: Desk) -> None:
    """Without a request: nothing can be a draft there."""
    assert await desk.service.list_invoices(statuses={InvoiceStatus.DRAFT}).snapshot() == ()
    assert len(desk.simulator.requests) == 0


async def test_a_word_nobody_knows_is_listed_as_unknown() -> None:
    """The filter cannot name it, so all are read."""
    stub = StubSender([page(invoice_document(status="disputed"), invoice_document(id="inv_2"))])

    listed = await adapter(stub).list_invoices(
        InvoiceQuery(statuses=frozenset({InvoiceStatus.UNKNOWN})), None
    )

    assert [invoice.raw_status for invoice in listed.items] == ["disputed"]
    assert stub.sent[0][1].query == (("page_size", "100"),)


async def test_customer_and_issue_date_are_filtered_here(desk: Desk) -> None:
    """Both ends of the range included; the provider knows neither."""
    add = desk.simulator.home.add_invoice
    for day in ("2026-02-28", "2026-03-05", "2026-03-06"):
        add("1", customer_id=desk.customer_id, sent_at=f"{day}T12:00:00Z", number=day)
    add("1", sent_at="2026-03-05T12:00:00Z")

    listed = await desk.service.list_invoices(
        customer_id=desk.customer_id, issued_from=date(2026, 3, 1), issued_to=date(2026, 3, 5)
    ).snapshot()

    assert [invoice.number for invoice in listed] == ["SIM-000001", "2026-03-05"]


async def test_a_number_that_two_invoices_have_is_told(desk: Desk) -> None:
    """No page says that numbers are unique."""
    for _ in range(2):
        desk.simulator.home.add_invoice("1", number="TWICE")

    assert await desk.service.find_invoice(number="NONE") is None
    with pytest.raises(DuplicateDetected) as found:
        await desk.service.find_invoice(number="TWICE")
    assert len(found.value.candidates) == 2


async def test_payments_are_listed_from_the_invoice(desk: Desk) -> None:
    """Whoever applied them."""
    desk.simulator.match(desk.simulator.feed("20.00"), desk.invoice_id)
    await desk.service.record_payment(desk.invoice_id, usd("30"), paid_at=PAID_AT, reference="b")

    payments = await desk.service.list_payments(desk.invoice_id).snapshot()

    assert [payment.amount for payment in payments] == [usd("20"), usd("30")]
    assert all(payment.raw["transaction_id"] for payment in payments)


async def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    """In the provider's own words."""
    with pytest.raises(NotFound):
        await desk.service.get_invoice("inv_missing")


@pytest.mark.parametrize("bad", ["", "x", "cus_1", "inv_", "inv_1/..", "../../x", "inv_1\n", "inv_1?x"])
async def test_an_id_that_is_none_never_reaches_a_path(desk: Desk, bad: str) -> None:
    """Refused before any request."""
    with pytest.raises(InvalidIdentifier):
        await desk.service.get_invoice(bad)

    assert len(desk.simulator.requests) == 0


async def test_a_customer_is_found_in_the_list() -> None:
    """No page shows a call that reads one; the last page may hold it."""
    async with opened(page_size=1) as desk:
        last = desk.simulator.home.add_customer("Last", email="l@example.com")

        found = await desk.service.get_customer(last.id)
        with pytest.raises(NotFound):
            await desk.service.get_customer(CUSTOMER)
        with pytest.raises(InvalidIdentifier):
            await desk.service.get_customer("x")

        assert (found.name, found.email, found.currency) == ("Last", "l@example.com", "USD")


async def test_an_address_is_read_from_its_parts(desk: Desk) -> None:
    """Line by line."""
    customer = desk.simulator.home.customers[desk.customer_id]
    customer.billing_address = {"street_1": "1 Way", "street_2": None, "city": "Town", "country": "US"}

    assert (await desk.service.get_customer(desk.customer_id)).address == "1 Way\nTown\nUS"


@pytest.mark.parametrize(
    "kind", [None, FaultKind.ERROR_AFTER, FaultKind.DROP_AFTER, FaultKind.GARBAGE, FaultKind.LATE]
)
async def test_a_customer_exists_once(kind: FaultKind | None) -> None:
    """Found again by the name over the whole list."""
    faults = [] if kind is None else [Fault(kind=kind, at="create_customer", seconds=0.02)]
    async with opened(faults=faults, page_size=1) as desk:
        first = await desk.service.create_customer("Beta", email="b@example.com")
        async with desk.elsewhere() as service:
            again = await service.create_customer("Beta", email="b@example.com")

        stored = [one for one in desk.simulator.home.customers.values() if one.name == "Beta"]
        assert [one.email for one in stored] == ["b@example.com"]
        assert (first.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
        assert first.value.id == again.value.id == stored[0].id


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"address": "1 Way"}, UnsupportedOperation),
        ({"note": "x"}, UnsupportedOperation),
        ({"name": " "}, UsageError),
        ({"name": "x" * 256}, UsageError),
        ({"email": "x" * 256}, UsageError),
    ],
)
def test_what_asset_has_no_place_for_is_refused(change: dict[str, str], error: type[Exception]) -> None:
    """Never dropped in silence."""
    with pytest.raises(error):
        adapter(StubSender()).create_customer(NewCustomer(**{"name": "Beta", **change}))


async def test_the_probe_tells_the_limit_it_saw(desk: Desk) -> None:
    """With the fractional end of the window; the configured windows stay."""
    probe = await desk.service.probe()

    facts = dict(probe.facts)
    assert facts["rate limit: limit"] == "1000000"
    assert "rate limit: window ends" in facts
    assert probe.windows == ()


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("1795262793.53", "2026-11-21T12:06:33.530000+00:00"),
        ("1795262793", "2026-11-21T12:06:33+00:00"),
        ("", None),
        ("soon", None),
        ("NaN", None),
        ("Infinity", None),
        ("1e999", None),
        ("9" * 40, None),
    ],
)
def test_a_reset_may_have_a_fraction(text: str, iso: str | None) -> None:
    """A UNIX time, exact; anything else says nothing."""
    found = read_reset({"x-ratelimit-reset": text})

    assert (found.isoformat() if found else None) == iso
