"""Gold: every write has its effect once, whatever is lost; judged by the provider's ledger."""

import asyncio
from collections import Counter
from contextlib import suppress

import attrs

from invoicekit.adapter import Idempotency
from invoicekit.errors import (
    DestructiveTransition,
    InvoiceKitError,
    NotApplied,
    OutcomeUnknown,
    RateLimited,
    ReferenceReused,
    Unavailable,
)
from invoicekit.model import InvoiceStatus, PaymentStatus
from invoicekit.service import InvoiceService
from invoicekit.testing.any_bench import AnyBench, Loss, State
from invoicekit.testing.calls import WHEN, WRITES, Call, Hand
from invoicekit.testing.rule import Finding, NotApplicable, Rule, Tier, Trial, told

_RUNS = 5


@attrs.frozen
class Change:
    """What became of a ledger: the rows that came, and those that went."""

    came: State
    went: State

    @classmethod
    def between(cls, before: State, after: State) -> "Change":
        """Compare two states."""
        return cls(after - before, before - after)

    def __bool__(self) -> bool:
        return bool(self.came or self.went)

    def __str__(self) -> str:
        came = Counter(kind for kind, _ in self.came.elements())
        went = Counter(kind for kind, _ in self.went.elements())
        parts = [f"{count} new or changed {kind}" for kind, count in came.items()]
        parts += [f"{count} {kind} gone" for kind, count in (went - came).items()]
        return ", ".join(parts) or "nothing new"

    def exceeds(self, other: "Change") -> bool:
        """Tell whether more rows came than in the other."""
        ours = Counter(kind for kind, _ in self.came.elements())
        return bool(ours - Counter(kind for kind, _ in other.came.elements()))


async def _undisturbed(trial: Trial, method: str) -> Change:
    """Return what one ordinary call adds to the ledger."""
    bench = trial.bench()
    async with bench.process() as service:
        call = await Hand(bench, service).ready(method)
        before = await bench.state()
        await call(service)
        return Change.between(before, await bench.state())


async def _run_on(bench: AnyBench, call: Call, method: str) -> bool:
    """Make a call until it ends well, a process of its own each time; tell whether it did."""
    for _ in range(_RUNS):
        async with bench.process() as service:
            try:
                await call(service.bulk_lane())
            except (OutcomeUnknown, Unavailable, RateLimited, ReferenceReused):
                continue
            except NotApplied as error:
                raise Finding(
                    f"{method}, disturbed once, ends as {type(error).__name__}: {error}",
                    sent=told(bench.requests()),
                ) from error
            return True
    return False


def _is_told_apart(trial: Trial, method: str) -> bool:
    return trial.subject.adapter.capabilities.of(method).idempotency is not Idempotency.NONE


async def _disturbed(trial: Trial, loss: Loss, *, may_stay_open: bool) -> None:
    for method in trial.offered(*WRITES):
        expected = await _undisturbed(trial, method)
        for way in trial.bench().ways(loss):
            bench = trial.bench()
            async with bench.process() as service:
                call = await Hand(bench, service).ready(method)
            before = await bench.state()
            bench.ways(loss)[way]()
            ended = await _run_on(bench, call, method)
            added = Change.between(before, await bench.state())
            if added.exceeds(expected):
                raise Finding(
                    f"{method} under {way}: the ledger shows {added} more, one call adds {expected}",
                    sent=told(bench.requests()),
                )
            if ended and added != expected:
                raise Finding(
                    f"{method} under {way} is told as done, and the ledger shows {added} "
                    f"instead of {expected}",
                    sent=told(bench.requests()),
                )
            if not ended and not may_stay_open and _is_told_apart(trial, method):
                raise Finding(
                    f"{method} under {way} took effect, and {_RUNS} runs later it is still in doubt: "
                    "its look does not see it",
                    sent=told(bench.requests()),
                )


async def _once_after_a_lost_answer(trial: Trial) -> None:
    await _disturbed(trial, Loss.ANSWER, may_stay_open=False)


async def _never_more_than_once(trial: Trial) -> None:
    await _disturbed(trial, Loss.WRITE, may_stay_open=True)


async def _again(trial: Trial) -> None:
    for method in trial.offered(*WRITES):
        if not _is_told_apart(trial, method):
            continue
        bench = trial.bench()
        async with bench.process() as service:
            call = await Hand(bench, service).ready(method)
            await call(service)
            before = await bench.state()
            with suppress(ReferenceReused):
                await call(service)
            if added := Change.between(before, await bench.state()):
                raise Finding(f"{method}, made again, adds {added}", sent=told(bench.requests()))


