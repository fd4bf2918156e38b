"""One request finds out whether any can work: what was never sent finds out nothing."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicekit.batch import Batch, Item, ItemOutcome, Standing
from invoicekit.clock import LoopClock
from invoicekit.errors import AuthenticationError, CurrencyMismatch, InvalidIdentifier, UsageError
from invoicekit.model import WriteResult

from .conftest import FakeProvider, as_items, by_standing

pytestmark = pytest.mark.looptime


class Sieve:
    """Refuses some ids before the provider is asked."""

    def __init__(self, provider: FakeProvider, refused: set[str], error: type[UsageError]) -> None:
        self.provider = provider
        self.refused = refused
        self.error = error

    async def send(self, part: tuple[Item[None], ...]) -> WriteResult[None]:
        await asyncio.sleep(0)
        if self.refused.intersection(item.id for item in part):
            raise self.error("cannot be sent")
        return await self.provider.send(part)


async def outcomes_of(sieve: Sieve, ids: list[str], width: int = 8) -> list[ItemOutcome[None]]:
    return [one async for one in Batch(as_items(ids), sieve.send, clock=LoopClock(), size=1, width=width)]


async def test_an_impossible_first_row_does_not_open_the_gate(provider: FakeProvider) -> None:
    """Rows that nobody was asked about prove no key: the wrong key still costs one request."""
    provider.script = [AuthenticationError("wrong key", status=401)] * 50
    ids = [f"id{number}" for number in range(40)]

    outcomes = await outcomes_of(Sieve(provider, {"id0", "id1"}, InvalidIdentifier), ids)

    assert len(provider.chunks) == 1
    grouped = by_standing(outcomes)
    assert grouped[Standing.REJECTED] == ["id0", "id1"]
    assert len(grouped[Standing.NOT_ATTEMPTED]) == 38


async def test_a_refusal_that_took_a_read_opens_it(provider: FakeProvider) -> None:
    """A currency is compared with what was read: the key works, and the others go side by side."""
    ids = [f"id{number}" for number in range(9)]

    await outcomes_of(Sieve(provider, {"id0"}, CurrencyMismatch), ids)

    assert provider.busiest == 8


@given(refused=st.sets(st.integers(min_value=0, max_value=29)), width=st.integers(min_value=1, max_value=6))
@settings(deadline=None, max_examples=50)
async def test_the_gate_always_opens(refused: set[int], width: int) -> None:
    """Whichever rows are impossible, the rest is sent, once each, and the job ends."""
    provider = FakeProvider()
    ids = [f"id{number}" for number in range(30)]
    bad = {f"id{number}" for number in refused}

    outcomes = await asyncio.wait_for(outcomes_of(Sieve(provider, bad, InvalidIdentifier), ids, width), 60)

    assert {one.id for one in outcomes if one.standing is Standing.REJECTED} == bad
    assert provider.applied == dict.fromkeys(set(ids) - bad, 1)


async def test_stopping_frees_those_who_wait_for_the_scout(provider: FakeProvider) -> None:
    """Nobody waits for an answer that will not come any more."""
    batch = Batch(as_items([f"id{number}" for number in range(20)]), provider.send, clock=LoopClock(), size=1)
    outcomes = []
    async for outcome in batch:
        outcomes.append(outcome)
        batch.stop()

    assert len(outcomes) == 20
