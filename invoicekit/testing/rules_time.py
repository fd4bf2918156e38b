"""Tracked time: each grouping makes the lines it names, and a mark can be taken away."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from invoicekit.errors import InvoiceKitError, UnsupportedOperation
from invoicekit.model import Money, TimeEntry, TimeGrouping, TimeWindow
from invoicekit.testing.any_bench import AnyBench
from invoicekit.testing.calls import FIRST, LAST, Hand
from invoicekit.testing.rule import Finding, NotApplicable, Rule, Tier, Trial, told

_ROUNDED = Decimal("1.05")
"""Lines are rounded, so that few and many of them differ a little."""
_GROUPS: Mapping[TimeGrouping, Callable[[TimeEntry], object]] = {
    TimeGrouping.SINGLE: lambda one: None,
    TimeGrouping.PROJECT: lambda one: one.project_id,
    TimeGrouping.USER: lambda one: one.user_id,
    TimeGrouping.TASK: lambda one: (one.project_id, one.task_id),
    TimeGrouping.DAY: lambda one: one.start.date() if isinstance(one.start, datetime) else None,
    TimeGrouping.DETAILED: lambda one: one.id,
}


async def _groupings(trial: Trial) -> None:
    trial.offered("import_time_entries")
    totals: dict[str, Money] = {}
    for grouping in TimeGrouping:
        bench = trial.bench()
        bench.track(6)
        total = await _imported(bench, grouping)
        if total is not None:
            totals[grouping.value] = total
    if not totals:
        raise NotApplicable("it imports by no grouping")
    least, most = min(totals.values()), max(totals.values())
    if least * _ROUNDED < most:
        listed = ", ".join(f"{name} {total}" for name, total in totals.items())
        raise Finding(f"the same time comes to other totals by other groupings: {listed}")


async def _imported(bench: AnyBench, grouping: TimeGrouping) -> Money | None:
    """Import by a grouping, and return what the lines come to; None where it is refused."""
    async with bench.process() as service:
        hand = Hand(bench, service)
        customer, ids = await hand.time()
        entries = [one for one in await hand.entries() if one.id in ids]
        invoice = await hand.draft(line_items=(), customer_id=customer)
        before, seen = await bench.state(), len(bench.requests())
        window = TimeWindow(start=FIRST, end=LAST, grouping=grouping, entry_ids=ids)
        try:
            await service.import_time_entries(invoice.id, window)
        except UnsupportedOperation as error:
            if await bench.state() != before:
                raise Finding(
                    f"the grouping {grouping.value} is refused, and something was written",
                    sent=told(bench.requests(seen)),
                ) from error
            return None
        read = await service.get_invoice(invoice.id)
        lines = read.line_items if isinstance(read.line_items, tuple) else ()
        groups = {_GROUPS[grouping](one) for one in entries}
        if len(lines) != len(groups):
            raise Finding(
                f"{len(entries)} entries by {grouping.value} are {len(groups)} groups, and make "
                f"{len(lines)} lines",
                sent=told(bench.requests(seen)),
            )
        left = [one.id for one in await hand.entries() if one.id in ids and one.invoiced is False]
        if left:
            raise Finding(f"{len(left)} of {len(ids)} entries still read as not invoiced after the import")
        return Money.sum((one.amount for one in lines if isinstance(one.amount, Money)), bench.currency)


async def _unmarked(trial: Trial) -> None:
    trial.offered("mark_time_entries")
    bench = trial.bench()
    async with bench.process() as service:
        hand = Hand(bench, service)
        _, ids = await hand.time()
        batch = ids[: service.capabilities().of("mark_time_entries").batch_limit]
        before = await bench.state()
        await service.mark_batch(batch)
        marked = await bench.state()
        for expected, invoiced in ((before, False), (marked, True), (before, False)):
            seen = len(bench.requests())
            try:
                await service.mark_batch(batch, invoiced=invoiced)
            except InvoiceKitError as error:
                raise NotApplicable(f"its marks are not taken away: {type(error).__name__}") from error
            if await bench.state() != expected:
                raise Finding(
                    f"entries were marked {'again' if invoiced else 'as not invoiced'}, and the ledger does "
                    "not show it",
                    sent=told(bench.requests(seen)),
                )


RULES = (
    Rule(
        id="time.groupings",
        title="Each grouping makes the lines it names, of the same total, and takes all entries",
        why="A customer who asked for a line a day checks by it; time that is left behind is never billed.",
        bug="'groupBy': 'PROJECT'  # whichever grouping was asked for",
        tier=Tier.GOLD,
        check=_groupings,
    ),
    Rule(
        id="time.marks-both-ways",
        title="A mark that is taken away is gone, and can be set again",
        why="Time that was marked by mistake is never billed; time that is marked no more is billed twice.",
        bug="content=canonical(entries=ids)  # so that taking away is taken for done",
        tier=Tier.GOLD,
        check=_unmarked,
    ),
)
