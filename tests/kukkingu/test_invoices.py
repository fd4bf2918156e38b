"""Reading invoices: one, all that match, or those of one number."""

from datetime import date

import pytest
from kukkingu_desk import (
    CLIENT,
    CONTRACT,
    INVOICE,
    OTHER_INVOICE,
    Desk,
    StubSender,
    adapter,
    answer,
    billable_document,
    invoice_document,
    opened,
)

from invoicekit.errors import DuplicateDetected, InvalidIdentifier, MalformedResponse, NotFound, UsageError
from invoicekit.model import MISSING, InvoiceQuery, InvoiceStatus, Money
from invoicekit.simulate import Fault, FaultKind
from invoicekit_kukkingu.simulator import Behaviour

BOTH = [True, False]


@pytest.mark.parametrize("get_invoice", BOTH)
@pytest.mark.parametrize("expands", BOTH)
async def test_one_invoice_is_read_with_its_lines(*, get_invoice: bool, expands: bool) -> None:
    """Whether or not there is a route for it, and relations are written out."""
    async with opened(behaviour=Behaviour(get_invoice=get_invoice, expands=expands)) as desk:
        line = desk.simulator.home.add_billable(desk.draft_id, quantity=1.5, amount_minor=8000)

        invoice = await desk.service.get_invoice(desk.draft_id)

        assert isinstance(invoice.line_items, tuple)
        assert (invoice.number, invoice.status) == ("A-101", InvoiceStatus.DRAFT)
        assert [(one.id, one.amount) for one in invoice.line_items] == [(line.id, Money("120.00", "EUR"))]
        assert invoice.customer_id == (desk.client_id if expands else MISSING)


@pytest.mark.parametrize("get_invoice", BOTH)
async def test_an_invoice_that_is_nowhere_is_not_found(*, get_invoice: bool) -> None:
    """Neither at its route nor in the list."""
    async with opened(behaviour=Behaviour(get_invoice=get_invoice)) as desk:
        with pytest.raises(NotFound):
            await desk.service.get_invoice(OTHER_INVOICE)


async def test_a_lost_list_is_not_taken_for_no_invoice() -> None:
    """Where the route is missing, only a whole list says that there is none."""
    faults = [Fault(kind=FaultKind.TRUNCATED, at="list_invoices", times=2)]
    async with opened(behaviour=Behaviour(get_invoice=False), faults=faults) as desk:
        invoice = await desk.service.get_invoice(desk.invoice_id)

        assert invoice.id == desk.invoice_id


@pytest.mark.parametrize("invoice_id", ["", "..", "inv_", "inv_a/../b", "inv_%2e%2e", CONTRACT, "inv_a?b=c"])
async def test_an_id_never_leads_elsewhere(desk: Desk, invoice_id: str) -> None:
    """It is checked before it becomes part of a path; nothing is sent."""
    with pytest.raises(InvalidIdentifier):
        await desk.service.get_invoice(invoice_id)

    assert len(desk.simulator.requests) == 0


async def test_every_request_names_the_tenant(desk: Desk) -> None:
    """The pages that leave the header out are not believed."""
    await desk.service.get_invoice(desk.invoice_id)
    await desk.native.get_contract(desk.simulator.contract.id)

    assert all("tenant-id" in one.credentials for one in desk.simulator.requests)


async def test_a_number_is_compared_as_a_whole(desk: Desk) -> None:
    """There is no search: A-10 is not A-100."""
    found = await desk.service.find_invoice(number="A-100")

    assert found is not None
    assert found.id == desk.invoice_id
    assert await desk.service.find_invoice(number="A-10") is None


async def test_a_number_held_twice_is_told(desk: Desk) -> None:
    """In whatever contracts they stand."""
    home = desk.simulator.home
    home.add_invoice(home.add_contract(desk.client_id, "Other").id, number="A-100")

    with pytest.raises(DuplicateDetected):
        await desk.service.find_invoice(number="A-100")


@pytest.mark.parametrize(
    ("statuses", "asked", "numbers"),
    [
        (set(), None, {"TIME-1", "A-100", "A-101", "A-102", "A-103"}),
        ({InvoiceStatus.DRAFT}, ["DRAFT"], {"TIME-1", "A-101"}),
        ({InvoiceStatus.OPEN}, ["FINALIZED"], {"A-100"}),
        ({InvoiceStatus.PAID}, ["FINALIZED"], {"A-102"}),
        ({InvoiceStatus.OPEN, InvoiceStatus.PAID}, ["FINALIZED"], {"A-100", "A-102"}),
        ({InvoiceStatus.OPEN, InvoiceStatus.VOID}, None, {"A-100", "A-103"}),
        ({InvoiceStatus.UNKNOWN}, None, set()),
    ],
)
async def test_statuses_narrow_at_the_server_where_one_word_will_do(
    desk: Desk, statuses: set[InvoiceStatus], asked: list[str] | None, numbers: set[str]
) -> None:
    """Paid is no word of the server's, so the rest is done here."""
    home, contract = desk.simulator.home, desk.simulator.contract
    home.add_invoice(contract.id, number="A-102", status="FINALIZED", paid_at="2026-01-01T00:00:00Z")
    home.add_invoice(contract.id, number="A-103", status="VOID")

    found = [one async for one in desk.service.list_invoices(statuses=statuses)]

    assert {one.number for one in found} == numbers
    assert desk.requests("list_invoices")[0].query.get("status") == asked


