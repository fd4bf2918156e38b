"""What really stands at each provider, in the same words for all: asked of whoever keeps it."""

import json
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import closing
from decimal import Decimal

import attrs
from provider_desks import ProviderDesk

from invoicekit_asset.simulator import AssetSimulator
from invoicekit_clockify.simulator import ClockifySimulator
from invoicekit_kukkingu.simulator import KukkinguSimulator
from invoicekit_local import Local

CENT = Decimal("0.01")


@attrs.frozen(kw_only=True)
class HeldInvoice:
    """An invoice as the provider keeps it.

    Attributes:
        word: The provider's own status.
        total, paid: Major units.
        lines: What its lines are called.
    """

    id: str
    number: str
    customer_id: str | None
    word: str
    total: Decimal
    paid: Decimal
    lines: tuple[str, ...]
    tags: Mapping[str, str] = attrs.field(factory=dict)


class ProviderBooks(ABC):
    """The provider's own ledger; what a provider has no such thing of is empty."""

    @abstractmethod
    def invoices(self) -> Sequence[HeldInvoice]:
        """Return all invoices; credit notes are none."""

    @abstractmethod
    def payments(self, invoice_id: str) -> list[Decimal]:
        """Return what was paid, in major units."""

    @abstractmethod
    def customers(self) -> Mapping[str, str]:
        """Return names by id."""

    def entries(self) -> Mapping[str, bool]:
        """Return of each stretch of time whether it is invoiced."""
        return {}

    def refunds(self, invoice_id: str) -> list[Decimal]:
        """Return what was given back."""
        return []

    def credit_notes(self) -> Mapping[str, Decimal]:
        """Return amounts by number."""
        return {}

    def is_given_up(self, invoice_id: str) -> bool:
        """Tell whether what was owed is written off."""
        return False

    def invoice(self, invoice_id: str) -> HeldInvoice:
        """Return one."""
        return next(one for one in self.invoices() if one.id == invoice_id)


class AssetBooks(ProviderBooks):
    """By Asset's simulator."""

    def __init__(self, simulator: AssetSimulator) -> None:
        self._home, self._ledger = simulator.home, simulator.ledger

    def invoices(self) -> Sequence[HeldInvoice]:
        return [
            HeldInvoice(
                id=one.id,
                number=one.number,
                customer_id=one.customer_id,
                word=one.status,
                total=one.total,
                paid=one.paid,
                lines=tuple(line.description for line in one.lines),
                tags=one.tags,
            )
            for one in self._ledger.invoices()
        ]

    def payments(self, invoice_id: str) -> list[Decimal]:
        return [row.amount for row in self._ledger.payments(invoice_id) if not row.is_write_off]

    def customers(self) -> Mapping[str, str]:
        return {one.id: one.name for one in self._home.customers.values()}

    def refunds(self, invoice_id: str) -> list[Decimal]:
        parts = (part for refund in self._home.refunds.values() for part in refund.parts)
        return [part.amount for part in parts if part.invoice_id == invoice_id]

    def credit_notes(self) -> Mapping[str, Decimal]:
        return {one.number: one.amount for one in self._home.memos.values()}

    def is_given_up(self, invoice_id: str) -> bool:
        invoice = self._ledger.invoice(invoice_id)
        return invoice.open_amount == 0 and any(row.is_write_off for row in invoice.payments)


class ClockifyBooks(ProviderBooks):
    """By Clockify's simulator."""

    def __init__(self, simulator: ClockifySimulator) -> None:
        self._home, self._ledger = simulator.home, simulator.ledger

    def invoices(self) -> Sequence[HeldInvoice]:
        return [
            HeldInvoice(
                id=one.id,
                number=one.number,
                customer_id=one.client_id,
                word=one.status,
                total=one.amount * CENT,
                paid=one.paid() * CENT,
                lines=tuple(item.description for item in one.items),
            )
            for one in self._ledger.invoices()
        ]

    def payments(self, invoice_id: str) -> list[Decimal]:
        return [payment.amount * CENT for payment in self._ledger.payments(invoice_id)]

    def customers(self) -> Mapping[str, str]:
        return {one.id: one.name for one in self._home.clients.values()}

    def entries(self) -> Mapping[str, bool]:
        return {one.id: one.invoiced for one in self._ledger.entries()}


