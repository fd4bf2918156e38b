"""One workspace and what belongs to it."""

import attrs

from invoicekit_clockify.simulator.entries import RUNNING, EntryStore
from invoicekit_clockify.simulator.identity import IdMint
from invoicekit_clockify.simulator.invoice import Invoice, Item
from invoicekit_clockify.simulator.settings import InvoiceSettings

DAY = 86_400


@attrs.define(kw_only=True)
class Client:
    """A customer."""

    id: str
    name: str
    address: str = ""
    email: str = ""
    note: str = ""
    archived: bool = False


@attrs.define(kw_only=True)
class Project:
    """A project of a client.

    Attributes:
        rate: For an hour, in minor units.
    """

    id: str
    number: int
    name: str
    client_id: str
    rate: int
    billable: bool = True
    archived: bool = False


@attrs.define(kw_only=True)
class User:
    """A member of the workspace."""

    id: str
    number: int
    name: str
    email: str


@attrs.define(kw_only=True)
class Webhook:
    """One webhook of a workspace; the simulator stores them and delivers nothing.

    Attributes:
        token: What deliveries would carry as their signature.
    """

    id: str
    name: str
    url: str
    event: str
    source_type: str
    sources: tuple[str, ...]
    user_id: str
    token: str


class Workspace:
    """A workspace: the state behind one workspace id.

    Attributes:
        plan: "paid" or "free".
        currency: The default currency.
        item_types: The names that invoice lines may use.
    """

    def __init__(self, identifier: str, *, seed: int, plan: str = "paid", currency: str = "EUR") -> None:
        self.id = identifier
        self.plan = plan
        self.currency = currency
        self.name = f"Workspace {identifier[-4:]}"
        self.item_types = ["Service", "Product"]
        self.settings = InvoiceSettings()
        self.clients: dict[str, Client] = {}
        self.projects: list[Project] = []
        self.users: list[User] = []
        self.invoices: dict[str, Invoice] = {}
        self.webhooks: dict[str, Webhook] = {}
        self._mints = {
            kind: IdMint(seed, f"{identifier}:{kind}")
            for kind in ("client", "project", "user", "invoice", "payment", "entry", "company", "webhook")
        }
        self.company_id = self._mints["company"].take()
        self.entries = EntryStore(self._mints["entry"])

    @property
    def has_invoicing(self) -> bool:
        """Tell whether the plan includes invoices."""
        return self.plan != "free"

    def new_id(self, kind: str) -> str:
        """Make the next id of a kind."""
        return self._mints[kind].take()

    def add_user(self, name: str, *, identifier: str | None = None) -> User:
        """Add a member."""
        number = len(self.users)
        user = User(
            id=identifier or self.new_id("user"), number=number, name=name, email=f"user{number}@example.com"
        )
        self.users.append(user)
        return user

    def add_client(self, name: str, *, address: str = "", email: str = "", note: str = "") -> Client:
        """Add a client."""
        client = Client(id=self.new_id("client"), name=name, address=address, email=email, note=note)
        self.clients[client.id] = client
        return client

    def add_project(self, name: str, client_id: str, *, rate: int = 6000, billable: bool = True) -> Project:
        """Add a project of a client, at a rate for an hour in minor units."""
        project = Project(
            id=self.new_id("project"),
            number=len(self.projects),
            name=name,
            client_id=client_id,
            rate=rate,
            billable=billable,
        )
        self.projects.append(project)
        return project

    def add_entry(
        self,
        *,
        start: int,
        seconds: int = 3600,
        project: Project | None = None,
        user: User | None = None,
        billable: bool = True,
        description: str | None = None,
        is_running: bool = False,
    ) -> str:
        """Add a time entry that starts so many seconds since 1970, and return its id."""
        number = self.entries.add(
            start=start,
            seconds=RUNNING if is_running else seconds,
            project=-1 if project is None else project.number,
            user=0 if user is None else user.number,
            billable=billable,
            description=description,
        )
        return self.entries[number].id

    def add_invoice(
        self,
        *,
        client_id: str | None = None,
        number: str | None = None,
        amount_minor: int = 0,
        currency: str | None = None,
        status: str = "UNSENT",
        issued: int = 1_767_225_600,
        due: int = 4_102_444_800,
    ) -> Invoice:
        """Add an invoice with one line of this amount; client and number are made up when not given."""
        if client_id is None:
            client_id = next(iter(self.clients), None) or self.add_client("Client 1").id
        defaults = self.settings.defaults
        invoice = Invoice(
            id=self.new_id("invoice"),
            number=number or self.next_number(),
            client_id=client_id,
            currency=currency or self.currency,
            issued=issued,
            due=due,
            user_id=self.users[0].id,
            company_id=self.company_id,
            bill_from=self.name,
            client_address=self.clients[client_id].address,
            note=defaults.notes,
            subject=defaults.subject,
            status=status,
            open_status=status,
            tax=defaults.tax,
            tax2=defaults.tax2,
            tax_type=defaults.tax_type,
        )
        if amount_minor:
            line = Item(description="Services", item_type="Service", quantity=100, unit_price=amount_minor)
            invoice.items.append(line)
        self.invoices[invoice.id] = invoice
        return invoice

    def next_number(self) -> str:
        """Return an invoice number that no invoice has."""
        taken = {invoice.number for invoice in self.invoices.values()}
        count = len(taken) + 1
        while f"INV-{count:05}" in taken:
            count += 1
        return f"INV-{count:05}"

    def is_number_taken(self, number: str, *, besides: str | None = None) -> bool:
        """Tell whether another invoice has this number."""
        return any(invoice.number == number for invoice in self.invoices.values() if invoice.id != besides)

    def project_of(self, number: int) -> Project | None:
        """Return a project by its number, or None for -1."""
        return self.projects[number] if number >= 0 else None