async def test_a_status_without_a_word_costs_no_request(desk: Desk) -> None:
    """Nothing can have it."""
    query = desk.service.list_invoices(statuses={InvoiceStatus.UNCOLLECTIBLE})

    assert await query.snapshot() == ()
    assert len(desk.simulator.requests) == 0


@pytest.mark.parametrize("expands", BOTH)
async def test_a_customers_invoices_are_those_of_their_contracts(*, expands: bool) -> None:
    """Invoices name contracts, and contracts name clients; two requests, whatever is written out."""
    async with opened(behaviour=Behaviour(expands=expands)) as desk:
        home = desk.simulator.home
        other = home.add_client("Other")
        contracts = [home.add_contract(other.id, name) for name in ("One", "Two")]
        ids = {home.add_invoice(contract.id).id for contract in contracts}

        found = {one.id async for one in desk.service.list_invoices(customer_id=other.id)}
        nobody = [one async for one in desk.service.list_invoices(customer_id=CLIENT)]

        assert found == ids
        assert nobody == []


async def test_issue_dates_narrow_here(desk: Desk) -> None:
    """Both ends included; an invoice that was never issued is in no range."""
    home, contract = desk.simulator.home, desk.simulator.contract
    wanted = home.add_invoice(contract.id, issued_at="2026-02-03T23:59:59.999Z")
    home.add_invoice(contract.id, issued_at=None)

    found = desk.service.list_invoices(issued_from=date(2026, 2, 3), issued_to=date(2026, 2, 3))

    assert [one.id async for one in found] == [wanted.id]


async def test_lists_come_whole(desk: Desk) -> None:
    """A cursor was not made here."""
    with pytest.raises(UsageError, match="not paged"):
        await desk.service.list_invoices(cursor="2").snapshot()


async def test_lines_are_those_that_are_held(desk: Desk) -> None:
    """Of one invoice, and of all; each with the invoice's own amounts."""
    home = desk.simulator.home
    first = home.add_billable(desk.draft_id, "One", quantity=2, amount_minor=150)
    second = home.add_billable(desk.invoice_id, "Two", amount_minor=7)

    of_draft = await desk.native.list_billables(desk.draft_id)
    of_all = await desk.native.list_billables()

    assert [(one.id, one.description, one.amount) for one in of_draft] == [
        (first.id, "One", Money("3.00", "EUR"))
    ]
    assert {one.id for one in of_all} == {one.id for one in home.billables}
    assert second.id in {one.id for one in of_all}


async def test_lines_keep_their_order() -> None:
    """By their order; those without one come last."""
    lines = [
        billable_document(id="bil_aaaaaaaaaa", order=None),
        billable_document(id="bil_bbbbbbbbbb", order=2),
        billable_document(id="bil_cccccccccc", order=0),
    ]
    stub = StubSender([answer(invoice_document()), answer(lines)])

    invoice = await adapter(stub).get_invoice(INVOICE)

    assert isinstance(invoice.line_items, tuple)
    assert [line.id for line in invoice.line_items] == ["bil_cccccccccc", "bil_bbbbbbbbbb", "bil_aaaaaaaaaa"]


@pytest.mark.parametrize(
    ("setting", "quantity", "price", "amount"),
    [
        ("unit_price", 2.5, Money("40.00", "EUR"), Money("100.00", "EUR")),
        ("line_total", 2.5, MISSING, Money("40.00", "EUR")),
        ("line_total", 1, Money("40.00", "EUR"), Money("40.00", "EUR")),
        ("unit_price", None, Money("40.00", "EUR"), MISSING),
    ],
)
async def test_a_lines_amount_means_what_the_settings_say(
    setting: str, quantity: float | None, price: object, amount: object
) -> None:
    """A price that was not told is not computed by division."""
    stub = StubSender([answer([billable_document(quantity=quantity)])])

    (line,) = await adapter(stub, billable_amount=setting).list_billables(INVOICE)

    assert (line.unit_price, line.amount) == (price, amount)


async def test_a_list_that_is_no_list_is_malformed() -> None:
    """An object in the envelope is no empty list."""
    stub = StubSender([answer({})])

    with pytest.raises(MalformedResponse):
        await adapter(stub).list_invoices(InvoiceQuery(), None)
