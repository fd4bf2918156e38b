"""The demo's course: make data up, write files, apply them, compare with the ledger."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import attrs

from invoicekit.bulk import (
    ENTRY_COLUMNS,
    PAYMENT_CELLS,
    PAYMENT_COLUMNS,
    AuditVerdict,
    InputFiles,
    Item,
    Job,
    MarkJob,
    OpenInvoice,
    PayJob,
    PaymentRow,
    Source,
    entry_items,
    payment_items,
    write_inputs,
)
from invoicekit.cli.demo_audit import ENTRIES, PAYMENTS, STATUSES, compare, rows_path
from invoicekit.cli.display import Display
from invoicekit.cli.running import Finished, Runnable, run_job
from invoicekit.cli.stage import Stage, staged
from invoicekit.cli.telling import Telling
from invoicekit.clock import SystemClock
from invoicekit.guard import DoubtPolicy, OnDoubt
from invoicekit.model import Invoice, InvoiceStatus, Money, WriteResult
from invoicekit.service import Connection, InvoiceService

PROVIDER = "clockify"
RATE = "50/s"
SETTLE_SECONDS = 1.0
PAYMENTS_AN_INVOICE = 2
_STATUSES_UNDER_WAY = 16
_POLL_SECONDS = 0.1


@attrs.frozen(kw_only=True)
class Order:
    """What is to be played.

    Attributes:
        folder: Where input files, row files and the journal are put.
    """

    entries: int
    payments: int
    seed: int
    has_faults: bool
    on_doubt: OnDoubt
    folder: Path


@attrs.frozen(kw_only=True)
class Played:
    """How it ended.

    Attributes:
        jobs: By what the rows are: one job for each input file that was begun.
        not_begun: The input files that an interrupt or an error left.
        stats: The simulator's own counts.
        verdicts: By the same names: whether ledger and rows agree.
    """

    order: Order
    inputs: InputFiles
    jobs: Mapping[str, Sequence[Finished]]
    not_begun: Sequence[str]
    stats: Mapping[str, object]
    verdicts: Mapping[str, AuditVerdict]


async def play(order: Order, telling: Telling) -> Played:
    """Play the demo from start to end.

    Raises:
        InvoiceKitError: A part of it could not begin.
    """
    bars = telling.display
    faults = "demo" if order.has_faults else "none"
    options = ("--rate", RATE, "--faults", faults, "--seed", str(order.seed))
    async with staged(PROVIDER, *options, "--settle-seconds", str(SETTLE_SECONDS)) as stage:
        inputs, invoice_ids = await asyncio.to_thread(_prepare, order, stage)
        bars.say(
            f"Clockify simulator at {stage.url}: {RATE}, settle bound {SETTLE_SECONDS:g} s, "
            f"faults {faults}, seed {order.seed}"
        )
        bars.say(
            f"Input files in {order.folder}: {inputs.entry_rows:,} time entries and "
            f"{inputs.payment_rows:,} payments; {inputs.spoilt_rows} rows are spoilt on purpose"
        )
        connection = Connection(
            PROVIDER,
            arguments=stage.settings,
            journal=order.folder / "journal.sqlite",
            policy=DoubtPolicy(on_doubt=order.on_doubt),
        )
        async with InvoiceService(connection) as service:
            await service.probe()
            jobs, not_begun = await _apply(order, inputs, invoice_ids, service, bars)
            account = service.account
        await _until_late_writes_are_in(stage)
        verdicts = await asyncio.to_thread(compare, order.folder, stage, account=account)
        return Played(
            order=order,
            inputs=inputs,
            jobs=jobs,
            not_begun=not_begun,
            stats=await asyncio.to_thread(stage.stats),
            verdicts=verdicts,
        )


def _prepare(order: Order, stage: Stage) -> tuple[InputFiles, list[str]]:
    invoices = -(-order.payments // PAYMENTS_AN_INVOICE)
    stage.seed({"time_entries": order.entries, "invoices": invoices, "status": "UNSENT"})
    unpaid = [
        OpenInvoice(id=str(row["id"]), due=Money.from_minor(_whole(row["balance"]), str(row["currency"])))
        for row in stage.ledger("invoices")
    ]
    files = write_inputs(
        order.folder,
        entry_ids=(str(row["id"]) for row in stage.ledger("time-entries")),
        entry_count=order.entries,
        invoices=unpaid,
        payment_count=order.payments,
        seed=order.seed,
    )
    return files, [invoice.id for invoice in unpaid]


@attrs.frozen(kw_only=True)
class _Act:
    """One job of the course, made only when its turn comes.

    Attributes:
        kind: What its rows are.
        name: Of its input, and so of its rows file.
    """

    kind: str
    name: str
    total: int
    start: Callable[[], Runnable]


async def _apply(
    order: Order, inputs: InputFiles, invoice_ids: Sequence[str], service: InvoiceService, bars: Display
) -> tuple[dict[str, list[Finished]], list[str]]:
    """Run the jobs one after the other; an interrupt or an error that ends a job ends the course."""
    jobs: dict[str, list[Finished]] = {}
    acts = list(_acts(inputs, invoice_ids, service, bars))
    while acts:
        act = acts.pop(0)
        finished = await run_job(
            act.start(),
            label=act.name,
            bars=bars,
            total=act.total,
            rows_out=rows_path(order.folder, act.name),
            cells=PAYMENT_CELLS if act.kind == PAYMENTS else (),
        )
        jobs.setdefault(act.kind, []).append(finished)
        if finished.report.is_interrupted or finished.report.stopped_by is not None:
            break
    return jobs, [act.name for act in acts]


def _acts(
    inputs: InputFiles, invoice_ids: Sequence[str], service: InvoiceService, bars: Display
) -> Iterator[_Act]:
    for path in inputs.entries:
        entries = Source(path=str(path), columns=ENTRY_COLUMNS)

        def mark(source: Source = entries) -> Job[None]:
            return MarkJob(service, entry_items(source))

        yield _Act(kind=ENTRIES, name=path.name, total=entries.check(), start=mark)
    send = partial(_status_job, invoice_ids, service, bars)
    yield _Act(kind=STATUSES, name=STATUSES, total=len(invoice_ids), start=send)
    for path in inputs.payments:
        payments = Source(path=str(path), columns=PAYMENT_COLUMNS)

        def pay(source: Source = payments) -> Job[PaymentRow | None]:
            return PayJob(service, payment_items(source))

        yield _Act(kind=PAYMENTS, name=path.name, total=payments.check(), start=pay)


def _status_job(invoice_ids: Sequence[str], service: InvoiceService, bars: Display) -> Job[None]:
    lane = service.bulk_lane()

    async def send(part: tuple[Item[None], ...]) -> WriteResult[Invoice]:
        (item,) = part
        return await lane.set_status(item.id, InvoiceStatus.OPEN)

    items = [Item(position=n, id=one, payload=None) for n, one in enumerate(invoice_ids, start=1)]
    return Job(service, items, send, size=1, width=_STATUSES_UNDER_WAY, clock=None, on_pause=None)


async def _until_late_writes_are_in(stage: Stage) -> None:
    clock = SystemClock()
    for _ in range(round(2 * SETTLE_SECONDS / _POLL_SECONDS)):
        stats = await asyncio.to_thread(stage.stats)
        if not stats["late_writes_waiting"]:
            return
        await clock.sleep(_POLL_SECONDS)


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"the ledger holds {type(value).__name__} where a whole number belongs")
    return value
