"""Changing a customer: some fields by value, found again in the list of all."""

from collections.abc import Mapping

import attrs

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import MalformedResponse, UsageError
from invoicekit.model import Customer
from invoicekit.wire import canonical
from invoicekit_asset.customers import TEXT_LIMIT, customer_of, fetch_customer
from invoicekit_asset.operations import Writes
from invoicekit_asset.requests import Requests
from invoicekit_asset.wire import CODEC, data_of

_NEEDED = ("street_1", "city", "state", "postal_code", "country")


@attrs.frozen(kw_only=True)
class CustomerChange:
    """What to change on a customer; what is left out stays.

    Attributes:
        billing_address, shipping_address: The provider's parts: street_1, street_2, city, state,
            postal_code, country. Unverified: that all but the second are required.

    Raises:
        UsageError: It names nothing, or something that can never be right.
    """

    name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    billing_address: Mapping[str, str | None] | None = None
    shipping_address: Mapping[str, str | None] | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what can never be right."""
        if not self.document():
            raise UsageError("the change of a customer names nothing")
        for text in (self.name, self.email, self.phone_number):
            if text is not None and not 1 <= len(text.strip()) <= TEXT_LIMIT:
                raise UsageError(f"the texts of a customer have 1 to {TEXT_LIMIT} characters")
        for address in (self.billing_address, self.shipping_address):
            missing = [] if address is None else [part for part in _NEEDED if not address.get(part)]
            if missing:
                raise UsageError(f"an address needs {', '.join(missing)}")

    def document(self) -> Mapping[str, object]:
        """Return what is sent.

        Source: vendor docs, api-reference/customer/update-a-customer: the same fields as of a new one,
            external_id left out.
        """
        fields = attrs.asdict(self, recurse=False)
        return {name: value for name, value in fields.items() if value is not None}


def update_customer(
    requests: Requests, writes: Writes, currency: str, customer_id: str, change: CustomerChange
) -> Write[Customer]:
    """Change some fields of a customer; no call reads one, so the list is read until it comes.

    Raises:
        InvalidIdentifier: It is no customer's id; nothing was sent.
    """
    wanted = change.document()
    request = requests.update_customer(customer_id, CODEC.encode(wanted))

    async def perform(sender: Sender) -> Done[Customer]:
        response = await sender.send(writes.update_customer, request)
        where = f"answer to a change of customer {customer_id}"
        row = data_of(response.body, where=where)
        customer = customer_of(row, currency, where=where, headers=response.shown_headers)
        if customer.id != customer_id or not _shows(customer, wanted):
            raise MalformedResponse(f"{where}: it does not show the change on that customer")
        return _done(customer)

    async def look(sender: Sender) -> Sighting[Customer]:
        customer = await fetch_customer(sender, requests, currency, customer_id)
        return Sighting(matches=(_done(customer),) if _shows(customer, wanted) else ())

    return Write(
        operation=writes.update_customer,
        target=customer_id,
        content=canonical(customer_id=customer_id, change=wanted),
        perform=perform,
        look=look,
        recall=lambda _: Customer(id=customer_id),
    )


def _shows(customer: Customer, wanted: Mapping[str, object]) -> bool:
    return all(_holds(customer.raw.get(name), value) for name, value in wanted.items())


def _holds(found: object, value: object) -> bool:
    """Compare a member with what was asked for; parts of an address that were left out may be anything."""
    if isinstance(value, Mapping):
        return isinstance(found, Mapping) and all(found.get(part) == text for part, text in value.items())
    return found == value


def _done(customer: Customer) -> Done[Customer]:
    return Done.of(customer)
