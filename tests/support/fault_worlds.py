"""One world for each operation: values that are set, reads, and a write under the provider's own key."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import attrs
from fault_appends import (
    asset_application,
    asset_invoice,
    asset_transaction,
    clockify_invoice,
    clockify_payment,
    kukkingu_invoice,
    pay,
)
from fault_world import (
    SETTLE,
    URL,
    Build,
    World,
    asset_with,
    clockify_with,
    kukkingu_with,
    secrets_of,
)
from keyed_provider import PATH as CHARGES
from keyed_provider import KeyedAdapter, KeyedRegistry, KeyedSimulator

from invoicekit import InvoiceService, InvoiceStatus, Money
from invoicekit.clock import Clock
from invoicekit.simulate import Simulator
from invoicekit_asset.simulator import AssetSimulator
from invoicekit_clockify.simulator.entries import Mark


def _status_of(result: object) -> object:
    return cast(Any, result).value.status


# --- W1: set the status ---------------------------------------------------------------------------


def clockify_status(*, clock: Clock, seed: int, behaviour: Mapping[str, Any]) -> World:
    """Send an unsent invoice."""
    simulator, settings = clockify_with(clock, seed, behaviour)
    invoice = simulator.home.add_invoice(amount_minor=12_000, status="UNSENT")

    def to(status: str) -> Callable[[], None]:
        return lambda: setattr(invoice, "status", status)

    return World(
        simulator=simulator,
        provider="clockify",
        settings=settings,
        write="set_status",
        line="PATCH */status",
        act=lambda service: service.set_status(invoice.id, InvoiceStatus.OPEN),
        effects=lambda: int(invoice.status == "SENT"),
        same=to("SENT"),
        other=to("VOID"),
        right=lambda result: _status_of(result) is InvoiceStatus.OPEN,
        secrets=secrets_of(settings),
    )


def asset_status(*, clock: Clock, seed: int, behaviour: Mapping[str, Any]) -> World:
    """Give an invoice up."""
    simulator, settings = asset_with(clock, seed, behaviour)
    invoice = simulator.home.add_invoice("120.00", ledger_id=AssetSimulator.LEDGER_ID)

    def to(status: str) -> Callable[[], None]:
        return lambda: setattr(invoice, "word", status)

    return World(
        simulator=simulator,
        provider="asset",
        settings=settings,
        write="update_invoice",
        line=f"PATCH */{invoice.id}",
        act=lambda service: service.set_status(invoice.id, InvoiceStatus.UNCOLLECTIBLE),
        effects=lambda: int(invoice.status == "uncollectible"),
        same=to("uncollectible"),
        other=to("voided"),
        right=lambda result: _status_of(result) is InvoiceStatus.UNCOLLECTIBLE,
        secrets=secrets_of(settings),
    )


def kukkingu_status(*, clock: Clock, seed: int, behaviour: Mapping[str, Any]) -> World:
    """Finalize a draft, which is for good."""
    simulator, settings = kukkingu_with(clock, seed, behaviour)
    home = simulator.home
    invoice = home.add_invoice(simulator.contract.id, number="K-DRAFT", amount_minor=12_000)

    def to(status: str) -> Callable[[], None]:
        def rival() -> None:
            home.touch(attrs.evolve(simulator.ledger.invoice(invoice.id), status=status))

        return rival

    return World(
        simulator=simulator,
        provider="kukkingu",
        settings=settings,
        write="finalize_invoice",
        line="POST */finalize",
        act=lambda service: service.set_status(invoice.id, InvoiceStatus.OPEN, allow_irreversible=True),
        effects=lambda: int(simulator.ledger.invoice(invoice.id).status == "FINALIZED"),
        same=to("FINALIZED"),
        other=to("VOID"),
        right=lambda result: _status_of(result) is InvoiceStatus.OPEN,
        secrets=secrets_of(settings),
    )


# --- W2: mark time entries ------------------------------------------------------------------------


def clockify_marks(*, clock: Clock, seed: int, behaviour: Mapping[str, Any]) -> World:
    """Mark five stretches of time as invoiced."""
    simulator, settings = clockify_with(clock, seed, behaviour)
    start = 1_767_225_600
    entries = [simulator.home.add_entry(start=start + 4000 * number) for number in range(5)]
    unknown = "6a1b2c3d4e5f6071829fffff"

    def marked() -> list[bool]:
        return [simulator.ledger.entry(entry).invoiced for entry in entries]

    def mark() -> None:
        store = simulator.home.entries
        numbers = [number for entry in entries if (number := store.find(entry)) is not None]
        store.mark(numbers, Mark(invoiced=True, invoice_id=None), now=clock.monotonic(), lag_seconds=0.0)

    return World(
        simulator=simulator,
        provider="clockify",
        settings=settings,
        write="mark_time_entries",
        line="PATCH */time-entries/invoiced",
        act=lambda service: service.mark_time_entries(entries, invoiced=True),
        effects=lambda: int(all(marked())),
        copies=lambda: int(any(marked())),
        same=mark,
        poison=lambda service: service.mark_time_entries([*entries[:3], unknown, *entries[3:]]),
        look=lambda service: service.list_time_entries(
            start=datetime(2025, 12, 1, tzinfo=UTC), end=datetime(2026, 3, 1, tzinfo=UTC)
        ).snapshot(),
        secrets=secrets_of(settings),
    )


def kukkingu_paid_at(*, clock: Clock, seed: int, behaviour: Mapping[str, Any]) -> World:
    """Set paidAt."""
    simulator, settings = kukkingu_with(clock, seed, behaviour)
    home = simulator.home
    invoice = home.add_invoice(simulator.contract.id, number="K-100", amount_minor=12_000, status="FINALIZED")
    right = "2026-03-01T10:20:30"

    def paid_at(instant: str) -> Callable[[], None]:
        def rival() -> None:
            home.touch(attrs.evolve(simulator.ledger.invoice(invoice.id), paid_at=instant))

        return rival

    return World(
        simulator=simulator,
        provider="kukkingu",
        settings=settings,
        write="patch_invoice",
        line=f"PATCH */{invoice.id}",
        act=pay(invoice.id, Money("120.00", "EUR")),
        effects=lambda: int((simulator.ledger.invoice(invoice.id).paid_at or "").startswith(right)),
        same=paid_at(right + ".000Z"),
        other=paid_at("2026-02-01T00:00:00.000Z"),
        secrets=secrets_of(settings),
    )


# --- W6: a key of the provider's ------------------------------------------------------------------


def keyed_charge(*, clock: Clock, seed: int, behaviour: Mapping[str, Any]) -> World:
    """Charge once for each key."""
    simulator = KeyedSimulator(seed=seed, clock=clock, settle_seconds=SETTLE)
    settings = simulator.settings(URL)

    def charge(service: InvoiceService) -> Awaitable[object]:
        native = cast(KeyedAdapter, service.native)
        return service.write(native.charge("bank-1", 12_000), reference="bank-1")

    return World(
        simulator=simulator,
        provider="keyed",
        settings=settings,
        write="charge",
        line=f"POST {CHARGES}",
        act=charge,
        effects=lambda: len(simulator.ledger.charged),
        right=lambda result: cast(Any, result).value in ("c1", ""),  # no id where the answer was not kept
        registry=KeyedRegistry(),
        secrets=secrets_of(settings),
    )


# --- R1, R2: reads --------------------------------------------------------------------------------


def _reading(
    simulator: Simulator, settings: Mapping[str, object], invoices: Callable[[], set[str]], *, is_list: bool
) -> World:
    wanted = sorted(invoices())[0]

    async def one(service: InvoiceService) -> object:
        return await service.get_invoice(wanted)

    async def all_of_them(service: InvoiceService) -> object:
        return await service.list_invoices().snapshot()

    def right(result: object) -> bool:
        if is_list:
            return {invoice.id for invoice in cast(Any, result)} == invoices()
        return bool(cast(Any, result).id == wanted)

    return World(
        simulator=simulator,
        provider=simulator.name,
        settings=settings,
        write="list_invoices" if is_list else "get_invoice",
        line="GET */invoice*" if is_list else f"GET */{wanted}",
        act=all_of_them if is_list else one,
        effects=lambda: 0,
        right=right,
        secrets=secrets_of(settings),
    )


def _reader(provider: str, *, is_list: bool) -> Build:
    def build(*, clock: Clock, seed: int, behaviour: Mapping[str, Any]) -> World:
        if provider == "clockify":
            clockify, settings = clockify_with(clock, seed, behaviour)
            settings["page_size"] = 2
            return _reading(
                clockify, settings, lambda: {one.id for one in clockify.ledger.invoices()}, is_list=is_list
            )
        if provider == "asset":
            asset, settings = asset_with(clock, seed, behaviour)
            settings["page_size"] = 2
            return _reading(
                asset, settings, lambda: {one.id for one in asset.ledger.invoices()}, is_list=is_list
            )
        kukkingu, settings = kukkingu_with(clock, seed, behaviour)
        return _reading(
            kukkingu, settings, lambda: {one.id for one in kukkingu.ledger.invoices()}, is_list=is_list
        )

    return build


WORLDS: Mapping[str, Mapping[str, Build]] = {
    "W1": {"clockify": clockify_status, "asset": asset_status, "kukkingu": kukkingu_status},
    "W2": {"clockify": clockify_marks},
    "W3": {"kukkingu": kukkingu_paid_at},
    "W4": {"clockify": clockify_payment},
    "W5": {"asset transaction": asset_transaction, "asset application": asset_application},
    "W6": {"keyed": keyed_charge},
    "W7": {"clockify": clockify_invoice, "asset": asset_invoice, "kukkingu": kukkingu_invoice},
    "R1": {name: _reader(name, is_list=False) for name in ("clockify", "asset", "kukkingu")},
    "R2": {name: _reader(name, is_list=True) for name in ("clockify", "asset", "kukkingu")},
}
"""By operation, the providers it is tried on; of a write in two steps, each step."""
