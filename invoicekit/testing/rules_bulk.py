"""Platinum: thousands of rows at once end as one by one, whatever cuts them off."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from invoicekit.batch import Standing
from invoicekit.bulk import BulkJob, BulkService, JobEvent, PaymentRow, RowEnded
from invoicekit.guard import DoubtPolicy, OnDoubt
from invoicekit.service import InvoiceService
from invoicekit.testing.any_bench import AnyBench
from invoicekit.testing.calls import WHEN, Hand
from invoicekit.testing.rule import Finding, Rule, Tier, Trial

_INVOICES = 4
_CUT_AFTER = 1
_SENDS_AGAIN = DoubtPolicy(on_doubt=OnDoubt.RESEND)

MakeJob = Callable[[], BulkJob[BulkService]]
"""Makes the same job again and again, as a program does that was started again."""


async def _payments(bench: AnyBench, service: InvoiceService) -> MakeJob:
    hand = Hand(bench, service)
    rows = [
        PaymentRow(
            reference=bench.fresh("bank"),
            invoice_id=(await hand.issued()).id,
            amount=hand.money("120"),
            paid_at=WHEN,
        )
        for _ in range(_INVOICES)
    ]
    return lambda: BulkJob.record_payments(rows)


async def _marks(bench: AnyBench, service: InvoiceService) -> MakeJob:
    limit = service.capabilities().of("mark_time_entries").batch_limit or _INVOICES
    bench.track(limit + 1)
    entries = [str(row["id"]) for row in bench.rows("time-entries")]
    if len(entries) <= limit:
        raise Finding(f"the simulator made {len(entries)} time entries up, and was asked for {limit + 1}")
    return lambda: BulkJob.mark_time_entries(entries)


_JOBS = {"record_payment": _payments, "mark_time_entries": _marks}


async def _left_of(events: AsyncGenerator[JobEvent, None]) -> list[str]:
    """Run to the end, and name the rows that are not there."""
    async with aclosing(events):
        return [
            f"{event.outcome.id}: {event.outcome.standing.value} {event.outcome.reason}".strip()
            async for event in events
            if isinstance(event, RowEnded) and not event.outcome.standing.is_there
        ]


async def _cut(events: AsyncGenerator[JobEvent, None]) -> None:
    ended = 0
    async with aclosing(events):
        async for event in events:
            ended += isinstance(event, RowEnded)
            if ended >= _CUT_AFTER:
                return


async def _resumed(trial: Trial) -> None:
    for method in trial.offered(*_JOBS):
        whole, cut = trial.bench(), trial.bench()
        async with whole.process() as service:
            job = await _JOBS[method](whole, service)
            if left := await _left_of(job().run(service)):
                raise Finding(f"a job of {method} leaves rows undone: {'; '.join(left)}")
        async with cut.process(policy=_SENDS_AGAIN) as service:
            job = await _JOBS[method](cut, service)
            cut.stall(nth=2)
            await _cut(job().run(service))
        cut.calm()
        async with cut.process(policy=_SENDS_AGAIN) as service:
            left = await _left_of(job().run(service))
        if left:
            raise Finding(f"a job of {method}, cut off and run again, leaves: {'; '.join(left)}")
        _compare(method, await whole.state(), await cut.state())


def _compare(method: str, whole: object, cut: object) -> None:
    if whole != cut:
        raise Finding(
            f"a job of {method} that was cut off and run again leaves other things at the provider than one "
            "that ran through"
        )


async def _bad_row(trial: Trial) -> None:
    trial.offered("record_payment")
    bench = trial.bench()
    async with bench.process() as service:
        hand = Hand(bench, service)
        invoices: Sequence[str] = [(await hand.issued()).id for _ in range(3)]
        held = {str(row["id"]) for row in bench.rows("invoices")}
        nobodys = next(
            candidate
            for digit in "0123456789abcdef"
            if (candidate := invoices[1][:-1] + digit) not in held and candidate not in invoices
        )
        rows = [
            PaymentRow(reference=f"row-{number}", invoice_id=one, amount=hand.money("120"), paid_at=WHEN)
            for number, one in enumerate((invoices[0], nobodys, *invoices[1:]))
        ]
        ended = {
            event.outcome.id: event.outcome.standing
            async for event in BulkJob.record_payments(rows).run(service)
            if isinstance(event, RowEnded)
        }
    expected = {row.reference: Standing.APPLIED for row in rows} | {"row-1": Standing.REJECTED}
    if wrong := {name: found for name, found in ended.items() if found is not expected[name]}:
        told = ", ".join(f"{name} is {found.value}" for name, found in sorted(wrong.items()))
        raise Finding(f"of four payments the second names an invoice that nobody has: {told}")


RULES = (
    Rule(
        id="bulk.resumed",
        title="A job that is cut off and run again leaves exactly what one that ran through does",
        why="Month's end is cut off by a laptop lid. Whoever runs it again must not pay anybody twice.",
        bug="async def look(): return Sighting(matches=())  # so what was under way is sent again",
        tier=Tier.PLATINUM,
        check=_resumed,
    ),
    Rule(
        id="bulk.one-bad-row",
        title="A row that cannot be done is rejected, and takes no other with it",
        why="One wrong id among a thousand must neither stop the rest nor leave anybody in doubt.",
        bug="if response.status == 404: return AuthenticationError('not this account')  # and the job stops",
        tier=Tier.PLATINUM,
        check=_bad_row,
    ),
)
