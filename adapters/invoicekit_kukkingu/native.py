"""What Kukkingu has beyond the neutral interface."""

from collections.abc import Sequence

from invoicekit.adapter import Adapter, Sender, Write
from invoicekit.model import LineItem, TimeEntry
from invoicekit_kukkingu.config import KukkinguConfig
from invoicekit_kukkingu.directory import (
    Contract,
    Health,
    NewContract,
    Project,
    all_contracts,
    all_projects,
    create_contract,
    delete_contract,
    delete_customer,
    fetch_contract,
    fetch_health,
)
from invoicekit_kukkingu.entries import entries_of_line, fetch_entry
from invoicekit_kukkingu.lines import fetch_lines
from invoicekit_kukkingu.operations import Writes
from invoicekit_kukkingu.tracking import NewTimeEntry, create_time_entry


class KukkinguNative(Adapter[KukkinguConfig]):
    """Kukkingu's own calls: reads run as they are, writes go through `InvoiceService.write`."""

    def __init__(self, config: KukkinguConfig, sender: Sender) -> None:
        super().__init__(config, sender)
        self._writes = Writes.settling_within(config.settle_seconds)

    async def health(self) -> Health:
        """Read what the service says of itself."""
        return await fetch_health(self.sender)

    def delete_customer(self, customer_id: str) -> Write[None]:
        """Delete a client; gone is done."""
        return delete_customer(self._writes, customer_id)

    # --- contracts and projects ---------------------------------------------------------------

    async def list_contracts(self, *, customer_id: str | None = None) -> Sequence[Contract]:
        """Read every contract, or those of one client."""
        return await all_contracts(self.sender, customer_id=customer_id)

    async def get_contract(self, contract_id: str) -> Contract:
        """Read one contract."""
        return await fetch_contract(self.sender, contract_id)

    def create_contract(self, new: NewContract) -> Write[Contract]:
        """Create a contract; its name within the client is the natural key."""
        return create_contract(self._writes, new)

    def delete_contract(self, contract_id: str) -> Write[None]:
        """Delete a contract; gone is done."""
        return delete_contract(self._writes, contract_id)

    async def list_projects(self, *, contract_id: str | None = None) -> Sequence[Project]:
        """Read every project, or those of one contract."""
        return await all_projects(self.sender, contract_id=contract_id)

    # --- lines and time -----------------------------------------------------------------------

    async def list_billables(self, invoice_id: str | None = None) -> Sequence[LineItem]:
        """Read the lines of an invoice, or of the tenant."""
        amounts = self.config.billable_amount
        return tuple(line.item(amounts) for line in await fetch_lines(self.sender, invoice_id))

    def create_time_entry(self, new: NewTimeEntry) -> Write[TimeEntry]:
        """Record time on a project; its reference tells a repeat from a second entry."""
        return create_time_entry(self._writes, new)

    async def get_time_entry(self, entry_id: str) -> TimeEntry:
        """Read one time entry."""
        return (await fetch_entry(self.sender, entry_id)).entry()

    async def entries_of_billable(self, billable_id: str) -> Sequence[TimeEntry]:
        """Read the time entries that hang on a line."""
        return await entries_of_line(self.sender, billable_id)
