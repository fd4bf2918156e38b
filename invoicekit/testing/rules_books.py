"""Silver and gold: books on this machine, which others use too, which fill up, and whose writer is killed."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing

from invoicekit.adapter import Idempotency
from invoicekit.errors import InvoiceKitError, Unavailable
from invoicekit.model import Invoice, InvoiceChange, InvoiceStatus
from invoicekit.service import InvoiceService
from invoicekit.simulate import Step, StoreFault
from invoicekit.testing.any_bench import State, state_of
from invoicekit.testing.calls import WRITES, Call, Hand
from invoicekit.testing.foreign import ended
from invoicekit.testing.kept_bench import KeptBench
from invoicekit.testing.rule import Finding, NotApplicable, Rule, Tier, Trial, told

_LOCK_SECONDS = 0.05
_PATIENCE_SECONDS = 3600.0
_RUNS = 3
_UNUSABLE = (StoreFault.LOCKED, StoreFault.READ_ONLY, StoreFault.FULL)


async def _unusable(trial: Trial) -> None:
    for method in trial.offered("get_invoice", "list_invoices", "record_payment", "create_invoice"):
        bench = trial.kept()
        is_write = method in WRITES
        async with bench.process() as service:
            call = await Hand(bench, service).ready(method)
            before = await bench.state()
            for fault in _UNUSABLE if is_write else (StoreFault.LOCKED,):
                bench.fail(fault, writes_only=is_write)
                end = await ended(call(service))
                bench.calm()
                if not isinstance(end.error, Unavailable):
                    how = "ends well" if end.error is None else f"raises {type(end.error).__name__}"
                    raise Finding(
                        f"{method} on books with {fault.value!r} {how}; Unavailable says that nothing was"
                        " done"
                    ) from end.error
                if await bench.state() != before:
                    raise Finding(f"{method} on books with {fault.value!r} leaves something in them")
            end = await ended(call(service))
            if end.error is not None:
                raise Finding(f"{method} fails though its books are well again: {end.error}") from end.error


async def _waits(trial: Trial) -> None:
    for method in trial.offered("record_payment", "create_invoice", "create_customer")[:1]:
        bench = trial.kept()
        async with bench.process() as service:
            call = await Hand(bench, service).ready(method)
            other = threading.Timer(_LOCK_SECONDS, bench.store.lock())
            other.start()
            end = await ended(call(service))
            other.join()
        if end.error is not None:
            raise Finding(
                f"{method} fails while another process writes for {1000 * _LOCK_SECONDS:g} ms: {end.error}"
            ) from end.error


# --- killed -------------------------------------------------------------------------------------


async def _killed(trial: Trial) -> None:
    for method in trial.offered(*WRITES):
        bench = trial.kept()
        async with bench.process() as service:
            call = await Hand(bench, service).ready(method)
            before = await bench.state()
            images = bench.keep_images()
            await call(service)
            bench.calm()
            told_as_done = bench.store.image()
        after = await bench.state()
        with closing(bench.left_at(told_as_done)) as left:
            if await left.state() != after:
                raise Finding(
                    f"{method} is told as done before it stands: a kill at that moment takes it back",
                    sent=told(bench.requests()),
                )
        is_told_apart = trial.subject.adapter.capabilities.of(method).idempotency is not Idempotency.NONE
        for image in images:
            with closing(bench.left_at(image)) as left:
                if await left.state() not in (before, after):
                    raise Finding(
                        f"{method}, killed amid its statements, leaves a part of what it writes",
                        sent=told(bench.requests()),
                    )
                if is_told_apart:
                    await _done_once(method, call, left, after)


async def _done_once(method: str, call: Call, left: KeptBench, expected: State) -> None:
    """Make a call again on what a kill left, by a process that has no journal."""
    async with left.process() as service:
        end = await ended(call(service))
    if end.error is not None:
        raise Finding(f"{method}, killed and made again, ends as {type(end.error).__name__}: {end.error}")
    if await left.state() != expected:
        raise Finding(
            f"{method}, killed and made again, leaves other things than one that ran through",
            sent=told(left.requests()),
        )


# --- others at the same time --------------------------------------------------------------------


async def _two_at_once(trial: Trial) -> None:
    kinds = (Idempotency.MARKER, Idempotency.NATURAL_KEY)
    for method in trial.offered("record_payment", "create_invoice", "create_customer", "refund"):
        if trial.subject.adapter.capabilities.of(method).idempotency not in kinds:
            continue
        bench = trial.kept()
        async with bench.process() as first:
            call = await Hand(bench, first).ready(method)
            held = bench.hold(Step.BEGIN)
            slow = asyncio.ensure_future(ended(call(first)))
            await asyncio.wait(
                {slow, asyncio.ensure_future(held.reached.wait())},
                timeout=_PATIENCE_SECONDS,
                return_when=asyncio.FIRST_COMPLETED,
            )
            bench.calm()
            bench.lose_journal()
            async with bench.process() as second:
                await call(second)
            once = state_of(bench.ledger)
            held.release()
            end = await slow
        if await bench.state() != once:
            raise Finding(
                f"{method}, made by two processes at once, is there twice: both looked before either wrote",
                sent=told(bench.requests()),
            )
        if end.error is not None and not isinstance(end.error, InvoiceKitError):
            raise Finding(
                f"{method}, made by two processes at once, raises {type(end.error).__name__}: {end.error}"
            ) from end.error


Two = tuple[Call, Call]


async def _changes(hand: Hand) -> Two:
    fields = hand.service.capabilities().fields_of(Invoice)
    if fields is None or "note" not in fields.writable:
        raise NotApplicable("its invoices have no note to be changed")
    invoice = await hand.draft()
    return tuple(_set(invoice.id, InvoiceChange(note=word)) for word in ("older", "newer"))  # type: ignore[return-value]  # two


def _set(invoice_id: str, change: InvoiceChange) -> Call:
    return lambda service: service.update_invoice(invoice_id, change)


async def _marks(hand: Hand) -> Two:
    _, entries = await hand.time()
    return (
        lambda service: service.mark_batch(entries),
        lambda service: service.mark_batch(entries, invoiced=False),
    )


async def _statuses(hand: Hand) -> Two:
    invoice = await hand.draft()

    def to(status: InvoiceStatus) -> Callable[[InvoiceService], Awaitable[object]]:
        return lambda service: service.set_status(invoice.id, status, allow_irreversible=True)

    return to(InvoiceStatus.VOID), to(InvoiceStatus.OPEN)


_OVER = {"update_invoice": _changes, "mark_time_entries": _marks, "set_status": _statuses}


async def _given_up(trial: Trial) -> None:
    for method in trial.offered(*_OVER):
        bench = trial.kept()
        async with bench.process() as first:
            older, newer = await _OVER[method](Hand(bench, first))
            held = bench.hold(Step.BEGIN)
            slow = asyncio.ensure_future(ended(older(first)))
            await asyncio.wait(
                {slow, asyncio.ensure_future(held.reached.wait())},
                timeout=_PATIENCE_SECONDS,
                return_when=asyncio.FIRST_COMPLETED,
            )
            slow.cancel()
            await asyncio.wait({slow}, timeout=_PATIENCE_SECONDS)
        bench.calm()
        bench.lose_journal()
        async with bench.process() as second:
            await newer(second)
        wanted = state_of(bench.ledger)
        if await bench.state() != wanted:
            raise Finding(
                f"{method} was cancelled before it wrote, and still wrote when something newer stood there",
                sent=told(bench.requests()),
            )


# --- as it stands -------------------------------------------------------------------------------


async def _exact(trial: Trial) -> None:
    bench = trial.kept()
    async with bench.process() as service:
        hand = Hand(bench, service)
        for method in trial.offered(*WRITES):
            end = await ended(_ready_and_made(hand, method))
            for kind in bench.ledger.kinds:
                for row in bench.rows(kind):
                    if found := [name for name, value in row.items() if isinstance(value, float)]:
                        raise Finding(f"{found[0]} of {kind} is kept as a float, {row[found[0]]!r}")
            if end.error is not None:
                raise end.error


async def _ready_and_made(hand: Hand, method: str) -> object:
    return await (await hand.ready(method))(hand.service)


RULES = (
    Rule(
        id="books.unusable",
        title="Books that are locked, full or not to be written are Unavailable, and nothing is in them",
        why="A full disk is told as a wrong invoice, and somebody corrects what was right.",
        bug="except sqlite3.Error: raise NotFound(invoice_id)",
        tier=Tier.SILVER,
        check=_unusable,
    ),
    Rule(
        id="books.waits",
        title="A write waits a little for another process's",
        why="A web server has several workers; two payments in one second must not cost one of them.",
        bug="sqlite3.connect(path, timeout=0)",
        tier=Tier.SILVER,
        check=_waits,
    ),
    Rule(
        id="books.killed-anywhere",
        title="A write that is killed between two statements, or before its answer, is whole or not there",
        why="The power goes while an invoice is written, and it stands there without its lines.",
        bug="insert invoice; commit; insert lines; commit",
        tier=Tier.GOLD,
        check=_killed,
    ),
    Rule(
        id="books.two-at-once",
        title="One reference, written by two processes at once, stands there once",
        why="Both look, see nothing, and pay: a look is worth something only in the write's own transaction.",
        bug="if not find(reference): insert(reference)  # and the column is not unique",
        tier=Tier.GOLD,
        check=_two_at_once,
    ),
    Rule(
        id="books.given-up",
        title="What was cancelled before it wrote never writes over what is newer",
        why="A thread goes on when its task is gone: minutes later it voids what was opened again.",
        bug="await asyncio.to_thread(write)  # and nobody tells the thread",
        tier=Tier.GOLD,
        check=_given_up,
    ),
    Rule(
        id="books.no-float",
        title="No amount and no quantity stands in the books as a float",
        why="What is stored as 0.30000000000000004 is summed, compared and billed as such.",
        bug="create table line (quantity real, price real)",
        tier=Tier.GOLD,
        check=_exact,
    ),
)
