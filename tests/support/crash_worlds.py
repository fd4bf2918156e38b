"""A provider for each call that is killed, in each of its moods, and what its ledger says at the end."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

import attrs
from crash_calls import NUMBER

from invoicekit.simulate import Fault, FaultKind, FaultPlan, Rate, RequestLog, RequestRecord, Simulator
from invoicekit_asset.simulator import AssetSimulator
from invoicekit_clockify.simulator import Behaviour as ClockifyBehaviour
from invoicekit_clockify.simulator import ClockifySimulator
from invoicekit_clockify.simulator.invoice import Payment
from invoicekit_kukkingu.simulator import Behaviour as KukkinguBehaviour
from invoicekit_kukkingu.simulator import KukkinguSimulator

FREE = Rate.parse("none")
LATE_SECONDS = 0.1
"""How late a write takes effect that got no answer, and how long reads lag, where the mood is such."""

SETTLE_SECONDS = 0.3
"""The settle bound where something may come late; elsewhere a third of it."""


class Mood(StrEnum):
    """What the provider does with the first send of each write."""

    OK = "answers"
    APPLIED_DROPPED = "applies it, then drops the line"
    DROPPED = "drops the line before it applies it"
    APPLIED_502 = "answers 502, having applied it"
    REFUSED_502 = "answers 502, having applied nothing"
    LATE = "drops the line and applies it late"
    LAG = "answers, and reads lag"
    GARBAGE = "answers 201 with an unreadable body"
    THROTTLED = "answers 429"
    REFUSED = "answers 400, each time"

    @property
    def needs_time(self) -> bool:
        """Whether a settle bound has something to wait for."""
        return self in {Mood.LATE, Mood.LAG}


_FAULTS: Mapping[Mood, Callable[[str], Fault]] = MappingProxyType(
    {
        Mood.APPLIED_DROPPED: lambda at: Fault(kind=FaultKind.DROP_AFTER, at=at),
        Mood.DROPPED: lambda at: Fault(kind=FaultKind.DROP_BEFORE, at=at, is_reset=True),
        Mood.APPLIED_502: lambda at: Fault(kind=FaultKind.ERROR_AFTER, at=at, status=502),
        Mood.REFUSED_502: lambda at: Fault(kind=FaultKind.ERROR_BEFORE, at=at, status=502),
        Mood.LATE: lambda at: Fault(kind=FaultKind.LATE, at=at, seconds=LATE_SECONDS),
        Mood.GARBAGE: lambda at: Fault(kind=FaultKind.GARBAGE, at=at),
        Mood.THROTTLED: lambda at: Fault(kind=FaultKind.THROTTLE_RETRY_AFTER, at=at, retry_after="0.05"),
    }
)


@attrs.frozen(kw_only=True)
class World:
    """A provider with everything one call needs.

    Attributes:
        settings: How to reach it at a URL.
        ids: What the call acts on.
        effects: How often the effect stands there, whole.
        most: How often any part of it stands there.
    """

    simulator: Simulator
    settings: Callable[[str], Mapping[str, object]]
    ids: Sequence[str]
    effects: Callable[[], int]
    most: Callable[[], int]

    def __attrs_post_init__(self) -> None:
        """Watch the requests that come in."""
        self.simulator.requests = WatchedLog()

    async def has_seen(self, writes: int) -> None:
        """Wait until the provider has seen so many writes."""
        log = self.simulator.requests
        assert isinstance(log, WatchedLog)
        async with asyncio.timeout(30.0):
            while self.writes() < writes:
                log.news.clear()
                await log.news.wait()

    def writes(self) -> int:
        """Return how many writes the provider has seen, refused ones included."""
        names = {route.operation for route in self.simulator.routes() if route.is_write}
        counts = self.simulator.tally.by_operation
        return sum(sum(counts[name].values()) for name in names & set(counts))


class WatchedLog(RequestLog):
    """A simulator's log of requests that tells when there is news."""

    def __init__(self) -> None:
        super().__init__(4096)
        self.news = asyncio.Event()

    def append(self, record: RequestRecord) -> None:
        super().append(record)
        self.news.set()


