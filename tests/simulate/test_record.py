"""What a simulator remembers of its requests."""

from simulator_client import connected
from toy_simulator import WORDS, ToySimulator


async def test_keys_are_recorded_by_name_only() -> None:
    """A log of requests must not become a list of secrets."""
    simulator = ToySimulator()
    headers = {"X-Toy-Key": "very-secret", "Idempotency-Key": "abc"}
    async with connected(simulator, headers) as wire:
        await wire.send("POST", WORDS, b"hello", query={"page": "1"})

    (record,) = simulator.requests
    assert record.credentials == ("X-Toy-Key",)
    assert "very-secret" not in repr(record)
    assert (record.method, record.path, record.query) == ("POST", WORDS, {"page": ["1"]})
    assert (record.body, record.status) == (b"hello", 201)
    assert record.headers["idempotency-key"] == "abc"


async def test_old_requests_are_forgotten() -> None:
    """A long run stays in bounded memory; the counts go on."""
    simulator = ToySimulator(keep_requests=2)
    async with connected(simulator) as wire:
        for path in ("/a", "/b", "/c"):
            await wire.send("GET", path)

    assert [record.path for record in simulator.requests] == ["/b", "/c"]
    assert [record.path for record in simulator.requests[-1:]] == ["/c"]
    assert simulator.tally.by_operation["unknown"]["404"] == 3


async def test_requests_of_one_operation_are_picked() -> None:
    """The question that most tests ask."""
    simulator = ToySimulator()
    async with connected(simulator) as wire:
        await wire.send("GET", WORDS)
        await wire.send("POST", WORDS, b"hello")

    assert [record.status for record in simulator.requests.of("add_word")] == [201]
