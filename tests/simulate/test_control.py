"""How a test or a demo asks what really happened."""

from simulator_client import connected
from toy_simulator import WORDS, ToySimulator

from invoicekit.simulate import Fault, FaultKind, FaultPlan


async def test_the_ledger_streams_every_row() -> None:
    """One JSON object a line, however many."""
    simulator = ToySimulator()
    simulator.populate({"words": 1234})
    async with connected(simulator) as wire:
        reply = await wire.send("GET", "/_simulator/ledger/words")

    assert reply.headers["Content-Type"] == "application/x-ndjson"
    assert [row["word"] for row in reply.lines()] == simulator.ledger.words


async def test_an_unknown_ledger_is_named_with_the_known_ones() -> None:
    """So that a typing error does not look like an empty ledger."""
    async with connected(ToySimulator()) as wire:
        reply = await wire.send("GET", "/_simulator/ledger/sentences")

    assert (reply.status, reply.json()["kinds"]) == (404, ["words"])


async def test_faults_are_listed_with_their_targets() -> None:
    """A report can be checked: unknown only where a write was lost or refused."""
    plan = FaultPlan.scripted([Fault(kind=FaultKind.ERROR_AFTER, at="get_word")])
    simulator = ToySimulator(faults=plan)
    simulator.populate({"words": 1})
    async with connected(simulator) as wire:
        await wire.send("GET", WORDS + "/0")
        (row,) = (await wire.send("GET", "/_simulator/faults")).lines()

    assert (row["operation"], row["kind"], row["number"]) == ("get_word", "error-after", "0")
    assert (row["is_write"], row["is_applied"], row["status"]) == (False, False, 503)


async def test_faults_do_not_strike_control_routes() -> None:
    """A storm hits the provider's routes only."""
    plan = FaultPlan.scripted([Fault(kind=FaultKind.DROP_BEFORE, at="*", times=None)])
    async with connected(ToySimulator(faults=plan)) as wire:
        stats = await wire.stats()

    assert stats["faults"] == {}


async def test_stats_count_requests_by_operation_and_status() -> None:
    """Refused ones and unknown paths included."""
    async with connected(ToySimulator()) as wire:
        await wire.send("GET", WORDS)
        await wire.send("POST", WORDS, b"hello")
        await wire.send("POST", WORDS, b"")
        await wire.send("GET", "/nowhere")
        await wire.send("GET", WORDS, headers={"X-Toy-Key": "wrong"})
        stats = await wire.stats()

    assert stats["requests"] == 5
    assert stats["by_operation"] == {
        "add_word": {"201": 1, "400": 1},
        "list_words": {"200": 1, "401": 1},
        "unknown": {"404": 1},
    }


async def test_an_order_makes_data() -> None:
    """The answer says how much was made."""
    simulator = ToySimulator()
    async with connected(simulator) as wire:
        reply = await wire.send("POST", "/_simulator/seed", {"words": 3})

    assert reply.json() == {"words": 3}
    assert len(simulator.ledger.words) == 3


async def test_a_bad_order_is_refused() -> None:
    """What cannot be read, and what the simulator does not know."""
    async with connected(ToySimulator()) as wire:
        replies = [
            await wire.send("POST", "/_simulator/seed", body) for body in (b"{", [1], {"words": "three"})
        ]

    assert [reply.status for reply in replies] == [400, 400, 400]
