"""Worlds in which every send adds something: payments, and invoices under a number."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from fault_world import (
    BY_HAND,
    PAID_AT,
    Act,
    World,
    asset_with,
    clockify_with,
    kukkingu_with,
    secrets_of,
)

from invoicekit import Money, NewLineItem
from invoicekit.clock import Clock
from invoicekit_asset.simulator import AssetSimulator
from invoicekit_clockify.simulator.invoice import Payment

# --- W3, W4, W5: payments -------------------------------------------------------------------------


def pay(invoice_id: str, amount: Money) -> Act:
    return lambda service: service.record_payment(invoice_id, amount, paid_at=PAID_AT, reference="bank-1")


def clockify_payment(*, clock: Clock, seed: int, behaviour: Mapping[str, Any]) -> World:
    """Record a payment that nothing but its marker tells from another."""
    simulator, settings = clockify_with(clock, seed, behaviour)
    invoice = simulator.home.add_invoice(amount_minor=24_000, status="SENT")

    def ours() -> int:
        return sum(payment.note != BY_HAND for payment in simulator.ledger.payments(invoice.id))

    def by_hand() -> None:
        invoice.add_payment(
            Payment(
                id=simulator.home.new_id("payment"),
                amount=12_000,
                note=BY_HAND,
                date=int(PAID_AT.timestamp()),
                author=simulator.USER_ID,
                recorded_at=clock.monotonic(),
                status_before=invoice.status,
            )
        )

    return World(
        simulator=simulator,
        provider="clockify",
        settings=settings,
        write="add_payment",
        line="POST */payments",
        act=pay(invoice.id, Money("120.00", "EUR")),
        effects=ours,
        same=by_hand,
        right=lambda result: cast(Any, result).value.amount == Money("120.00", "EUR"),
        secrets=secrets_of(settings),
    )


def _asset_payment(step: str, line: str, *, clock: Clock, seed: int, behaviour: Mapping[str, Any]) -> World:
    simulator, settings = asset_with(clock, seed, behaviour)
    invoice = simulator.home.add_invoice("120.00", ledger_id=AssetSimulator.LEDGER_ID)

    def ours() -> list[str]:
        found = simulator.ledger.transactions()
        return [one.id for one in found if (one.external_id or "").startswith("ik:")]

    def rows() -> int:
        return sum(row.transaction_id in ours() for row in simulator.ledger.payments(invoice.id))

    return World(
        simulator=simulator,
        provider="asset",
        settings=settings,
        write=step,
        line=line,
        act=pay(invoice.id, Money("120.00", "USD")),
        effects=rows,
        copies=lambda: len(ours()),
        same=lambda: simulator.feed("120.00"),
        secrets=secrets_of(settings),
    )


def asset_transaction(*, clock: Clock, seed: int, behaviour: Mapping[str, Any]) -> World:
    """Record a payment; its first step is what goes wrong."""
    line = "POST */transactions*"
    return _asset_payment("create_transactions", line, clock=clock, seed=seed, behaviour=behaviour)


def asset_application(*, clock: Clock, seed: int, behaviour: Mapping[str, Any]) -> World:
    """Record a payment; its second step is what goes wrong."""
    line = "POST */invoice-payment"
    return _asset_payment("apply_payment", line, clock=clock, seed=seed, behaviour=behaviour)


# --- W7: create an invoice by its number ----------------------------------------------------------


def _create(customer_id: str, currency: str, kind: str | None, name: str | None = "Work") -> Act:
    lines = (
        ()
        if name is None
        else (
            NewLineItem(description=name, quantity=Decimal(1), unit_price=Money("120", currency), kind=kind),
        )
    )
    return lambda service: service.create_invoice(
        number="N-1",
        customer_id=customer_id,
        currency=currency,
        issue_date=date(2026, 3, 1),
        due_date=date(2026, 3, 31),
        line_items=lines,
    )


def clockify_invoice(*, clock: Clock, seed: int, behaviour: Mapping[str, Any]) -> World:
    """Create an invoice; its line is a write of its own."""
    simulator, settings = clockify_with(clock, seed, behaviour)
    home = simulator.home
    ours, theirs = home.add_client("Ours"), home.add_client("Theirs")

    def numbered() -> list[str]:
        found = simulator.ledger.invoices()
        return [one.id for one in found if one.number == "N-1" and one.client_id == ours.id]

    return World(
        simulator=simulator,
        provider="clockify",
        settings=settings,
        write="create_invoice",
        line="POST */invoices",
        act=_create(ours.id, "EUR", "Service"),
        effects=lambda: len(numbered()),
        is_whole=lambda: all(simulator.ledger.invoice(one).items for one in numbered()),
        other=lambda: home.add_invoice(client_id=theirs.id, number="N-1"),
        right=lambda result: [cast(Any, result).value.id] == numbered(),
        secrets=secrets_of(settings),
    )


def asset_invoice(*, clock: Clock, seed: int, behaviour: Mapping[str, Any]) -> World:
    """Create an invoice with its lines."""
    simulator, settings = asset_with(clock, seed, behaviour)
    home = simulator.home
    ours, theirs = home.add_customer("Ours"), home.add_customer("Theirs")

    def numbered() -> list[str]:
        found = simulator.ledger.invoices()
        return [one.id for one in found if one.number == "N-1" and one.customer_id == ours.id]

    return World(
        simulator=simulator,
        provider="asset",
        settings=settings,
        write="create_invoices",
        line="POST */invoice",
        act=_create(ours.id, "USD", AssetSimulator.LEDGER_ID),
        effects=lambda: len(numbered()),
        other=lambda: home.add_invoice(
            "1", customer_id=theirs.id, number="N-1", ledger_id=AssetSimulator.LEDGER_ID
        ),
        right=lambda result: [cast(Any, result).value.id] == numbered(),
        secrets=secrets_of(settings),
    )


def kukkingu_invoice(*, clock: Clock, seed: int, behaviour: Mapping[str, Any]) -> World:
    """Create an invoice in the configured contract; its line is a write of its own."""
    simulator, settings = kukkingu_with(clock, seed, behaviour)
    home = simulator.home
    elsewhere = home.add_contract(home.add_client("Theirs").id, "Other")

    def numbered() -> list[str]:
        found = simulator.ledger.invoices("N-1")
        return [one.id for one in found if one.contract_id == simulator.contract.id]

    return World(
        simulator=simulator,
        provider="kukkingu",
        settings=settings,
        write="create_invoice",
        line="POST */invoices",
        act=_create(simulator.client.id, "EUR", None),
        effects=lambda: len(numbered()),
        is_whole=lambda: all(simulator.ledger.billables(one) for one in numbered()),
        other=lambda: home.add_invoice(elsewhere.id, number="N-1"),
        right=lambda result: [cast(Any, result).value.id] == numbered(),
        secrets=secrets_of(settings),
    )
