"""A provider that refuses what it is told to, and says what it was asked."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import pytest

from invoicekit.batch import Item, ItemOutcome, Standing
from invoicekit.clock import LoopClock
from invoicekit.errors import InvoiceKitError, NotFound
from invoicekit.model import Outcome, WriteResult


class FakeProvider:
    """Applies chunks, all or nothing, as a strict provider does.

    Attributes:
        poison: Ids whose presence makes a chunk refused.
        script: Raised instead of answering, one for each request, before anything else.
        chunks: What was asked, in order.
        applied: How often each id took effect.
        busiest: Most requests ever under way together.
    """

    def __init__(self, poison: Iterable[str] = (), *, seconds: float = 0.05) -> None:
        self.poison = frozenset(poison)
        self.script: list[InvoiceKitError | None] = []
        self.chunks: list[tuple[str, ...]] = []
        self.applied: Counter[str] = Counter()
        self.under_way: Counter[str] = Counter()
        self.busiest = 0
        self.seconds = seconds
        self.refuse: Callable[[], InvoiceKitError] = lambda: NotFound("no such entry", status=400)

    async def send(self, part: tuple[Item[None], ...]) -> WriteResult[None]:
        ids = tuple(item.id for item in part)
        self.chunks.append(ids)
        number = len(self.chunks)
        self.under_way[part[0].lane] += 1
        self.busiest = max(self.busiest, self.under_way.total())
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.under_way[part[0].lane] -= 1
        if number <= len(self.script):
            planned = self.script[number - 1]
            if planned is not None:
                raise planned
        if self.poison.intersection(ids):
            raise self.refuse()
        self.applied.update(ids)
        return WriteResult(outcome=Outcome.APPLIED, value=None)


def as_items(ids: Iterable[str]) -> list[Item[None]]:
    return [Item(position=number, id=name, payload=None) for number, name in enumerate(ids, start=1)]


def by_standing(outcomes: Sequence[ItemOutcome[None]]) -> dict[Standing, list[str]]:
    grouped: dict[Standing, list[str]] = {}
    for outcome in sorted(outcomes, key=lambda each: each.position):
        grouped.setdefault(outcome.standing, []).append(outcome.id)
    return grouped


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


@pytest.fixture
def clock() -> LoopClock:
    return LoopClock()
