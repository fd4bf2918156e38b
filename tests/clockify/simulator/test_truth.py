"""Made-up data, the ledger, and the rows of the fault log."""

import tracemalloc

import pytest
from clockify_wire import clockify
from manual_clock import ManualClock

from invoicekit.simulate import Fault, FaultKind, FaultPlan
from invoicekit_clockify.simulator import ClockifySimulator

UNKNOWN = "0" * 24


def populated(seed: int, **order: object) -> ClockifySimulator:
    simulator = ClockifySimulator(seed=seed, clock=ManualClock())
    simulator.populate(order)
    return simulator


def test_the_same_seed_makes_the_same_data() -> None:
    """Ids, amounts and times, in every process."""
    first, second = (populated(3, invoices=5, time_entries=50) for _ in range(2))
    other = populated(4, invoices=5, time_entries=50)

    for kind in first.ledger.kinds:
        assert list(first.ledger.rows(kind)) == list(second.ledger.rows(kind))
    assert list(first.ledger.rows("invoices")) != list(other.ledger.rows("invoices"))


def test_orders_add_up() -> None:
    """A second order continues the first one."""
    whole = populated(3, time_entries=30)
    parts = populated(3, time_entries=10)
    parts.populate({"time_entries": 20})

    assert list(whole.ledger.rows("time-entries")) == list(parts.ledger.rows("time-entries"))


def test_made_up_invoices_can_be_paid() -> None:
    """SENT, of the amount and currency ordered, not yet due."""
    simulator = populated(1, invoices=2, amount_minor=500, currency="CHF")

    rows = list(simulator.ledger.rows("invoices"))
    assert [(row["status"], row["balance"], row["currency"]) for row in rows] == [("SENT", 500, "CHF")] * 2
    assert len({row["number"] for row in rows}) == 2


@pytest.mark.parametrize(
    "order",
    [{"unicorns": 1}, {"invoices": -1}, {"invoices": "5"}, {"amount_minor": 1.5}, {"status": "DRAFT"}],
)
def test_a_wrong_order_makes_nothing(order: dict[str, object]) -> None:
    """A misspelt member must not look like an empty provider."""
    simulator = ClockifySimulator(clock=ManualClock())

    with pytest.raises(ValueError, match=r"unicorns|count|amount|status"):
        simulator.populate(order)

    assert simulator.ledger.invoices() == []


def test_a_million_entries_fit() -> None:
    """About 25 bytes each, measured on a tenth; ids are computed, not kept."""
    tracemalloc.start()
    try:
        simulator = populated(1, time_entries=100_000)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < 100_000 * 40
    assert len(simulator.home.entries) == 100_000


def test_unknown_ids_are_no_entries() -> None:
    """Nor is a neighbour of the last one."""
    simulator = populated(1, time_entries=2)
    first, last = (entry.id for entry in simulator.ledger.entries())
    beyond = f"{last[:18]}{2:06x}"

    assert simulator.ledger.entry(first).invoiced is False
    for identifier in (beyond, UNKNOWN, first.upper(), first[:-1], first[:18] + "+00001", ""):
        with pytest.raises(KeyError):
            simulator.ledger.entry(identifier)


async def test_the_ledger_shows_what_is() -> None:
    """Payments, invoices and entries, one row each."""
    async with clockify() as api:
        entry = api.simulator.home.add_entry(start=0)
        await api.pay(5_000, note="ik:1")
        await api.mark([entry])
        rows = {
            kind: (await api.wire.send("GET", f"/_simulator/ledger/{kind}")).lines()
            for kind in ("payments", "invoices", "time-entries")
        }

    (payment,), (invoice,), (marked,) = rows["payments"], rows["invoices"], rows["time-entries"]
    assert (payment["invoice_id"], payment["amount"], payment["note"]) == (api.invoice_id, 5_000, "ik:1")
    assert (invoice["status"], invoice["paid"], invoice["balance"]) == ("PARTIALLY_PAID", 5_000, 7_000)
    assert (marked["id"], marked["invoiced"], marked["invoice_id"]) == (entry, True, None)


async def test_a_fault_row_names_the_write_it_struck() -> None:
    """A report's unknown row can be matched with it."""
    plan = FaultPlan.scripted(
        [
            Fault(kind=FaultKind.ERROR_AFTER, at="add_payment"),
            Fault(kind=FaultKind.ERROR_BEFORE, at="mark_time_entries"),
        ]
    )
    async with clockify(faults=plan) as api:
        await api.pay(5_000, note="ik:1")
        await api.mark([UNKNOWN])
        payment, mark = (await api.wire.send("GET", "/_simulator/faults")).lines()

    assert (payment["invoice_id"], payment["payment_note"], payment["amount"]) == (
        api.invoice_id,
        "ik:1",
        5_000,
    )
    assert payment["is_applied"] is True
    assert (mark["time_entry_ids"], mark["is_applied"]) == ([UNKNOWN], False)


async def test_a_wrong_body_names_another_invoice() -> None:
    """The payment is recorded, and the answer speaks of a stranger."""
    plan = FaultPlan.scripted([Fault(kind=FaultKind.WRONG_BODY, at="add_payment")])
    async with clockify(faults=plan) as api:
        other = api.simulator.home.add_invoice(amount_minor=5)
        reply = await api.pay(5_000)

    assert (reply.status, reply.json()["id"]) == (201, other.id)
    assert len(api.simulator.ledger.payments(api.invoice_id)) == 1


async def test_keys_are_in_no_record() -> None:
    """The log of requests names the header only."""
    async with clockify() as api:
        await api.invoice()

    assert api.simulator.requests[-1].credentials == ("X-Api-Key",)
    assert api.simulator.API_KEY not in repr(list(api.simulator.requests))


async def test_the_settings_lead_to_the_simulator() -> None:
    """What the command line prints is what an adapter needs."""
    async with clockify() as api:
        url = api.wire.running.url
        settings = api.simulator.settings(url)
        reply = await api.wire.send("GET", f"{str(settings['base_url']).removeprefix(url)}/v1/user")

    assert reply.status == 200
    assert (settings["workspace_id"], settings["api_key"]) == (api.simulator.home.id, "demo-key")
