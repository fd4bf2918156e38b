"""Clients of the workspace, which are our customers."""

from collections.abc import Sequence

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import MalformedResponse
from invoicekit.model import Customer, NewCustomer, Page, Pager
from invoicekit.wire import canonical
from invoicekit_clockify.operations import GET_CUSTOMER, LIST_CUSTOMERS, Writes
from invoicekit_clockify.paging import Bookmark
from invoicekit_clockify.requests import Requests
from invoicekit_clockify.wire_account import encode_customer, read_customer, read_customers


async def customer_page(
    sender: Sender, requests: Requests, cursor: str | None, *, name: str | None = None
) -> Page[Customer]:
    """Read one page of clients, archived ones included.

    Args:
        name: Narrows to clients whose name holds this text.
    """
    bookmark = Bookmark.at(cursor)
    response = await sender.send(LIST_CUSTOMERS, requests.customers(bookmark.page, name=name))
    rows = read_customers(response.body, headers=response.shown_headers)
    return Page(items=rows, next_cursor=bookmark.after(response, count=len(rows)))


async def fetch_customer(sender: Sender, requests: Requests, customer_id: str) -> Customer:
    """Read one client.

    Raises:
        NotFound: It is deleted, was never there, or is another workspace's.
    """
    response = await sender.send(GET_CUSTOMER, requests.customer(customer_id))
    customer = read_customer(response.body, where=f"client {customer_id}", headers=response.shown_headers)
    if customer.id != customer_id:
        raise MalformedResponse(f"Clockify answered with another client than {customer_id}")
    return customer


async def _named(sender: Sender, requests: Requests, name: str) -> Sequence[Customer]:
    pager = Pager[Customer](lambda cursor: customer_page(sender, requests, cursor, name=name))
    return [customer for customer in await pager.snapshot() if customer.name == name]


def create_customer(requests: Requests, writes: Writes, new: NewCustomer) -> Write[Customer]:
    """Create a client; the name is the natural key, unique among archived ones too.

    The name filter finds names that hold the text, so they are compared again, as a whole.
    Source: vendor OpenAPI document; uniqueness: peer's live probes of 2026.

    Raises:
        UsageError: The name or another text can never be right; nothing was sent.
    """
    request = requests.create_customer(encode_customer(new))
    name = new.name.strip()

    async def perform(sender: Sender) -> Done[Customer]:
        response = await sender.send(writes.create_customer, request)
        where = "created client"
        return _done(read_customer(response.body, where=where, headers=response.shown_headers))

    async def look(sender: Sender) -> Sighting[Customer]:
        return Sighting(matches=tuple(_done(found) for found in await _named(sender, requests, name)))

    return Write(
        operation=writes.create_customer,
        target=f"client {name}",
        content=canonical(name=name, email=new.email, address=new.address, note=new.note),
        perform=perform,
        look=look,
        recall=lambda customer_id: Customer(id=customer_id or "", name=name),
    )


def _done(customer: Customer) -> Done[Customer]:
    return Done.of(customer)
