"""The calls of `invoicekit.testing`, on a desk: in euros, with lines that differ, and a file to write to."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypedDict

import attrs
from provider_desks import ProviderDesk
from varied_desks import change_of, kind_of

from invoicekit import Invoice, InvoiceChange, NewLineItem
from invoicekit.model import LineItem
from invoicekit.testing import READS, WRITES, Hand
from invoicekit.testing.calls import WHEN, Call

__all__ = ["EVER", "METHODS", "WHEN", "Call", "Caller", "lines_of"]

METHODS = (*READS, *WRITES, "export_pdf")
"""Every operation of the service that a capability speaks of."""


class Range(TypedDict):
    """A range of time, as arguments."""

    start: datetime
    end: datetime


EVER = Range(start=datetime(2020, 1, 1, tzinfo=UTC), end=datetime(2030, 1, 1, tzinfo=UTC))


def lines_of(invoice: Invoice) -> tuple[LineItem, ...]:
    """Return the lines of an invoice that was read; none where the answer had none."""
    return invoice.line_items if isinstance(invoice.line_items, tuple) else ()


class Caller(Hand):
    """Makes calls ready, each on records of its own; it is its own ground.

    Attributes:
        folder: Where files may be written.
    """

    currency = "EUR"

    def __init__(self, desk: ProviderDesk, folder: Path) -> None:
        super().__init__(self, desk.service)
        self.desk = desk
        self.folder = folder
        self._made = 0

    @property
    def provided(self) -> Mapping[str, object]:
        """What a caller must know here."""
        return {"customer_name": self.desk.customer_name, "line_kind": kind_of(self.service.provider)}

    def fresh(self, prefix: str) -> str:
        """Return a name nobody had before."""
        self._made += 1
        return f"{prefix}-{self._made:03}"

    def track(self, entries: int) -> None:
        """Refuse: a desk has its time."""
        raise AssertionError(f"the desk has no {entries} entries more")

    def made_up(self, kind: str, *, rows: str) -> str:
        """Refuse: every adapter of a desk can create what it needs."""
        raise AssertionError(f"the desk makes no {kind} up")

    async def ready(self, method: str) -> Call:
        """Return the call of a service method, its records made."""
        if method == "export_pdf":
            invoice, file = await self.issued(), self.folder / "invoice.pdf"
            return lambda service: service.export_pdf(invoice.id, file)
        first, *others = self.desk.entry_ids
        if method == "link_time_entries":  # of one entry, as its cost is declared
            await self.service.mark_time_entries(others)
            await self.service.mark_time_entries([first], invoiced=False)
        if method == "import_time_entries":
            await self.service.mark_time_entries(self.desk.entry_ids, invoiced=False)
        return await super().ready(method)

    def lines(self, count: int = 2) -> tuple[NewLineItem, ...]:
        """Return lines of 60 that differ in quantity and price."""
        first, *others = super().lines(count)
        return (attrs.evolve(first, quantity=Decimal("1.5"), unit_price=self.money("40")), *others)

    def change(self) -> InvoiceChange:
        """Return a change that this provider can make."""
        return change_of(self.service.provider)

    def texts(self) -> dict[str, str]:
        """Return what this provider lets a caller write on an invoice."""
        fields = self.service.capabilities().fields_of(Invoice)
        writable = frozenset[str]() if fields is None else fields.writable
        return {name: f"a {name}" for name in ("subject", "note") if name in writable}

    def batch(self) -> tuple[str, ...]:
        """Return as much tracked time as goes into one call."""
        return self.desk.entry_ids[: self.service.capabilities().of("mark_time_entries").batch_limit]
