"""Reading invoices: one, by number, in pages, as PDF."""

from datetime import date
from pathlib import Path

import pytest
from clockify_desk import CLIENT, INVOICE, Desk, StubSender, adapter, answer, invoice_document, opened

from invoicekit.errors import AuthenticationError, DuplicateDetected, MalformedResponse
from invoicekit.model import InvoiceQuery, InvoiceStatus
from invoicekit.simulate import Fault, FaultKind
from invoicekit_clockify.simulator import Behaviour


async def test_an_answer_about_another_invoice_is_an_error() -> None:
    """The right shape about the wrong invoice must not be shown as the one asked for."""
    async with opened(faults=[Fault(kind=FaultKind.WRONG_BODY, at="get_invoice", times=None)]) as desk:
        desk.simulator.home.add_invoice()

        with pytest.raises(MalformedResponse):
            await desk.service.get_invoice(desk.invoice_id)


@pytest.mark.parametrize("behaviour", [Behaviour(), Behaviour(short_pages=True)])
async def test_an_invoice_is_found_by_its_whole_number(behaviour: Behaviour) -> None:
    """Not by a part of it, and two of the same number are told."""
    async with opened(behaviour=behaviour, page_size=2) as desk:
        home = desk.simulator.home
        wanted = home.add_invoice(number="N-1")
        for number in ("N-11", "n-1", "XN-1", "N-12"):
            home.add_invoice(number=number)

        found = await desk.service.find_invoice(number="N-1")
        nothing = await desk.service.find_invoice(number="N")

        home.add_invoice(number="N-1")
        with pytest.raises(DuplicateDetected):
            await desk.service.find_invoice(number="N-1")
        assert found is not None
        assert (found.id, nothing) == (wanted.id, None)


async def test_a_search_that_finds_too_much_is_not_believed() -> None:
    """Nobody has proved that strictSearch compares the whole number."""
    rows = [invoice_document(number="N-11"), invoice_document(id=CLIENT, number="N-1")]
    stub = StubSender([answer({"invoices": rows, "total": 2})])

    found = await adapter(stub).find_invoices("N-1")

    assert [one.id for one in found] == [CLIENT]


async def test_invoices_are_narrowed_by_status(desk: Desk) -> None:
    """One neutral status stands for all its words, asked for by the provider's own key."""
    home = desk.simulator.home
    for status in ("UNSENT", "PAID", "PARTIALLY_PAID", "VOID"):
        home.add_invoice(status=status)

    found = await desk.service.list_invoices(statuses={InvoiceStatus.OPEN, InvoiceStatus.VOID}).snapshot()

    assert {one.raw_status for one in found} == {"SENT", "PARTIALLY_PAID", "VOID"}
    assert desk.requests("list_invoices")[0].query["statuses"] == [
        "SENT",
        "OVERDUE",
        "PARTIALLY_PAID",
        "VOID",
    ]


async def test_a_status_that_clockify_lacks_lists_nothing() -> None:
    """No word, no invoice, no request."""
    stub = StubSender()

    page = await adapter(stub).list_invoices(
        InvoiceQuery(statuses=frozenset({InvoiceStatus.UNCOLLECTIBLE})), None
    )

    assert (page.items, page.next_cursor, stub.sent) == ((), None, [])


async def test_unknown_statuses_are_found_by_reading_all() -> None:
    """A new word cannot be asked for; the page's end is still the provider's."""
    rows = [invoice_document(), invoice_document(id=CLIENT, status="FROZEN")]
    stub = StubSender([answer({"invoices": rows, "total": 3}, last_page="false")])

    page = await adapter(stub).list_invoices(InvoiceQuery(statuses=frozenset({InvoiceStatus.UNKNOWN})), None)

    assert ([one.id for one in page.items], page.next_cursor) == ([CLIENT], "2:2")
    assert "statuses" not in dict(stub.sent[0][1].query)


async def test_clients_and_dates_are_searched_for(desk: Desk) -> None:
    """The plain list has no such filter."""
    home = desk.simulator.home
    other = home.add_client("Other")
    march = home.add_invoice(client_id=other.id, issued=1_772_323_200)  # 2026-03-01
    home.add_invoice(client_id=other.id, issued=1_775_001_600)  # 2026-04-01

    found = await desk.service.list_invoices(
        customer_id=other.id, issued_from=date(2026, 3, 1), issued_to=date(2026, 3, 31)
    ).snapshot()

    assert [one.id for one in found] == [march.id]
    assert len(desk.requests("list_invoices")) == 0


async def test_a_pdf_is_streamed(desk: Desk, tmp_path: Path) -> None:
    """In pieces into a file, with the locale that the query needs."""
    size = await desk.service.export_pdf(desk.invoice_id, tmp_path / "invoice.pdf")

    assert (tmp_path / "invoice.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "invoice.pdf").stat().st_size == size
    assert desk.requests("export_invoice")[0].query == {"userLocale": ["en"]}


async def test_a_pdf_comes_in_pieces() -> None:
    """Nothing gathers it on the way."""
    stub = StubSender([answer("0123456789")])

    async with adapter(stub).export_pdf(INVOICE) as pieces:
        lengths = [len(piece) async for piece in pieces]

    assert lengths == [4, 4, 4]


async def test_a_wrong_key_is_told_at_once() -> None:
    """One request, no repeat."""
    async with opened(api_key="wrong") as desk:
        with pytest.raises(AuthenticationError):
            await desk.service.get_invoice(desk.invoice_id)

        assert len(desk.simulator.requests) == 1