class Build(Protocol):
    """Makes a world in a mood."""

    def __call__(self, mood: Mood) -> World:
        """Make one."""
        ...


def _plan(mood: Mood, *writes: str) -> FaultPlan:
    return FaultPlan.scripted([_FAULTS[mood](at) for at in writes]) if mood in _FAULTS else FaultPlan.none()


def _shared(mood: Mood) -> dict[str, Any]:
    return {"seed": 7, "rate": FREE, "settle_seconds": SETTLE_SECONDS / (1 if mood.needs_time else 3)}


def _clockify(mood: Mood, *writes: str, **behaviour: Any) -> ClockifySimulator:
    lag = LATE_SECONDS if mood is Mood.LAG else 0.0
    return ClockifySimulator(
        faults=_plan(mood, *writes),
        behaviour=ClockifyBehaviour(payment_lag_seconds=lag, **behaviour),
        **_shared(mood),
    )


def _reached(simulator: Simulator, **more: object) -> Callable[[str], Mapping[str, object]]:
    return lambda url: {**simulator.settings(url), "rate": "5000/s", **more}


def _ours(simulator: ClockifySimulator, invoice_id: str) -> int:
    return sum("ik:" in payment.note for payment in simulator.ledger.payments(invoice_id))


# --- payments at Clockify -------------------------------------------------------------------------


def pay(mood: Mood) -> World:
    """An invoice that holds three payments already, so that its list has two pages of two rows."""
    simulator = _clockify(mood, "add_payment", overpayment="refuse")
    invoice = _owed(simulator, 400 if mood is Mood.REFUSED else 10_000)

    def ours() -> int:
        return _ours(simulator, invoice)

    settings = _reached(simulator, page_size=2)
    return World(simulator=simulator, settings=settings, ids=[invoice], effects=ours, most=ours)


def pay_all(mood: Mood) -> World:
    """Three invoices to be paid at once."""
    simulator = _clockify(mood, "add_payment")
    invoices = [_owed(simulator, 10_000) for _ in range(3)]

    def counts() -> list[int]:
        return [_ours(simulator, invoice) for invoice in invoices]

    return World(
        simulator=simulator,
        settings=_reached(simulator, page_size=2),
        ids=invoices,
        effects=lambda: min(counts()),
        most=lambda: max(counts()),
    )


def _owed(simulator: ClockifySimulator, amount_minor: int) -> str:
    invoice = simulator.home.add_invoice(amount_minor=amount_minor, status="SENT")
    for number in range(3):
        _pay_by_hand(simulator, invoice, 100 + number)
    return invoice.id


def _pay_by_hand(simulator: ClockifySimulator, invoice: Any, amount: int) -> str:
    payment = Payment(
        id=simulator.home.new_id("payment"),
        amount=amount,
        note="by hand",
        date=1_767_225_600,
        author=simulator.USER_ID,
        recorded_at=0.0,
        status_before=invoice.status,
    )
    invoice.add_payment(payment)
    return payment.id


# --- other writes at Clockify ---------------------------------------------------------------------


def void(mood: Mood) -> World:
    """An invoice to be voided."""
    simulator = _clockify(mood, "set_status")
    invoice = simulator.home.add_invoice(amount_minor=10_000, status="SENT")

    def done() -> int:
        return int(invoice.status == "VOID")

    return World(simulator=simulator, settings=_reached(simulator), ids=[invoice.id], effects=done, most=done)


def mark(mood: Mood) -> World:
    """Five stretches of time to be marked."""
    simulator = _clockify(mood, "mark_time_entries")
    entries = [simulator.home.add_entry(start=1_767_225_600 + 4000 * number) for number in range(5)]

    def marked() -> list[bool]:
        return [simulator.ledger.entry(entry).invoiced for entry in entries]

    return World(
        simulator=simulator,
        settings=_reached(simulator),
        ids=entries,
        effects=lambda: int(all(marked())),
        most=lambda: int(any(marked())),
    )


