"""Clients, contracts and projects; clients are our customers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import attrs

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import MalformedResponse, NotFound, UnsupportedOperation, UsageError
from invoicekit.model import MISSING, NO_HEADERS, UNSUPPORTED, Absent, Customer, Money, NewCustomer
from invoicekit.wire import canonical, checked_id, named
from invoicekit_kukkingu import requests
from invoicekit_kukkingu.ids import CLIENT_ID
from invoicekit_kukkingu.operations import (
    GET_CONTRACT,
    GET_HEALTH,
    LIST_CONTRACTS,
    LIST_CUSTOMERS,
    LIST_PROJECTS,
    Writes,
)
from invoicekit_kukkingu.wire import (
    CODEC,
    Related,
    Relation,
    Text,
    Units,
    instant_of,
    minor_of,
    money_of,
    read_all,
    read_one,
    text_or_none,
)

T = TypeVar("T", Customer, "Contract")

NAME_LIMIT = 255
DESCRIPTION_LIMIT = 1024
"""Source: vendor's page, create client."""


@attrs.frozen(kw_only=True)
class _WireClient:
    id: str
    name: Text = MISSING
    description: Text = MISSING


@attrs.frozen(kw_only=True)
class _WireContract:
    id: str
    client: Relation = MISSING
    name: Text = MISSING
    amount: Units = attrs.field(default=MISSING, metadata=named("amountMinor"))
    currency: Text = attrs.field(default=MISSING, metadata=named("currencyCode"))
    valid_from: Text = attrs.field(default=MISSING, metadata=named("validFrom"))
    valid_to: Text = attrs.field(default=MISSING, metadata=named("validTo"))


@attrs.frozen(kw_only=True)
class _WireProject:
    id: str
    contract: Relation = MISSING
    name: Text = MISSING
    description: Text = MISSING


@attrs.frozen(kw_only=True)
class Health:
    """What the service says of itself; its answer has no envelope and needs no token.

    Source: vendor's page, service health heartbeat.
    """

    name: Text = MISSING
    version: Text = MISSING
    status: Text = MISSING


@attrs.frozen(kw_only=True)
class Contract:
    """What is agreed with a client; invoices and projects hang on it.

    Attributes:
        customer_id: The client's id.
        raw: Everything Kukkingu sent.
        headers: Of the answer that brought it.
    """

    id: str
    customer_id: str | None = None
    name: str | Absent | None = MISSING
    amount: Money | Absent | None = MISSING
    valid_from: datetime | Absent | None = MISSING
    valid_to: datetime | Absent | None = MISSING
    raw: Mapping[str, object] = attrs.field(factory=dict, repr=False, eq=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False, eq=False)


@attrs.frozen(kw_only=True)
class Project:
    """What time is tracked on.

    Attributes:
        customer_id: The client's id, where the answer tells.
        raw: Everything Kukkingu sent.
        headers: Of the answer that brought it.
    """

    id: str
    contract_id: str | None
    customer_id: str | None
    name: str | Absent | None
    description: str | Absent | None
    raw: Mapping[str, object] = attrs.field(repr=False, eq=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False, eq=False)


@attrs.frozen(kw_only=True)
class NewContract:
    """A contract to create; the name is its natural key within the client."""

    customer_id: str
    name: str
    amount: Money
    description: str | None = None


def _customer(wire: _WireClient, raw: Mapping[str, object], headers: Mapping[str, str]) -> Customer:
    return Customer(
        id=wire.id,
        name=wire.name,
        email=UNSUPPORTED,
        address=UNSUPPORTED,
        note=wire.description,
        currency=UNSUPPORTED,
        is_archived=UNSUPPORTED,
        raw=raw,
        headers=headers,
    )


def _contract(wire: _WireContract, raw: Mapping[str, object], headers: Mapping[str, str]) -> Contract:
    return Contract(
        id=wire.id,
        customer_id=Related.of(wire.client).id,
        name=wire.name,
        amount=money_of(wire.amount, text_or_none(wire.currency)),
        valid_from=instant_of(wire.valid_from),
        valid_to=instant_of(wire.valid_to),
        raw=raw,
        headers=headers,
    )


