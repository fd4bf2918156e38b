"""Reading which ids are unknown: two requests more for a bad chunk, and none for the others."""

from collections.abc import Iterable
from random import Random

import pytest

from invoicekit.batch import Batch, Item, Standing
from invoicekit.clock import LoopClock
from invoicekit.errors import InvoiceKitError, Unavailable

from .conftest import FakeProvider, as_items, by_standing

pytestmark = pytest.mark.looptime

_SIZE = 200


def names(count: int) -> list[str]:
    return [f"{number:024x}" for number in range(count)]


class Reader:
    """Reads what the provider does not know, or less than that."""

    def __init__(self, unknown: Iterable[str], *, failure: InvoiceKitError | None = None) -> None:
        self.unknown = frozenset(unknown)
        self.failure = failure
        self.reads = 0

    async def read(self, part: tuple[Item[None], ...]) -> frozenset[str] | None:
        self.reads += 1
        if self.failure is not None:
            raise self.failure
        return self.unknown & {item.id for item in part}


async def played(provider: FakeProvider, reader: Reader, ids: list[str]) -> dict[Standing, list[str]]:
    batch = Batch(as_items(ids), provider.send, clock=LoopClock(), size=_SIZE, width=4, screen=reader.read)
    return by_standing([outcome async for outcome in batch])


async def test_a_hundred_strangers_among_a_hundred_thousand() -> None:
    """Exactly those are rejected, at two requests for each chunk that holds some."""
    ids = names(100_000)
    poison = [ids[number] for number in sorted(Random(7).sample(range(len(ids)), 100))]
    bad_chunks = len({ids.index(one) // _SIZE for one in poison})
    provider, reader = FakeProvider(poison), Reader(poison)

    ended = await played(provider, reader, ids)

    assert ended[Standing.REJECTED] == poison
    assert len(ended[Standing.APPLIED]) == 99_900
    assert set(provider.applied.values()) == {1}
    assert len(provider.chunks) + reader.reads <= len(ids) // _SIZE + 2 * bad_chunks


async def test_a_stranger_says_that_it_is_unknown() -> None:
    """The reason is one a person can act on, and its cause a class a program can."""
    provider, reader = FakeProvider("b"), Reader("b")
    batch = Batch(as_items("abc"), provider.send, clock=LoopClock(), screen=reader.read)

    outcomes = [outcome async for outcome in batch]

    (bad,) = [outcome for outcome in outcomes if outcome.standing is Standing.REJECTED]
    assert (bad.id, bad.cause) == ("b", "NotFound")
    assert "knows nothing by this id" in bad.reason


async def test_where_most_chunks_are_bad_the_read_comes_first() -> None:
    """Then a bad chunk costs a read and a write: one chunk in twenty entries is no longer sent in vain."""
    ids = names(20_000)
    poison = [one for number, one in enumerate(ids) if number % 20 == 3]
    provider, reader = FakeProvider(poison), Reader(poison)

    ended = await played(provider, reader, ids)

    chunks = len(ids) // _SIZE
    assert ended[Standing.REJECTED] == poison
    assert chunks <= len(provider.chunks) <= chunks + 16
    assert reader.reads == chunks


async def test_the_read_stops_coming_first_where_chunks_are_good_again() -> None:
    """A bad stretch at the start does not double the cost of the rest."""
    ids = names(20_000)
    poison = ids[5:4000:20]
    reader = Reader(poison)

    await played(FakeProvider(poison), reader, ids)

    assert reader.reads <= 4000 // _SIZE + 16


async def test_what_the_read_does_not_show_is_found_by_halving() -> None:
    """A refusal for another reason than an unknown id: one read in vain, then halves."""
    ids = names(200)
    provider, reader = FakeProvider({ids[77]}), Reader(())

    ended = await played(provider, reader, ids)

    assert ended[Standing.REJECTED] == [ids[77]]
    assert reader.reads == 1
    assert len(provider.chunks) <= 1 + 2 * 8


async def test_a_read_that_fails_costs_nothing_but_itself() -> None:
    """Halving needs no read."""
    ids = names(200)
    provider, reader = FakeProvider({ids[77]}), Reader((), failure=Unavailable("away"))

    ended = await played(provider, reader, ids)

    assert ended[Standing.REJECTED] == [ids[77]]
    assert len(ended[Standing.APPLIED]) == 199


async def test_a_chunk_of_strangers_alone_is_not_sent_again() -> None:
    """What is left of it is nothing."""
    ids = names(200)
    provider, reader = FakeProvider(ids), Reader(ids)

    ended = await played(provider, reader, ids)

    assert ended[Standing.REJECTED] == ids
    assert (len(provider.chunks), reader.reads) == (1, 1)
