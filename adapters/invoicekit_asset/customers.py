"""Customers: a list without filters, so one is found by reading until it comes."""

from collections.abc import Mapping

import attrs

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import NotFound, UnsupportedOperation, UsageError
from invoicekit.model import MISSING, NO_HEADERS, UNSUPPORTED, Absent, Customer, NewCustomer, Page, Pager
from invoicekit.wire import canonical, checked_id
from invoicekit_asset.operations import LIST_CUSTOMERS, Writes
from invoicekit_asset.requests import CUSTOMER_ID, Requests
from invoicekit_asset.wire import CODEC, Text, data_of, document_of, page_of

TEXT_LIMIT = 255
"""Source: vendor docs, api-reference/customer/create-a-new-customer."""

_ADDRESS_PARTS = ("street_1", "street_2", "city", "state", "postal_code", "country")


@attrs.frozen(kw_only=True)
class _WireCustomer:
    id: str
    name: Text = MISSING
    email: Text = MISSING
    billing_address: object = MISSING


def customer_of(
    row: object, currency: str, *, where: str = "customer", headers: Mapping[str, str] = NO_HEADERS
) -> Customer:
    """Read one customer; the parts of its address are joined by line."""
    wire = CODEC.structure(row, _WireCustomer, where=where)
    return Customer(
        id=wire.id,
        name=wire.name,
        email=wire.email,
        address=_address(wire.billing_address),
        note=UNSUPPORTED,
        currency=currency,
        is_archived=UNSUPPORTED,
        raw=document_of(row),
        headers=headers,
    )


def _address(address: object) -> str | Absent | None:
    if address is None or isinstance(address, Absent):
        return address
    parts: Mapping[str, object] = document_of(address)
    lines = [parts.get(name) for name in _ADDRESS_PARTS]
    return "\n".join(line for line in lines if isinstance(line, str) and line) or None


async def customer_page(
    sender: Sender, requests: Requests, currency: str, cursor: str | None
) -> Page[Customer]:
    """Read one page of customers."""
    response = await sender.send(LIST_CUSTOMERS, requests.customers(cursor))
    page = page_of(response.body, where="customers")
    headers = response.shown_headers
    customers = tuple(customer_of(row, currency, headers=headers) for row in page.rows)
    return Page(items=customers, next_cursor=page.next_token)


def _all(sender: Sender, requests: Requests, currency: str) -> Pager[Customer]:
    return Pager(lambda cursor: customer_page(sender, requests, currency, cursor))


async def fetch_customer(sender: Sender, requests: Requests, currency: str, customer_id: str) -> Customer:
    """Read one customer, out of the list: no page shows a call that reads one.

    Raises:
        NotFound: The whole list does not hold it.
    """
    checked_id("customer", customer_id, CUSTOMER_ID)
    async for customer in _all(sender, requests, currency):
        if customer.id == customer_id:
            return customer
    raise NotFound(f"Asset lists no customer {customer_id} in this business")


def create_customer(requests: Requests, writes: Writes, currency: str, new: NewCustomer) -> Write[Customer]:
    """Create a customer; the name is the natural key, compared over the whole list.

    Source: vendor docs, api-reference/customer/create-a-new-customer: a single object, not an array.

    Raises:
        UnsupportedOperation: An address as one text, or a note: Asset has places for neither.
        UsageError: The name or e-mail can never be right; nothing was sent.
    """
    if new.address is not None:
        raise UnsupportedOperation(
            "Asset keeps addresses in parts; leave address out and set billing_address by "
            "native.update_customer()"
        )
    if new.note is not None:
        raise UnsupportedOperation("Asset keeps no note on a customer; leave note out")
    name = new.name.strip()
    for text in (name, new.email):
        if text is not None and not 1 <= len(text) <= TEXT_LIMIT:
            raise UsageError(f"name and e-mail have 1 to {TEXT_LIMIT} characters; nothing was sent")
    body: dict[str, object] = {"name": name}
    if new.email is not None:
        body["email"] = new.email
    request = requests.create_customer(CODEC.encode(body))

    def done(customer: Customer) -> Done[Customer]:
        return Done.of(customer)

    async def perform(sender: Sender) -> Done[Customer]:
        response = await sender.send(writes.create_customer, request)
        where = "created customer"
        row = data_of(response.body, where=where)
        return done(customer_of(row, currency, where=where, headers=response.shown_headers))

    async def look(sender: Sender) -> Sighting[Customer]:
        found = [customer async for customer in _all(sender, requests, currency) if customer.name == name]
        return Sighting(matches=tuple(done(customer) for customer in found))

    return Write(
        operation=writes.create_customer,
        target=f"customer {name}",
        content=canonical(name=name, email=new.email),
        perform=perform,
        look=look,
        recall=lambda customer_id: Customer(id=customer_id or "", name=name),
    )