def create(mood: Mood) -> World:
    """A client to be invoiced: the invoice, what completes it, and three lines."""
    simulator = _clockify(mood, "create_invoice", "update_invoice", "add_item")
    client = simulator.home.add_client("Acme")

    def found() -> list[Any]:
        return [one for one in simulator.ledger.invoices() if one.number == NUMBER]

    def lines() -> list[str]:
        return sorted(item.description for one in found() for item in one.items)

    def is_whole() -> bool:
        return lines() == ["a", "a", "b"] and found()[0].note == "Thank you"

    return World(
        simulator=simulator,
        settings=_reached(simulator),
        ids=[client.id],
        effects=lambda: len(found()) if is_whole() else 0,
        most=lambda: max(len(found()), lines().count("a") - 1, lines().count("b")),
    )


def delete_payment(mood: Mood) -> World:
    """A payment to be deleted from among three."""
    simulator = _clockify(mood, "delete_payment")
    invoice = simulator.home.add_invoice(amount_minor=10_000, status="SENT")
    payments = [_pay_by_hand(simulator, invoice, 100 + number) for number in range(3)]

    def gone() -> int:
        return 3 - len(invoice.payments)

    return World(
        simulator=simulator,
        settings=_reached(simulator, page_size=2),
        ids=[invoice.id, payments[1]],
        effects=lambda: gone() * (payments[1] not in {one.id for one in invoice.payments}),
        most=gone,
    )


# --- the other providers --------------------------------------------------------------------------


def asset_pay(mood: Mood) -> World:
    """An invoice to be paid in two steps: a transaction, then its application."""
    simulator = AssetSimulator(
        faults=_plan(mood, "create_transactions", "apply_payment"), tenant_rate=FREE, **_shared(mood)
    )
    invoice = simulator.home.add_invoice("120.00", ledger_id=AssetSimulator.LEDGER_ID)

    def money() -> list[str]:
        found = simulator.ledger.transactions()
        return [one.id for one in found if (one.external_id or "").startswith("ik:")]

    def rows() -> int:
        return len(simulator.ledger.payments(invoice.id))

    return World(
        simulator=simulator,
        settings=_reached(simulator, page_size=2),
        ids=[invoice.id],
        effects=rows,
        most=lambda: max(rows(), len(money())),
    )


def kukkingu_mark(mood: Mood) -> World:
    """Two time entries to be hung on a line, each written anew as a whole."""
    simulator = KukkinguSimulator(
        faults=_plan(mood, "replace_time_entry"), behaviour=KukkinguBehaviour(), **_shared(mood)
    )
    entries = [
        simulator.home.add_entry(simulator.project.id, description=f"work {number}").id for number in range(2)
    ]

    def linked() -> list[bool]:
        line = simulator.time_line.id
        return [simulator.ledger.entry(entry).billable_id == line for entry in entries]

    def kept() -> bool:
        return [simulator.ledger.entry(entry).description for entry in entries] == ["work 0", "work 1"]

    return World(
        simulator=simulator,
        settings=_reached(simulator),
        ids=entries,
        effects=lambda: int(all(linked()) and kept()),
        most=lambda: int(any(linked())),
    )


WORLDS: Mapping[str, tuple[str, str, Build]] = MappingProxyType(
    {
        "pay": ("clockify", "pay", pay),
        "pay all": ("clockify", "pay_all", pay_all),
        "void": ("clockify", "void", void),
        "mark": ("clockify", "mark", mark),
        "create": ("clockify", "create", create),
        "delete": ("clockify", "delete_payment", delete_payment),
        "asset pay": ("asset", "pay_dollars", asset_pay),
        "kukkingu mark": ("kukkingu", "mark", kukkingu_mark),
    }
)
"""By name: the provider, the call, and what makes the world."""