async def _journal_lost(trial: Trial) -> None:
    kinds = (Idempotency.MARKER, Idempotency.NATURAL_KEY)
    for method in trial.offered(*WRITES):
        if trial.subject.adapter.capabilities.of(method).idempotency not in kinds:
            continue
        bench = trial.bench()
        async with bench.process() as service:
            call = await Hand(bench, service).ready(method)
            await call(service)
        before = await bench.state()
        bench.lose_journal()
        async with bench.process() as service:
            try:
                await call(service)
            except InvoiceKitError as error:
                if isinstance(error, OutcomeUnknown):
                    raise Finding(
                        f"{method}: a process without the journal does not find what was done"
                    ) from error
        if added := Change.between(before, await bench.state()):
            raise Finding(
                f"{method}, made again by a process without the journal, adds {added}: nothing at the "
                "provider tells its effect from a second one",
                sent=told(bench.requests()),
            )


async def _torn_away(trial: Trial) -> None:
    for method in trial.offered("record_payment", "create_invoice", "set_status", "mark_time_entries"):
        expected = await _undisturbed(trial, method)
        for has_arrived in (False, True):
            for nth in range(1, 9):
                bench = trial.bench()
                async with bench.process() as service:
                    call = await Hand(bench, service).ready(method)
                before = await bench.state()
                if not await _tear(bench, call, method, nth, has_arrived=has_arrived):
                    break
                ended = await _run_on(bench, call, method)
                added = Change.between(before, await bench.state())
                if added.exceeds(expected) or (ended and added != expected):
                    raise Finding(
                        f"{method}, cancelled at its exchange {nth} and made again: the ledger shows "
                        f"{added}, one call adds {expected}",
                        sent=told(bench.requests()),
                    )


async def _tear(bench: AnyBench, call: Call, method: str, nth: int, *, has_arrived: bool) -> bool:
    """Make the call and tear it away; False where it ended before its turn."""
    async with bench.torn(nth, has_arrived=has_arrived) as (service, tear):
        task = asyncio.ensure_future(_awaited(call, service))
        tear.task = task
        await asyncio.wait({task})
    if task.cancelled():
        return True
    if (error := task.exception()) is not None:
        raise Finding(
            f"{method} turns a cancellation into {type(error).__name__}: asyncio.timeout and TaskGroup break"
        ) from error
    if task.cancelling():
        raise Finding(f"{method} swallows a cancellation")
    return False


async def _awaited(call: Call, service: InvoiceService) -> object:
    return await call(service)


async def _destruction(trial: Trial) -> None:
    rules = [
        rule
        for rule in trial.subject.adapter.capabilities.statuses
        if rule.is_settable and rule.destroys_payments_from
    ]
    if not rules:
        raise NotApplicable("no status that can be set destroys payments, by its table")
    trial.offered("record_payment", "set_status")
    for wanted in sorted({rule.status for rule in rules}, key=str):
        bench = trial.bench()
        async with bench.process() as service:
            invoice = await Hand(bench, service).paid()
            before = await bench.state()
            try:
                await service.set_status(invoice.id, wanted, allow_irreversible=True)
            except DestructiveTransition:
                pass
            except InvoiceKitError:
                continue  # refused for another reason, and nothing was lost by it
            if lost := Change.between(before, await bench.state()):
                raise Finding(f"setting {wanted.value} on a paid invoice changed {lost} without consent")


async def _undeclared_destruction(trial: Trial) -> None:
    trial.offered("record_payment", "set_status")
    payments = trial.offered("list_payments")
    settable = {rule.status for rule in trial.subject.adapter.capabilities.statuses if rule.is_settable} - {
        InvoiceStatus.PAID
    }
    for wanted in sorted(settable, key=str):
        bench = trial.bench()
        async with bench.process() as service:
            invoice = await Hand(bench, service).paid()
            held = len(await service.list_payments(invoice.id).snapshot()) if payments else 0
            before = await bench.state()
            try:
                await service.set_status(invoice.id, wanted, allow_irreversible=True)
            except InvoiceKitError:
                continue
            after = len(await service.list_payments(invoice.id).snapshot())
            if after < held or any(
                kind == "payments" for kind, _ in Change.between(before, await bench.state()).went
            ):
                raise Finding(
                    f"{wanted.value} can be set on a paid invoice without consent, and its payments are "
                    "gone: the status table must say destroys_payments_from"
                )
    await _destroyed_with_consent(trial, settable)