async def fetch_health(sender: Sender) -> Health:
    """Read what the service says of itself."""
    response = await sender.send(GET_HEALTH, requests.HEALTH)
    return CODEC.decode(response.body, Health, where="health")


async def all_customers(sender: Sender) -> Sequence[Customer]:
    """Read every client, in one request."""
    response = await sender.send(LIST_CUSTOMERS, requests.CLIENTS)
    headers = response.shown_headers
    return tuple(_customer(*row, headers) for row in read_all(response.body, _WireClient, where="clients"))


async def fetch_customer(sender: Sender, customer_id: str) -> Customer:
    """Read one client out of the list: there is no call for one.

    Raises:
        NotFound: It is not in the list.
    """
    checked_id("customer", customer_id, CLIENT_ID)
    found = next((one for one in await all_customers(sender) if one.id == customer_id), None)
    if found is None:
        raise NotFound(f"Kukkingu's list of clients has no {customer_id}")
    return found


async def all_contracts(sender: Sender, *, customer_id: str | None = None) -> Sequence[Contract]:
    """Read every contract, or those of one client, in one request."""
    response = await sender.send(LIST_CONTRACTS, requests.list_contracts(customer_id))
    headers = response.shown_headers
    rows = read_all(response.body, _WireContract, where="contracts")
    contracts = [_contract(*row, headers) for row in rows]
    return tuple(one for one in contracts if customer_id is None or one.customer_id == customer_id)


async def fetch_contract(sender: Sender, contract_id: str) -> Contract:
    """Read one contract.

    Raises:
        NotFound: It is deleted, was never there, or is another tenant's.
    """
    response = await sender.send(GET_CONTRACT, requests.get_contract(contract_id))
    contract = _contract(
        *read_one(response.body, _WireContract, where=f"contract {contract_id}"), response.shown_headers
    )
    if contract.id != contract_id:
        raise MalformedResponse(f"Kukkingu answered with another contract than {contract_id}")
    return contract


async def all_projects(sender: Sender, *, contract_id: str | None = None) -> Sequence[Project]:
    """Read every project, or those of one contract, in one request."""
    response = await sender.send(LIST_PROJECTS, requests.list_projects(contract_id))
    found = []
    for wire, raw in read_all(response.body, _WireProject, where="projects"):
        contract = Related.of(wire.contract)
        found.append(
            Project(
                id=wire.id,
                contract_id=contract.id,
                customer_id=contract.related("client").id,
                name=wire.name,
                description=wire.description,
                raw=raw,
                headers=response.shown_headers,
            )
        )
    return tuple(found)


def create_customer(writes: Writes, new: NewCustomer) -> Write[Customer]:
    """Create a client; the name is the natural key, looked up in the whole list.

    Unverified: whether Kukkingu refuses a second client of the same name; we never ask it to.

    Raises:
        UnsupportedOperation: An e-mail or an address: Kukkingu keeps those as contacts of their own.
        UsageError: A name or note of the wrong length; nothing was sent.
    """
    if new.email is not None or new.address is not None:
        raise UnsupportedOperation(
            "a Kukkingu client has neither e-mail nor address; instead: request() to /contacts and "
            "/addresses; nothing was sent"
        )
    name = _checked_name(new.name, "client")
    document: dict[str, object] = {"name": name}
    if new.note is not None:
        if len(new.note) > DESCRIPTION_LIMIT:
            raise UsageError(f"a client's note has at most {DESCRIPTION_LIMIT} characters")
        document["description"] = new.note
    request = requests.create_client(CODEC.encode(document))

    async def perform(sender: Sender) -> Done[Customer]:
        response = await sender.send(writes.create_customer, request)
        customer = _customer(
            *read_one(response.body, _WireClient, where="created client"), response.shown_headers
        )
        return _done(customer)

    async def look(sender: Sender) -> Sighting[Customer]:
        found = [one for one in await all_customers(sender) if one.name == name]
        return Sighting(matches=tuple(_done(one) for one in found))

    return Write(
        operation=writes.create_customer,
        target=f"client {name}",
        content=canonical(name=name, note=new.note),
        perform=perform,
        look=look,
        recall=lambda customer_id: Customer(id=customer_id or "", name=name),
    )


