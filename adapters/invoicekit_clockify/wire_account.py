"""Clients, projects, users, workspaces and invoice settings, from and to Clockify's JSON."""

from collections.abc import Mapping
from typing import TypeVar

import attrs

from invoicekit.errors import UsageError
from invoicekit.model import MISSING, NO_HEADERS, Absent, Customer, Money, NewCustomer
from invoicekit.wire import named
from invoicekit_clockify.wire import CODEC, Flag, Text, document_of, money_of, rows_of, text_or_none
from invoicekit_clockify.wire_time import WireRate

W = TypeVar("W")

NAME_LIMIT = 100
TEXT_LIMIT = 3000


@attrs.frozen(kw_only=True)
class WireClient:
    """One client.

    Source: vendor OpenAPI document; that currencyCode does nothing on any write: peer's live probes.
    """

    id: str
    name: Text = MISSING
    email: Text = MISSING
    address: Text = MISSING
    note: Text = MISSING
    currency: Text = attrs.field(default=MISSING, metadata=named("currencyCode"))
    archived: Flag = MISSING


@attrs.frozen(kw_only=True)
class WireProject:
    """One project."""

    id: str
    name: Text = MISSING
    client_id: Text = attrs.field(default=MISSING, metadata=named("clientId"))
    client_name: Text = attrs.field(default=MISSING, metadata=named("clientName"))
    billable: Flag = MISSING
    archived: Flag = MISSING
    hourly_rate: WireRate | Absent | None = attrs.field(default=MISSING, metadata=named("hourlyRate"))


@attrs.frozen(kw_only=True)
class _WireUserSettings:
    time_zone: Text = attrs.field(default=MISSING, metadata=named("timeZone"))


@attrs.frozen(kw_only=True)
class _WireUser:
    id: str
    name: Text = MISSING
    email: Text = MISSING
    status: Text = MISSING
    settings: _WireUserSettings | Absent | None = MISSING


@attrs.frozen(kw_only=True)
class _WireWorkspace:
    id: str
    name: Text = MISSING
    plan: Text = attrs.field(default=MISSING, metadata=named("featureSubscriptionType"))
    features: tuple[str, ...] | Absent | None = MISSING


@attrs.frozen(kw_only=True)
class Project:
    """A project whose time can be invoiced.

    Attributes:
        hourly_rate: Price of one hour.
        raw: Everything Clockify sent.
        headers: Of the answer that brought it.
    """

    id: str
    name: str | Absent | None
    customer_id: str | Absent | None
    customer_name: str | Absent | None
    is_billable: bool | Absent | None
    is_archived: bool | Absent | None
    hourly_rate: Money | Absent | None
    raw: Mapping[str, object] = attrs.field(repr=False, eq=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False, eq=False)


@attrs.frozen(kw_only=True)
class User:
    """A member of the workspace.

    Attributes:
        time_zone: The IANA name of the zone in which Clockify reads this account's windows.
        raw: Everything Clockify sent.
        headers: Of the answer that brought it.
    """

    id: str
    name: str | Absent | None
    email: str | Absent | None
    status: str | Absent | None
    time_zone: str | None
    raw: Mapping[str, object] = attrs.field(repr=False, eq=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False, eq=False)


@attrs.frozen(kw_only=True)
class Workspace:
    """A workspace and what its plan includes.

    Attributes:
        plan: Clockify's own word; new ones come up, so none is refused.
        features: Clockify's own words; None where the answer had none.
        raw: Everything Clockify sent.
        headers: Of the answer that brought it.
    """

    id: str
    name: str | Absent | None
    plan: str | None
    features: frozenset[str] | None
    raw: Mapping[str, object] = attrs.field(repr=False, eq=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False, eq=False)


def _one(body: bytes, cls: type[W], where: str) -> tuple[W, Mapping[str, object]]:
    document = CODEC.parse(body, where=where)
    return CODEC.structure(document, cls, where=where), document_of(document)


def _many(body: bytes, cls: type[W], where: str) -> list[tuple[W, Mapping[str, object]]]:
    rows = rows_of(CODEC.parse(body, where=where), where=where)
    return [
        (CODEC.structure(row, cls, where=f"{where}[{at}]"), document_of(row)) for at, row in enumerate(rows)
    ]


