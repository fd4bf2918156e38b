"""Where the demo's program plays: a simulator process, or books in a file of their own."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, runtime_checkable

import attrs

from invoicekit.cli.demo_judge import Books, InvoiceSeen, PaymentSeen
from invoicekit.cli.installed import simulator_type
from invoicekit.cli.stage import Stage, StageFailed, staged
from invoicekit.model import Money, TimeEntry
from invoicekit.registry import Registry
from invoicekit.service import InvoiceService

CURRENCY = "USD"
ENTRIES = 6
_FIRST_ENTRY = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
_NO_FAULTS: Mapping[str, int] = {}

Row = Mapping[str, object]


@runtime_checkable
class KeepsBooks(Protocol):
    """An adapter that is its own provider: the setting `path` names the file with its books."""

    async def add_time_entries(self, entries: Sequence[TimeEntry]) -> None:
        """Write tracked time."""
        ...

    async def export_books(self, path: str | Path) -> int:
        """Write every row to a JSONL file; each names its table."""
        ...


class Ground(Protocol):
    """One provider, reached by its settings, and its truth behind the program's back."""

    @property
    def settings(self) -> Mapping[str, object]:
        """What the adapter must be told."""
        ...

    async def add_time(self, service: InvoiceService) -> Sequence[str]:
        """Make tracked time up, and return its ids."""
        ...

    async def books(self, service: InvoiceService) -> Books:
        """Read the ledger."""
        ...

    async def faults(self) -> Mapping[str, int]:
        """Count the faults that struck, by kind."""
        ...

    async def has_write_faults(self) -> bool:
        """Tell whether any of them struck a write."""
        ...


def playable() -> list[str]:
    """Name the installed providers that need no account: those with a simulator, or books of their own."""
    registry = Registry()
    simulated = {one.name for one in registry.simulators() if not one.problem}
    usable = [one.name for one in registry.installed() if not one.problem]
    return [name for name in usable if name in simulated or _keeps_books(registry, name)]


def check_playable(name: str) -> None:
    """Refuse a provider that the demo cannot play at.

    Raises:
        AdapterNotFound: Nothing of that name is installed, or there is no simulator of it.
    """
    if not _keeps_books(Registry(), name):
        simulator_type(name)


def ground(name: str, folder: Path, *options: str) -> AbstractAsyncContextManager[Ground]:
    """Start what plays a provider.

    Args:
        folder: Where a provider that is a file may keep it.
        options: Of `invoicekit simulate`.
    """
    if _keeps_books(Registry(), name):
        return _on_file(folder / f"{name}-books.sqlite")
    return _on_stage(name, options)


def _keeps_books(registry: Registry, name: str) -> bool:
    return issubclass(registry.adapter(name), KeepsBooks)


@asynccontextmanager
async def _on_stage(name: str, options: Iterable[str]) -> AsyncIterator[Ground]:
    async with staged(name, *options) as stage:
        yield _Staged(stage=stage)


@asynccontextmanager
async def _on_file(path: Path) -> AsyncIterator[Ground]:
    yield _File(path=path)


@attrs.frozen(kw_only=True)
class _Staged:
    stage: Stage

    @property
    def settings(self) -> Mapping[str, object]:
        return self.stage.settings

    async def add_time(self, service: InvoiceService) -> Sequence[str]:
        if not service.capabilities().of("mark_time_entries").is_offered:
            return ()
        return await asyncio.to_thread(self._added)

    def _added(self) -> Sequence[str]:
        self.stage.seed({"time_entries": ENTRIES})
        return [str(row["id"]) for row in self.stage.ledger("time-entries")]

    async def books(self, service: InvoiceService) -> Books:
        return await asyncio.to_thread(self._read)

    def _read(self) -> Books:
        kinds = self.stage.ledger_kinds()
        currency = str(self.settings.get("currency", CURRENCY))
        has_time, has_arrivals = "time-entries" in kinds, "transactions" in kinds
        return Books(
            invoices=[_invoice(row, currency) for row in self.stage.ledger("invoices")],
            payments=[
                PaymentSeen(invoice_id=str(row["invoice_id"]), amount=_money(row, currency))
                for row in self.stage.ledger("payments")
            ],
            arrivals=[_money(row, currency) for row in self.stage.ledger("transactions")]
            if has_arrivals
            else None,
            entries={str(row["id"]): bool(row["invoiced"]) for row in self.stage.ledger("time-entries")}
            if has_time
            else {},
        )

    async def faults(self) -> Mapping[str, int]:
        faults = (await asyncio.to_thread(self.stage.stats))["faults"]
        return faults if isinstance(faults, dict) else {}

    async def has_write_faults(self) -> bool:
        return bool(await asyncio.to_thread(lambda: list(self.stage.write_faults())))


@attrs.frozen(kw_only=True)
class _File:
    path: Path

    @property
    def settings(self) -> Mapping[str, object]:
        return {"path": str(self.path)}

    async def add_time(self, service: InvoiceService) -> Sequence[str]:
        entries = [
            TimeEntry(
                id=f"entry-{number}",
                start=_FIRST_ENTRY + timedelta(hours=number),
                duration=timedelta(minutes=30),
            )
            for number in range(ENTRIES)
        ]
        await _native(service).add_time_entries(entries)
        return [entry.id for entry in entries]

    async def books(self, service: InvoiceService) -> Books:
        export = self.path.with_suffix(".jsonl")
        await _native(service).export_books(export)
        return await asyncio.to_thread(_exported, export)

    async def faults(self) -> Mapping[str, int]:
        return _NO_FAULTS

    async def has_write_faults(self) -> bool:
        return False


def _native(service: InvoiceService) -> KeepsBooks:
    native = service.native
    if not isinstance(native, KeepsBooks):
        raise StageFailed(f"{service.provider} keeps no books of its own")
    return native


def _exported(path: Path) -> Books:
    """Read exported books; an invoice's total is the sum of its lines there."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    tables: dict[str, list[Row]] = {}
    for row in rows:
        tables.setdefault(str(row["table"]), []).append(row)
    currencies = {str(row["id"]): str(row["currency"]) for row in tables.get("invoice", ())}

    def amount(row: Row) -> Money:
        return Money.from_minor(int(str(row["amount_minor"])), currencies[str(row["invoice_id"])])

    totals: dict[str, int] = dict.fromkeys(currencies, 0)
    for line in tables.get("line", ()):
        totals[str(line["invoice_id"])] += int(str(line["amount_minor"]))
    return Books(
        invoices=[
            _invoice({**row, "amount": totals[str(row["id"])]}, str(row["currency"]))
            for row in tables.get("invoice", ())
        ],
        payments=[
            PaymentSeen(invoice_id=str(row["invoice_id"]), amount=amount(row))
            for row in tables.get("payment", ())
        ],
        entries={str(row["id"]): bool(row["is_invoiced"]) for row in tables.get("time_entry", ())},
    )


def _invoice(row: Row, currency: str) -> InvoiceSeen:
    customer = row.get("customer_id", row.get("client_id"))
    return InvoiceSeen(
        id=str(row["id"]),
        number=str(row["number"]),
        customer_id=None if customer is None else str(customer),
        status=str(row["status"]),
        total=_money(row, currency),
    )


def _money(row: Row, currency: str) -> Money:
    """Read an amount: ledgers write minor units as whole numbers, and all else as decimal text."""
    amount, unit = row["amount"], str(row.get("currency", currency))
    return Money.from_minor(amount, unit) if isinstance(amount, int) else Money(str(amount), unit)
