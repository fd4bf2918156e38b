"""What the matrix needs of a world: a provider, a call, and what the provider's ledger says of it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import attrs

from invoicekit import InvoiceService
from invoicekit.clock import Clock
from invoicekit.registry import Registry
from invoicekit.simulate import Rate, Simulator
from invoicekit_asset.simulator import AssetSimulator
from invoicekit_asset.simulator import Behaviour as AssetBehaviour
from invoicekit_clockify.simulator import Behaviour as ClockifyBehaviour
from invoicekit_clockify.simulator import ClockifySimulator
from invoicekit_kukkingu.simulator import Behaviour as KukkinguBehaviour
from invoicekit_kukkingu.simulator import KukkinguSimulator

SETTLE = 6.0
"""Seconds within which a write without an answer takes effect, where the provider keeps its word."""

URL = "http://127.0.0.1:9"
PAID_AT = datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC)
BY_HAND = "by hand"
_FREE = Rate.parse("none")

Act = Callable[[InvoiceService], Awaitable[object]]


def _nothing() -> None:
    """Change nothing."""


@attrs.define(kw_only=True)
class World:
    """A provider with everything one operation needs, and the operation.

    Attributes:
        write: The simulator's name of the request that matters.
        line: Its verb and path, for the line; a read's own where the operation is one.
        act: Does the operation, under the same reference each time.
        effects: How often the effect asked for stands in the ledger.
        copies: As `effects`, or more where a part of it stands more often.
        is_whole: Tells whether no part of the effect is missing.
        same: Another writer does what looks the same; whether that is a reason to send nothing differs.
        other: Another writer sets something else.
        right: Tells whether what the call returned is the truth.
        poison: As `act`, with one part that the provider refuses.
        look: Verifies what the operation itself cannot.
    """

    simulator: Simulator
    provider: str
    settings: Mapping[str, object]
    write: str
    line: str
    act: Act
    effects: Callable[[], int]
    copies: Callable[[], int] | None = None
    is_whole: Callable[[], bool] = lambda: True
    same: Callable[[], object] = _nothing
    other: Callable[[], object] = _nothing
    right: Callable[[object], bool] = lambda _: True
    poison: Act | None = None
    look: Act | None = None
    registry: Registry | None = None
    secrets: tuple[str, ...] = ()

    def most(self) -> int:
        """Return how often it stands there, in whole or in part."""
        return max(self.effects(), 0 if self.copies is None else self.copies())


class Build(Protocol):
    """Makes a world."""

    def __call__(self, *, clock: Clock, seed: int, behaviour: Mapping[str, Any]) -> World:
        """Make one, with these oddities of the provider."""
        ...


def clockify_with(
    clock: Clock, seed: int, behaviour: Mapping[str, Any]
) -> tuple[ClockifySimulator, dict[str, object]]:
    simulator = ClockifySimulator(
        seed=seed,
        clock=clock,
        settle_seconds=SETTLE,
        rate=_FREE,
        behaviour=ClockifyBehaviour(**behaviour),
    )
    simulator.home.add_client("Acme")
    for _ in range(3):
        simulator.home.add_invoice(amount_minor=5_000, status="SENT")
    return simulator, {**simulator.settings(URL), "item_type": "Service", "rate": "1000/s"}


def asset_with(
    clock: Clock, seed: int, behaviour: Mapping[str, Any]
) -> tuple[AssetSimulator, dict[str, object]]:
    simulator = AssetSimulator(
        seed=seed,
        clock=clock,
        settle_seconds=SETTLE,
        rate=_FREE,
        tenant_rate=_FREE,
        behaviour=AssetBehaviour(**behaviour),
    )
    customer = simulator.home.add_customer("Acme")
    for _ in range(3):
        simulator.home.add_invoice("50.00", customer_id=customer.id, ledger_id=AssetSimulator.LEDGER_ID)
    return simulator, {**simulator.settings(URL), "rate": "1000/s"}


def kukkingu_with(
    clock: Clock, seed: int, behaviour: Mapping[str, Any]
) -> tuple[KukkinguSimulator, dict[str, object]]:
    simulator = KukkinguSimulator(
        seed=seed,
        clock=clock,
        settle_seconds=SETTLE,
        rate=_FREE,
        behaviour=KukkinguBehaviour(**behaviour),
    )
    simulator.home.add_invoice(simulator.contract.id, number="K-OTHER", amount_minor=500, status="FINALIZED")
    return simulator, {**simulator.settings(URL), "rate": "1000/s"}


def secrets_of(settings: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(settings[name]) for name in ("api_key", "client_secret", "token") if name in settings)