async def _destroyed_with_consent(trial: Trial, settable: set[InvoiceStatus]) -> None:
    """Set each with consent: what costs payments must be declared so, from the word it was set from."""
    rules = trial.subject.adapter.capabilities.statuses
    for wanted in sorted(settable, key=str):
        for amount in ("50", "120"):
            bench = trial.bench()
            async with bench.process() as service:
                hand = Hand(bench, service)
                invoice = await hand.issued()
                try:
                    await service.record_payment(
                        invoice.id, hand.money(amount), paid_at=WHEN, reference=bench.fresh("bank")
                    )
                except InvoiceKitError:
                    continue  # paid as a whole or not at all
                word = (await service.get_invoice(invoice.id)).raw_status
                before = await bench.state()
                try:
                    await service.set_status(
                        invoice.id, wanted, allow_irreversible=True, allow_payment_loss=True
                    )
                except InvoiceKitError:
                    continue
                declared = {
                    raw for one in rules if one.status is wanted for raw in one.destroys_payments_from
                }
                if _lost_payments(before, await bench.state()) and word not in declared:
                    raise Finding(
                        f"{wanted.value}, set with consent on an invoice that is {word!r}, costs its "
                        "payments: destroys_payments_from must name that word"
                    )


def _lost_payments(before: State, after: State) -> bool:
    return any(kind == "payments" for kind, _ in (before - after))


async def _paid_is_paid(trial: Trial) -> None:
    trial.offered("record_payment")
    trial.offered("get_invoice")
    bench = trial.bench()
    async with bench.process() as service:
        invoice = await Hand(bench, service).paid()
        found = await service.get_invoice(invoice.id)
        if found.payment_status not in {PaymentStatus.PAID, PaymentStatus.UNKNOWN}:
            raise Finding(
                f"an invoice whose whole amount was recorded reads as {found.payment_status.value}: the next "
                "run would ask for the money again"
            )


async def _applied_is_there(trial: Trial) -> None:
    for method in trial.offered(*WRITES):
        if not await _undisturbed(trial, method):
            raise Finding(f"{method} says that it is done, and the ledger shows nothing")


RULES = (
    Rule(
        id="writes.applied-is-there",
        title="What is told as done stands in the ledger",
        why="A payment that is told and not there is claimed from the customer again.",
        bug="return Done(value=payment)  # before the request",
        tier=Tier.GOLD,
        check=_applied_is_there,
    ),
    Rule(
        id="writes.once-after-a-lost-answer",
        title="A write whose answer is lost has its effect once, and is found",
        why="This is how money is paid twice: the answer is lost, and somebody sends it again.",
        bug="except ClientError: await self._post(body)  # once more",
        tier=Tier.GOLD,
        check=_once_after_a_lost_answer,
    ),
    Rule(
        id="writes.never-more-than-once",
        title="A write that may have been lost on its way never has two effects",
        why="What was lost may still arrive; told as done, it must be there.",
        bug="return Sighting(is_complete=True)  # after the first page",
        tier=Tier.GOLD,
        check=_never_more_than_once,
    ),
    Rule(
        id="writes.made-again",
        title="A write made again adds nothing",
        why="Jobs are run again after a crash, with the same file.",
        bug="marker = uuid4().hex  # another one each time",
        tier=Tier.GOLD,
        check=_again,
    ),
    Rule(
        id="writes.journal-lost",
        title="A process without the journal finds what was done, where a key or marker is declared",
        why="Journals get lost, and a rerun on another machine has none.",
        bug="idempotency=MARKER  # and the note is sent without it",
        tier=Tier.GOLD,
        check=_journal_lost,
    ),
    Rule(
        id="writes.cancelled-anywhere",
        title="A write cancelled anywhere is settled by the next call, and the cancellation passes on",
        why="A browser that hangs up cancels the handler amid a payment, every day.",
        bug="except asyncio.CancelledError: raise PaymentFailed()",
        tier=Tier.GOLD,
        check=_torn_away,
    ),
    Rule(
        id="statuses.consent",
        title="A status that destroys payments is refused without consent",
        why="Setting a status back deletes what was paid, at some providers, without a word.",
        bug="StatusRule(..., destroys_payments_from=frozenset())",
        tier=Tier.GOLD,
        check=_destruction,
    ),
    Rule(
        id="statuses.declared-destruction",
        title="A status that costs payments at the ledger is declared as destructive",
        why="What is not in the table asks nobody for consent.",
        bug="look: no refusal for paid invoices",
        tier=Tier.GOLD,
        check=_undeclared_destruction,
    ),
    Rule(
        id="statuses.paid-is-paid",
        title="An invoice that was paid in full reads as paid",
        why="Read as open, it is asked for again.",
        bug="PaymentStatus.PAID if 'PAID' in word  # UNPAID",
        tier=Tier.GOLD,
        check=_paid_is_paid,
    ),
)
