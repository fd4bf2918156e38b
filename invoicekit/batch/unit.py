"""What is sent as one request, and the items that share its fate."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import attrs

from invoicekit.batch.outcome import Earlier, Item, ItemOutcome, Standing
from invoicekit.errors import InvoiceKitError, UsageError
from invoicekit.model import Outcome, WriteResult

T = TypeVar("T")

_STANDING_OF = {
    Outcome.APPLIED: Standing.APPLIED,
    Outcome.ALREADY_APPLIED: Standing.ALREADY_APPLIED,
    Outcome.NOT_APPLIED: Standing.REJECTED,
    Outcome.UNKNOWN: Standing.UNKNOWN,
}


def outcome_of(
    item: Item[T],
    standing: Standing,
    reason: str = "",
    *,
    first_position: int | None = None,
    resource_id: str | None = None,
    cause: str = "",
    verified: bool = False,
) -> ItemOutcome[T]:
    """End one item."""
    return ItemOutcome(
        position=item.position,
        id=item.id,
        standing=standing,
        payload=item.payload,
        reason=reason,
        first_position=first_position,
        resource_id=resource_id,
        cause=cause,
        verified=verified,
    )


def earlier_of(item: Item[T], earlier: Earlier) -> ItemOutcome[T]:
    """End one item as an earlier run ended it."""
    return outcome_of(
        item,
        earlier.standing,
        earlier.reason,
        resource_id=earlier.resource_id,
        cause=earlier.cause,
        verified=earlier.verified,
    )


def repeat_of(
    item: Item[T],
    standing: Standing,
    reason: str,
    first_position: int,
    *,
    cause: str = "",
    verified: bool = False,
) -> ItemOutcome[T]:
    """End a duplicate as the first item with its id ended: it is there only if the first one is."""
    if standing.is_there:
        standing = Standing.ALREADY_APPLIED
    return outcome_of(item, standing, reason, first_position=first_position, cause=cause, verified=verified)


@attrs.define(kw_only=True)
class Unit(Generic[T]):
    """Items that go into one request, or into its halves.

    Attributes:
        items: By id, in order.
        repeats: Duplicates of these, waiting to hear how the first one ended.
        outcomes: How those ended that have.
        sending: The items of the request now under way.
        is_screened: Whether it was read which of them the provider does not know.
    """

    lane: str = ""
    items: dict[str, Item[T]] = attrs.field(factory=dict)
    repeats: list[Item[T]] = attrs.field(factory=list)
    outcomes: list[ItemOutcome[T]] = attrs.field(factory=list)
    sending: tuple[Item[T], ...] = ()
    is_screened: bool = False

    def end(self, part: tuple[Item[T], ...], standing: Standing, problem: InvoiceKitError) -> None:
        """End some of the items alike, for what an error says of them."""
        cause = type(problem).__name__
        self.outcomes.extend(outcome_of(item, standing, problem.brief, cause=cause) for item in part)

    def sift(self, part: tuple[Item[T], ...], check: Callable[[Item[T]], None] | None) -> tuple[Item[T], ...]:
        """Reject the items that `check` refuses and return the others."""
        if check is None:
            return part
        good = []
        for item in part:
            try:
                check(item)
            except UsageError as refusal:
                self.end((item,), Standing.REJECTED, refusal)
            else:
                good.append(item)
        return tuple(good)

    def land(self, part: tuple[Item[T], ...], result: WriteResult[object]) -> None:
        """End the items of a request that was answered."""
        standing = _STANDING_OF[result.outcome]
        reason = "" if standing is Standing.APPLIED else result.evidence
        self.outcomes.extend(
            outcome_of(item, standing, reason, resource_id=result.resource_id, verified=result.verified)
            for item in part
        )

    def close(self, reason: str) -> Iterator[ItemOutcome[T]]:
        """Return one outcome an item; what the end of the job left open is told apart by what was sent.

        Args:
            reason: Why the job ended, for the items it left open.
        """
        ended = {outcome.id for outcome in self.outcomes}
        in_flight = {item.id for item in self.sending} - ended
        for item in self.items.values():
            if item.id in in_flight:
                cut = f"{reason}; its request was under way"
                self.outcomes.append(outcome_of(item, Standing.UNKNOWN, cut))
            elif item.id not in ended:
                self.outcomes.append(outcome_of(item, Standing.NOT_ATTEMPTED, reason))
        yield from self.outcomes
        if self.repeats:
            fates = {outcome.id: outcome for outcome in self.outcomes}
            for item in self.repeats:
                fate = fates[item.id]
                yield repeat_of(
                    item,
                    fate.standing,
                    fate.reason,
                    fate.position,
                    cause=fate.cause,
                    verified=fate.verified,
                )
