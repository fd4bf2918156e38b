"""What a history needs of a provider: what can be asked of it, and what its books say of each thing asked."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

import attrs
from fault_world import Act
from history_script import Spec

from invoicekit.clock import Clock
from invoicekit.guard import derived_reference, marker_of
from invoicekit.journal import IntentKey
from invoicekit.model import Money
from invoicekit.simulate import Simulator

PAID_AT = datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC)


def _always(_: object) -> bool:
    return True


@attrs.frozen(kw_only=True)
class Deed:
    """One thing asked of a provider.

    Attributes:
        aim: The one effect it is about: the same for everything under one reference, or on one target.
        target: What the guard takes for its target, roughly: calls of one target are ordered.
        held: How often the aim stands in the books, in whole or in part.
        is_there: Whether exactly this stands there.
        last: The operation that completes it, as the simulator names it.
        is_right: Whether what the call returned is the truth.
        is_keyless: Nothing tells its effect from another; it is never to be repeated.
        is_blind: No read shows its effect, so that it is sent each time.
        parts: How many writes of one kind it takes: lines, stretches of time.
        items: Of a batch that is reported item by item, those that stand as asked for.
    """

    act: Act
    aim: str
    target: str
    held: Callable[[], int]
    is_there: Callable[[], bool]
    last: str
    is_append: bool = True
    is_keyless: bool = False
    is_blind: bool = False
    is_right: Callable[[object], bool] = _always
    parts: int = 1
    items: Callable[[], frozenset[str]] = frozenset


class HistoryWorld(Protocol):
    """A provider with enough in it for a history.

    Attributes:
        settings: What the adapter must be told.
        strangers: What somebody else may do, by name, with the targets it is done to.
    """

    @property
    def simulator(self) -> Simulator:
        """What plays it."""
        ...

    @property
    def provider(self) -> str:
        """Its adapter's name."""
        ...

    settings: Mapping[str, object]
    strangers: Mapping[str, tuple[str, Callable[[], object]]]

    def deed(self, spec: Spec) -> Deed:
        """Return what a spec means here."""
        ...

    def strays(self) -> Sequence[str]:
        """Name what stands where nobody asked for it."""
        ...

    def rows(self) -> Sequence[str]:
        """Name everything that must never vanish: payments, invoices, refunds."""
        ...


class BuildWorld(Protocol):
    """Makes a world."""

    def __call__(
        self, *, clock: Clock, seed: int, behaviour: Mapping[str, object], page_size: int | None
    ) -> HistoryWorld:
        """Make one."""
        ...


class DrawSpec(Protocol):
    """Draws what is asked for next; it depends on nothing that happens."""

    def __call__(self, draw: random.Random, *, is_shared: bool) -> Spec:
        """Draw one.

        Args:
            is_shared: The writer's journal outlives it, so that it may do what nothing but a journal can
                tell from another.
        """
        ...


def marker(world_provider: str, account: str, operation: str, reference: str) -> str:
    """Return the marker that a write under this reference carries."""
    return marker_of(IntentKey(world_provider, account, operation, reference))


def derived_marker(provider: str, account: str, invoice_id: str, amount: Money, repeat: int) -> str:
    """Return the marker of a payment whose caller gave no reference."""
    reference = derived_reference(invoice_id, amount, PAID_AT, "", repeat)
    return marker(provider, account, "record_payment", reference)
