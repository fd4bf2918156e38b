"""What Clockify has beyond the neutral interface."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from invoicekit.adapter import Adapter, Sender, Write
from invoicekit.model import Invoice, LineItem, NewLineItem, Page, TimeEntry
from invoicekit_clockify.account import (
    fetch_current_user,
    fetch_project,
    fetch_settings,
    fetch_workspace,
    fetch_workspaces,
    project_page,
    update_settings,
    user_page,
)
from invoicekit_clockify.config import ClockifyConfig
from invoicekit_clockify.entries import (
    UserEntries,
    entries_shown,
    fetch_entries,
    fetch_entry,
    user_entry_page,
)
from invoicekit_clockify.lines import add_item, import_items, remove_items
from invoicekit_clockify.operations import Writes
from invoicekit_clockify.requests import Requests
from invoicekit_clockify.wire_account import Project, User, Workspace
from invoicekit_clockify.wire_items import TimeImport
from invoicekit_clockify.wire_settings import InvoiceSettings, SettingsChange


class ClockifyNative(Adapter[ClockifyConfig]):
    """Clockify's own calls: reads run as they are, writes go through `InvoiceService.write`."""

    def __init__(self, config: ClockifyConfig, sender: Sender) -> None:
        super().__init__(config, sender)
        self._requests = Requests(
            workspace=config.workspace, page_size=config.page_size, item_type=config.item_type
        )
        self._writes = Writes.settling_within(config.settle_seconds)

    # --- lines --------------------------------------------------------------------------------

    def add_item(self, invoice_id: str, item: NewLineItem) -> Write[Invoice]:
        """Add one line; `kind` is the name of an item type that exists in the workspace."""
        return add_item(self._requests, self._writes, invoice_id, item)

    def remove_items(self, invoice_id: str, items: Sequence[LineItem]) -> Write[Invoice]:
        """Remove lines as they were read, the one at the highest position first."""
        return remove_items(self._requests, self._writes, invoice_id, items)

    def import_items(self, invoice_id: str, wanted: TimeImport) -> Write[Invoice]:
        """Import billable, uninvoiced time of the invoice's client; the only way to link entries to it."""
        return import_items(self._requests, self._writes, invoice_id, wanted)

    # --- time ---------------------------------------------------------------------------------

    async def list_user_time_entries(self, wanted: UserEntries, cursor: str | None = None) -> Page[TimeEntry]:
        """Read one page of a user's entries, the latest first; whether they are invoiced is not in it."""
        return await user_entry_page(self.sender, self._requests, wanted, cursor)

    async def get_time_entry(self, entry_id: str) -> TimeEntry:
        """Read one entry."""
        return await fetch_entry(self.sender, self._requests, entry_id)

    async def get_time_entries(self, entry_ids: Sequence[str]) -> tuple[TimeEntry, ...]:
        """Read a batch of entries; those that do not exist are missing from the answer."""
        return await fetch_entries(self.sender, self._requests, entry_ids)

    async def find_time_entries(self, entry_ids: Sequence[str]) -> Sequence[TimeEntry] | None:
        """Read one batch of entries from the core host, which leaves out what it does not know."""
        return await fetch_entries(self.sender, self._requests, entry_ids)

    async def invoiced_entries(
        self, entry_ids: Iterable[str], start: datetime, end: datetime, *, invoiced: bool = True
    ) -> frozenset[str]:
        """Return those of the ids that the detailed report shows as invoiced (or, if asked, as not).

        The only way to verify marks. It reads the whole range [start, end), which must hold all the
        entries; an id that is missing is in the other state, outside of the range, or not shown yet.
        """
        return await entries_shown(
            self.sender, self._requests, entry_ids, start=start, end=end, invoiced=invoiced
        )

    # --- the workspace ------------------------------------------------------------------------

    async def current_user(self) -> User:
        """Read whose credentials these are; keep the answer, its time zone is needed for windows."""
        return await fetch_current_user(self.sender)

    async def list_users(self, cursor: str | None = None) -> Page[User]:
        """Read one page of the workspace's users."""
        return await user_page(self.sender, self._requests, cursor)

    async def list_projects(
        self, cursor: str | None = None, *, customer_ids: Iterable[str] = ()
    ) -> Page[Project]:
        """Read one page of projects, archived ones included."""
        return await project_page(self.sender, self._requests, cursor, customer_ids=customer_ids)

    async def get_project(self, project_id: str) -> Project:
        """Read one project."""
        return await fetch_project(self.sender, self._requests, project_id)

    async def list_workspaces(self) -> Sequence[Workspace]:
        """Read the user's workspaces; add-on tokens may not."""
        return await fetch_workspaces(self.sender)

    async def get_workspace(self) -> Workspace:
        """Read the workspace, its plan and features."""
        return await fetch_workspace(self.sender, self._requests)

    async def get_invoice_settings(self) -> InvoiceSettings:
        """Read the labels, defaults and export columns of invoices."""
        return await fetch_settings(self.sender, self._requests)

    def update_invoice_settings(self, change: SettingsChange) -> Write[InvoiceSettings]:
        """Change some invoice settings and keep the rest."""
        return update_settings(self._requests, self._writes, change)