class KukkinguBooks(ProviderBooks):
    """By Kukkingu's simulator."""

    def __init__(self, simulator: KukkinguSimulator) -> None:
        self._home, self._ledger = simulator.home, simulator.ledger

    def invoices(self) -> Sequence[HeldInvoice]:
        contracts = {one.id: one.client_id for one in self._home.contracts}
        return [
            HeldInvoice(
                id=one.id,
                number=one.number,
                customer_id=contracts[one.contract_id],
                word=one.status,
                total=one.amount * CENT,
                paid=one.amount * CENT if one.paid_at else Decimal(0),
                lines=tuple(line.description for line in self._ledger.billables(one.id)),
            )
            for one in self._ledger.invoices()
        ]

    def payments(self, invoice_id: str) -> list[Decimal]:
        held = self.invoice(invoice_id)
        return [held.paid] if held.paid else []

    def customers(self) -> Mapping[str, str]:
        return {one.id: one.name for one in self._home.clients}

    def entries(self) -> Mapping[str, bool]:
        return {one.id: one.billable_id is not None for one in self._home.entries}


class LocalBooks(ProviderBooks):
    """By the rows of the file."""

    def __init__(self, file: str) -> None:
        self._file = file

    def _rows(self, statement: str, *values: object) -> list[sqlite3.Row]:
        with closing(sqlite3.connect(self._file)) as books:
            books.row_factory = sqlite3.Row
            return books.execute(statement, values).fetchall()

    def invoices(self) -> Sequence[HeldInvoice]:
        held = []
        for row in self._rows("select * from invoice where credits is null"):
            assert (row["discount_percent"], json.loads(row["tax_percents"])) == ("0", [])
            lines = self._rows("select * from line where invoice_id = ? order by position", row["id"])
            held.append(
                HeldInvoice(
                    id=row["id"],
                    number=row["number"],
                    customer_id=row["customer_id"],
                    word=row["status"],
                    total=sum((line["amount_minor"] * CENT for line in lines), Decimal(0)),
                    paid=sum(self.payments(row["id"]), Decimal(0)),
                    lines=tuple(line["description"] for line in lines),
                )
            )
        return held

    def payments(self, invoice_id: str) -> list[Decimal]:
        return self._money("payment", invoice_id)

    def refunds(self, invoice_id: str) -> list[Decimal]:
        return self._money("refund", invoice_id)

    def _money(self, kind: str, invoice_id: str) -> list[Decimal]:
        rows = self._rows("select * from payment where kind = ? and invoice_id = ?", kind, invoice_id)
        return [row["amount_minor"] * CENT for row in rows]

    def customers(self) -> Mapping[str, str]:
        return {row["id"]: row["name"] for row in self._rows("select * from customer")}

    def entries(self) -> Mapping[str, bool]:
        return {row["id"]: bool(row["is_invoiced"]) for row in self._rows("select * from time_entry")}

    def credit_notes(self) -> Mapping[str, Decimal]:
        rows = self._rows(
            "select number, amount_minor from invoice join line on id = invoice_id where credits is not null"
        )
        return {row["number"]: -row["amount_minor"] * CENT for row in rows}

    def is_given_up(self, invoice_id: str) -> bool:
        return self.invoice(invoice_id).word == "uncollectible"


def books_of(desk: ProviderDesk) -> ProviderBooks:
    """Return the ledger of whoever sits at the desk."""
    simulator = desk.simulator
    if isinstance(simulator, AssetSimulator):
        return AssetBooks(simulator)
    if isinstance(simulator, ClockifySimulator):
        return ClockifyBooks(simulator)
    if isinstance(simulator, KukkinguSimulator):
        return KukkinguBooks(simulator)
    native = desk.service.native
    assert isinstance(native, Local)
    return LocalBooks(str(native.config.file))
