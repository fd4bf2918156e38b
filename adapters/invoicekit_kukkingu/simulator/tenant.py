"""One tenant and what belongs to it."""

import random
import string
from datetime import UTC
from typing import Literal

import attrs

from invoicekit.clock import Clock
from invoicekit_kukkingu.simulator.behaviour import Amounts, Behaviour, BillableAmount
from invoicekit_kukkingu.simulator.records import (
    Billable,
    Client,
    Contract,
    Deed,
    Invoice,
    Project,
    TimeEntry,
)
from invoicekit_kukkingu.simulator.shelf import Shelf

_LETTERS = string.ascii_lowercase + string.digits
Prefix = Literal["clnt", "ctr", "prj", "inv", "bil", "tsh"]


class Tenant:
    """All state of one tenant.

    Attributes:
        deeds: Every change that took effect, in order.
    """

    def __init__(self, identifier: str, *, behaviour: Behaviour, clock: Clock, seed: int) -> None:
        self.id = identifier
        self.behaviour = behaviour
        self._clock = clock
        self._draw = random.Random(f"{seed}:{identifier}")  # noqa: S311
        self.clients: Shelf[Client] = Shelf(clock.monotonic, self._all)
        self.contracts: Shelf[Contract] = Shelf(clock.monotonic, self._all)
        self.projects: Shelf[Project] = Shelf(clock.monotonic, self._all)
        self.invoices: Shelf[Invoice] = Shelf(clock.monotonic, self._seen_until)
        self.billables: Shelf[Billable] = Shelf(clock.monotonic, self._seen_until)
        self.entries: Shelf[TimeEntry] = Shelf(clock.monotonic, self._seen_until)
        self.deeds: list[Deed] = []

    @staticmethod
    def _all() -> None:
        return None

    def _seen_until(self) -> float | None:
        lag = self.behaviour.lag_seconds
        return self._clock.monotonic() - lag if lag > 0 else None

    def new_id(self, prefix: Prefix) -> str:
        """Make an id: a typed prefix and 24 characters."""
        return f"{prefix}_{''.join(self._draw.choices(_LETTERS, k=24))}"

    def now(self) -> str:
        """Return the wall clock as the server prints it."""
        return self._clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def did(self, kind: str, target: str, value: str = "") -> None:
        """Note a change that took effect."""
        self.deeds.append(Deed(kind=kind, target=target, value=value))

    # --- making things up ---------------------------------------------------------------------

    def add_client(self, name: str, *, description: str | None = None, order: int | None = None) -> Client:
        """Add a client."""
        now = self.now()
        return self.clients.put(
            Client(
                id=self.new_id("clnt"),
                created_at=now,
                updated_at=now,
                name=name,
                description=description,
                order=order,
            )
        )

    def add_contract(
        self, client_id: str, name: str, *, amount_minor: int = 0, currency: str = "EUR"
    ) -> Contract:
        """Add a contract of a client."""
        now = self.now()
        return self.contracts.put(
            Contract(
                id=self.new_id("ctr"),
                created_at=now,
                updated_at=now,
                client_id=client_id,
                name=name,
                amount=amount_minor,
                currency=currency,
            )
        )

    def add_project(self, contract_id: str, name: str) -> Project:
        """Add a project of a contract."""
        now = self.now()
        return self.projects.put(
            Project(id=self.new_id("prj"), created_at=now, updated_at=now, contract_id=contract_id, name=name)
        )

    def add_invoice(
        self,
        contract_id: str,
        *,
        number: str | None = None,
        amount_minor: int = 0,
        currency: str = "EUR",
        status: str = "DRAFT",
        issued_at: str | None = "2026-01-01T00:00:00.000Z",
        due_at: str | None = "2099-12-31T00:00:00.000Z",
        paid_at: str | None = None,
    ) -> Invoice:
        """Add an invoice without lines; the number is made up when not given."""
        now = self.now()
        return self.invoices.put(
            Invoice(
                id=self.new_id("inv"),
                created_at=now,
                updated_at=now,
                contract_id=contract_id,
                number=number or f"INV-{len(self.invoices) + 1:05}",
                exchange_rate=1,
                currency=currency,
                amount=amount_minor,
                status=status,
                issued_at=issued_at,
                due_at=due_at,
                paid_at=paid_at,
            )
        )

    def add_billable(
        self,
        invoice_id: str,
        description: str = "Work",
        *,
        quantity: int | float = 1,
        amount_minor: int = 0,
        currency: str = "EUR",
    ) -> Billable:
        """Add a line to an invoice, whatever its status."""
        now = self.now()
        return self.billables.put(
            Billable(
                id=self.new_id("bil"),
                created_at=now,
                updated_at=now,
                invoice_id=invoice_id,
                description=description,
                quantity=quantity,
                amount=amount_minor,
                currency=currency,
            )
        )

    def add_entry(
        self,
        project_id: str,
        *,
        date: str = "2026-03-01",
        seconds: int = 3600,
        description: str | None = None,
        billable_id: str | None = None,
        reference_source: str | None = None,
        reference_id: str | None = None,
    ) -> TimeEntry:
        """Add a stretch of time."""
        now = self.now()
        return self.entries.put(
            TimeEntry(
                id=self.new_id("tsh"),
                created_at=now,
                updated_at=now,
                project_id=project_id,
                date=date,
                seconds=seconds,
                description=description,
                billable_id=billable_id,
                reference_source=reference_source,
                reference_id=reference_id,
            )
        )

    # --- what follows from what is kept -------------------------------------------------------

    def touch(self, invoice: Invoice) -> Invoice:
        """Keep a changed invoice."""
        return self.invoices.put(attrs.evolve(invoice, updated_at=self.now()))

    def lines_of(self, invoice_id: str) -> list[Billable]:
        """Return an invoice's lines as they are."""
        return [line for line in self.billables if line.invoice_id == invoice_id]

    def sum_of(self, invoice_id: str) -> int:
        """Return what an invoice's lines come to; a fraction of a minor unit is rounded down."""
        total = 0
        for line in self.lines_of(invoice_id):
            is_price = self.behaviour.billable_amount is BillableAmount.UNIT_PRICE
            total += int(line.quantity * line.amount) if is_price else line.amount
        return total

    def amount_of(self, invoice: Invoice) -> int:
        """Return the amount that an invoice shows."""
        return self.sum_of(invoice.id) if self.behaviour.amounts is Amounts.COMPUTED else invoice.amount