def delete_customer(writes: Writes, customer_id: str) -> Write[None]:
    """Delete a client; gone is done.

    Answer: 204 with an empty body.
    Source: vendor's page, delete client. Unverified: what becomes of contracts that it has.
    """
    request = requests.delete_client(customer_id)
    gone = Done(value=None, resource_id=customer_id)

    async def perform(sender: Sender) -> Done[None]:
        try:
            response = await sender.send(writes.delete_customer, request)
        except NotFound:
            return gone  # which is what was asked for
        return attrs.evolve(gone, headers=response.shown_headers)

    async def look(sender: Sender) -> Sighting[None]:
        is_there = any(one.id == customer_id for one in await all_customers(sender))
        return Sighting() if is_there else Sighting(matches=(gone,))

    return Write(
        operation=writes.delete_customer,
        target=customer_id,
        content=canonical(customer_id=customer_id),
        perform=perform,
        look=look,
        recall=lambda _: None,
    )


def delete_contract(writes: Writes, contract_id: str) -> Write[None]:
    """Delete a contract; gone is done.

    Answer: 204 with an empty body.
    Source: vendor's page, delete contract. Unverified: what becomes of invoices that hang on it.
    """
    request = requests.delete_contract(contract_id)
    gone = Done(value=None, resource_id=contract_id)

    async def perform(sender: Sender) -> Done[None]:
        try:
            response = await sender.send(writes.delete_contract, request)
        except NotFound:
            return gone  # which is what was asked for
        return attrs.evolve(gone, headers=response.shown_headers)

    async def look(sender: Sender) -> Sighting[None]:
        is_there = any(one.id == contract_id for one in await all_contracts(sender))
        return Sighting() if is_there else Sighting(matches=(gone,))

    return Write(
        operation=writes.delete_contract,
        target=contract_id,
        content=canonical(contract_id=contract_id),
        perform=perform,
        look=look,
        recall=lambda _: None,
    )


def create_contract(writes: Writes, new: NewContract) -> Write[Contract]:
    """Create a contract; its name within the client is the natural key.

    Source: vendor's page, create contract: clientId, name, amountMinor and currencyCode are required.

    Raises:
        UsageError, InvalidAmount, InvalidIdentifier: It can never be; nothing was sent.
    """
    name = _checked_name(new.name, "contract")
    document: dict[str, object] = {
        "clientId": checked_id("customer", new.customer_id, CLIENT_ID),
        "name": name,
        "amountMinor": minor_of(new.amount, what="the amount"),
        "currencyCode": new.amount.currency,
    }
    if new.description is not None:
        document["description"] = new.description
    request = requests.create_contract(CODEC.encode(document))

    async def perform(sender: Sender) -> Done[Contract]:
        response = await sender.send(writes.create_contract, request)
        contract = _contract(
            *read_one(response.body, _WireContract, where="created contract"), response.shown_headers
        )
        return _done(contract)

    async def look(sender: Sender) -> Sighting[Contract]:
        contracts = await all_contracts(sender, customer_id=new.customer_id)
        found = [one for one in contracts if one.name == name]
        return Sighting(matches=tuple(_done(one) for one in found))

    return Write(
        operation=writes.create_contract,
        target=f"contract {name} of {new.customer_id}",
        content=canonical(new=new),
        perform=perform,
        look=look,
        recall=lambda contract_id: Contract(
            id=contract_id or "", customer_id=new.customer_id, name=name, amount=new.amount
        ),
    )


def _done(made: T) -> Done[T]:
    return Done.of(made)


def _checked_name(name: str, what: str) -> str:
    if not 1 <= len(name.strip()) <= NAME_LIMIT or name != name.strip():
        raise UsageError(f"a {what}'s name has 1 to {NAME_LIMIT} characters, without blanks at its ends")
    return name