def _customer(wire: WireClient, raw: Mapping[str, object], headers: Mapping[str, str]) -> Customer:
    return Customer(
        id=wire.id,
        name=wire.name,
        email=wire.email,
        address=wire.address,
        note=wire.note,
        currency=wire.currency,
        is_archived=wire.archived,
        raw=raw,
        headers=headers,
    )


def _project(wire: WireProject, raw: Mapping[str, object], headers: Mapping[str, str]) -> Project:
    rate = wire.hourly_rate
    return Project(
        id=wire.id,
        name=wire.name,
        customer_id=wire.client_id,
        customer_name=wire.client_name,
        is_billable=wire.billable,
        is_archived=wire.archived,
        hourly_rate=money_of(rate.amount, text_or_none(rate.currency))
        if isinstance(rate, WireRate)
        else rate,
        raw=raw,
        headers=headers,
    )


def _user(wire: _WireUser, raw: Mapping[str, object], headers: Mapping[str, str]) -> User:
    settings = wire.settings
    return User(
        id=wire.id,
        name=wire.name,
        email=wire.email,
        status=wire.status,
        time_zone=text_or_none(settings.time_zone) if isinstance(settings, _WireUserSettings) else None,
        raw=raw,
        headers=headers,
    )


def _workspace(wire: _WireWorkspace, raw: Mapping[str, object], headers: Mapping[str, str]) -> Workspace:
    return Workspace(
        id=wire.id,
        name=wire.name,
        plan=text_or_none(wire.plan),
        features=frozenset(wire.features) if isinstance(wire.features, tuple) else None,
        raw=raw,
        headers=headers,
    )


def read_customer(body: bytes, *, where: str = "client", headers: Mapping[str, str] = NO_HEADERS) -> Customer:
    """Read one client."""
    return _customer(*_one(body, WireClient, where), headers)


def read_customers(body: bytes, *, headers: Mapping[str, str] = NO_HEADERS) -> tuple[Customer, ...]:
    """Read a bare array of clients."""
    return tuple(_customer(*row, headers) for row in _many(body, WireClient, "clients"))


def read_project(body: bytes, *, where: str = "project", headers: Mapping[str, str] = NO_HEADERS) -> Project:
    """Read one project."""
    return _project(*_one(body, WireProject, where), headers)


def read_projects(body: bytes, *, headers: Mapping[str, str] = NO_HEADERS) -> tuple[Project, ...]:
    """Read a bare array of projects."""
    return tuple(_project(*row, headers) for row in _many(body, WireProject, "projects"))


def read_user(body: bytes, *, headers: Mapping[str, str] = NO_HEADERS) -> User:
    """Read one user."""
    return _user(*_one(body, _WireUser, "user"), headers)


def read_users(body: bytes, *, headers: Mapping[str, str] = NO_HEADERS) -> tuple[User, ...]:
    """Read a bare array of users."""
    return tuple(_user(*row, headers) for row in _many(body, _WireUser, "users"))


def read_workspace(body: bytes, *, headers: Mapping[str, str] = NO_HEADERS) -> Workspace:
    """Read one workspace."""
    return _workspace(*_one(body, _WireWorkspace, "workspace"), headers)


def read_workspaces(body: bytes, *, headers: Mapping[str, str] = NO_HEADERS) -> tuple[Workspace, ...]:
    """Read a bare array of workspaces."""
    return tuple(_workspace(*row, headers) for row in _many(body, _WireWorkspace, "workspaces"))


def encode_customer(new: NewCustomer) -> bytes:
    """Write one client.

    Shape: {"name", "email", "address", "note"}. ccEmails and currencyId are ignored on create, and
    currencyCode does nothing, so none of them is sent. Answer: 201 with the client.
    Source: vendor OpenAPI document, POST /v1/workspaces/{workspaceId}/clients; peer's live probes of 2026.

    Raises:
        UsageError: A name that is blank or too long, or another text that is too long; nothing was sent.
    """
    name = new.name.strip()
    if not 1 <= len(name) <= NAME_LIMIT:
        raise UsageError(f"a client's name has 1 to {NAME_LIMIT} characters")
    document = {"name": name}
    for field, value in (("email", new.email), ("address", new.address), ("note", new.note)):
        if value is None:
            continue
        if len(value) > TEXT_LIMIT:
            raise UsageError(f"a client's {field} has at most {TEXT_LIMIT} characters")
        document[field] = value
    return CODEC.encode(document)
