"""Whom the credentials belong to, and what their plan lets them do."""

from collections.abc import Iterable, Mapping, Sequence

import attrs

from invoicekit.adapter import (
    Capabilities,
    Capability,
    Done,
    Probe,
    RateWindow,
    Sender,
    Sighting,
    Support,
    Write,
)
from invoicekit.model import Page
from invoicekit.wire import HEX_24, canonical, checked_id
from invoicekit_clockify.capabilities import CAPABILITIES, NEEDS_INVOICING
from invoicekit_clockify.config import FREE_PLAN, PAID_PLAN, UNKNOWN_PLAN
from invoicekit_clockify.operations import (
    GET_CURRENT_USER,
    GET_PROJECT,
    GET_SETTINGS,
    GET_WORKSPACE,
    LIST_PROJECTS,
    LIST_USERS,
    LIST_WORKSPACES,
    Writes,
)
from invoicekit_clockify.paging import Bookmark
from invoicekit_clockify.requests import CURRENT_USER, WORKSPACES, Requests
from invoicekit_clockify.wire_account import (
    Project,
    User,
    Workspace,
    read_project,
    read_projects,
    read_user,
    read_users,
    read_workspace,
    read_workspaces,
)
from invoicekit_clockify.wire_settings import (
    InvoiceSettings,
    SettingsChange,
    changed,
    check_settings_change,
    encode_settings,
    read_settings,
)

_INVOICING = "INVOICING"
_PAID_WORDS = ("BASIC", "STANDARD", "PRO", "ENTERPRISE", "BUNDLE", "PREMIUM", "SPECIAL")


async def fetch_current_user(sender: Sender) -> User:
    """Read the user whose credentials these are."""
    response = await sender.send(GET_CURRENT_USER, CURRENT_USER)
    return read_user(response.body, headers=response.shown_headers)


async def fetch_workspaces(sender: Sender) -> Sequence[Workspace]:
    """Read the workspaces of the user; add-on tokens may not."""
    response = await sender.send(LIST_WORKSPACES, WORKSPACES)
    return read_workspaces(response.body, headers=response.shown_headers)


async def fetch_workspace(sender: Sender, requests: Requests) -> Workspace:
    """Read the workspace."""
    response = await sender.send(GET_WORKSPACE, requests.this_workspace())
    return read_workspace(response.body, headers=response.shown_headers)


async def user_page(sender: Sender, requests: Requests, cursor: str | None) -> Page[User]:
    """Read one page of the workspace's users."""
    bookmark = Bookmark.at(cursor)
    response = await sender.send(LIST_USERS, requests.users(bookmark.page))
    rows = read_users(response.body, headers=response.shown_headers)
    return Page(items=rows, next_cursor=bookmark.after(response, count=len(rows)))


async def project_page(
    sender: Sender, requests: Requests, cursor: str | None, *, customer_ids: Iterable[str] = ()
) -> Page[Project]:
    """Read one page of projects, archived ones included; of these clients, where any are named."""
    bookmark = Bookmark.at(cursor)
    clients = [checked_id("customer", one, HEX_24) for one in customer_ids]
    response = await sender.send(LIST_PROJECTS, requests.projects(bookmark.page, clients))
    rows = read_projects(response.body, headers=response.shown_headers)
    return Page(items=rows, next_cursor=bookmark.after(response, count=len(rows)))


async def fetch_project(sender: Sender, requests: Requests, project_id: str) -> Project:
    """Read one project."""
    response = await sender.send(GET_PROJECT, requests.project(project_id))
    where = f"project {project_id}"
    return read_project(response.body, where=where, headers=response.shown_headers)


async def fetch_settings(sender: Sender, requests: Requests) -> InvoiceSettings:
    """Read the invoice settings."""
    response = await sender.send(GET_SETTINGS, requests.settings())
    return read_settings(response.body, headers=response.shown_headers)


def update_settings(requests: Requests, writes: Writes, change: SettingsChange) -> Write[InvoiceSettings]:
    """Change some invoice settings by reading them all and writing them all.

    Raises:
        UsageError: A name that Clockify does not have, or a label that is too long; nothing was sent.
    """
    check_settings_change(change)

    async def perform(sender: Sender) -> Done[InvoiceSettings]:
        settings = changed(await fetch_settings(sender, requests), change)
        request = requests.replace_settings(encode_settings(settings))
        response = await sender.send(writes.update_settings, request)
        return Done(value=settings, headers=response.shown_headers)

    async def look(sender: Sender) -> Sighting[InvoiceSettings]:
        settings = await fetch_settings(sender, requests)
        is_there = settings == changed(settings, change)
        done = Done(value=settings, raw=settings.raw, headers=settings.headers)
        return Sighting(matches=(done,)) if is_there else Sighting()

    return Write(
        operation=writes.update_settings,
        target="invoice settings",
        content=canonical(change=change),
        perform=perform,
        look=look,
    )


def windows_of(plan: str | None) -> tuple[RateWindow, ...]:
    """Return the limits of a plan; a word that nobody knows gets the careful start.

    Unverified: the words of `featureSubscriptionType`; the list is open, and live values exceed the document.
    """
    word = (plan or "").upper()
    if word.startswith("FREE"):
        return FREE_PLAN
    return PAID_PLAN if word.startswith(_PAID_WORDS) else UNKNOWN_PLAN


def narrowed(workspace: Workspace) -> Capabilities:
    """Take away what needs invoicing where the workspace's features do not name it."""
    if workspace.features is None or _INVOICING in workspace.features:
        return CAPABILITIES
    operations: Mapping[str, Capability] = {
        name: attrs.evolve(
            capability,
            support=Support.UNSUPPORTED,
            alternative="a plan with invoicing (Standard and up), switched on in the workspace's settings",
        )
        if name in NEEDS_INVOICING
        else capability
        for name, capability in CAPABILITIES.operations.items()
    }
    return attrs.evolve(CAPABILITIES, operations=operations)


def probe_of(workspace: Workspace, user: User | None, *, has_fixed_rate: bool) -> Probe:
    """Say what the workspace's plan lets these credentials do.

    Args:
        has_fixed_rate: The configuration names the limits, which then hold.
    """
    facts = [("plan", workspace.plan or "not told")]
    if workspace.features is not None:
        facts.append(("invoicing", "yes" if _INVOICING in workspace.features else "no"))
    if user is not None:
        facts.append(("time zone", user.time_zone or "not told"))
    return Probe(
        capabilities=narrowed(workspace),
        windows=() if has_fixed_rate else windows_of(workspace.plan),
        account_name=workspace.name if isinstance(workspace.name, str) else "",
        facts=tuple(facts),
    )
