"""Gold: a look that cannot see is no look, and what it finds an effect by is never cut away."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from invoicekit.adapter import Idempotency
from invoicekit.errors import InvoiceKitError, OutcomeUnknown
from invoicekit.model import InvoiceStatus, Money
from invoicekit.service import InvoiceService
from invoicekit.simulate import Fault, FaultKind
from invoicekit.testing.bench import Bench
from invoicekit.testing.calls import WHEN, WRITES, Call, Hand
from invoicekit.testing.foreign import ended
from invoicekit.testing.rewriting import Rewriting
from invoicekit.testing.rule import Finding, NotApplicable, Rule, Tier, Trial, told

_TOLD_APART = (Idempotency.MARKER, Idempotency.NATURAL_KEY, Idempotency.SET_VALUE)
_LENGTHS = (60, 600)
_NOTE = "paid at the counter, in cash, by a friend of the customer "

# --- reads that fail ------------------------------------------------------------------------------

_Blinded = Callable[[Bench], AbstractAsyncContextManager[InvoiceService]]
"""Opens a service that cannot read."""


def _failing(kind: FaultKind, *operations: str) -> _Blinded:
    @asynccontextmanager
    async def opened(bench: Bench) -> AsyncIterator[InvoiceService]:
        bench.disturb(*(Fault(kind=kind, at=one, times=None, status=503) for one in operations))
        async with bench.process() as service:
            yield service
        bench.calm()

    return opened


def _answering(document: Any) -> _Blinded:
    @asynccontextmanager
    async def opened(bench: Bench) -> AsyncIterator[InvoiceService]:
        transport = Rewriting(bench, lambda _: document, verbs=frozenset({"GET"}))
        async with bench.process(transport=transport) as service:
            yield service

    return opened


_ALL_BLIND: Mapping[str, _Blinded] = {
    "each read is answered with a text": _answering("try again later"),
    "each read is answered with {'data': 7}": _answering({"data": 7}),
}


async def _blind_looks(trial: Trial) -> None:
    capabilities = trial.subject.adapter.capabilities
    looking = [
        method
        for method in trial.offered(*WRITES)
        if capabilities.of(method).read_back and capabilities.of(method).idempotency in _TOLD_APART
    ]
    if not looking:
        raise NotApplicable("no write looks for what tells it apart")
    for method in looking:
        bench, call = await _done(trial, method)
        seen = len(bench.requests())
        async with bench.process() as service:
            await ended(call(service))
        read = {one.operation for one in bench.requests(seen)} - set(bench.writes())
        ways = {
            f"{one} {how}": _failing(kind, one)
            for one in sorted(read)
            for how, kind in (
                ("is answered with 503", FaultKind.ERROR_BEFORE),
                ("is answered with garbage", FaultKind.GARBAGE),
            )
        }
        for where, blinded in {**ways, **_ALL_BLIND}.items():
            bench, call = await _done(trial, method)
            await _sends_nothing(bench, blinded, call, f"{method}, done before, where {where},")
    await _asks_nobody(trial)


async def _done(trial: Trial, method: str) -> tuple[Bench, Call]:
    """Make a call once, and lose the journal: what is there can be read alone."""
    bench = trial.served("no read that could fail apart from its write")
    async with bench.process() as service:
        call = await Hand(bench, service).ready(method)
        await call(service)
    bench.lose_journal()
    return bench, call


async def _sends_nothing(bench: Bench, blinded: _Blinded, call: Call, where: str) -> None:
    before, seen, writes = await bench.state(), len(bench.requests()), set(bench.writes())
    async with blinded(bench) as service:
        await ended(call(service.bulk_lane()))
    again = [one for one in bench.requests(seen) if one.operation in writes]
    if again:
        raise Finding(f"{where} is sent again: {again[0]}", sent=told(bench.requests(seen)))
    if await bench.state() != before:
        raise Finding(f"{where} changes something", sent=told(bench.requests(seen)))


async def _asks_nobody(trial: Trial) -> None:
    """Set what destroys payments without consent, where nothing can be read."""
    capabilities = trial.subject.adapter.capabilities
    rules = [rule for rule in capabilities.statuses if rule.is_settable and rule.destroys_payments_from]
    if not rules or not capabilities.of("record_payment").is_offered:
        return
    bench = trial.served("no read that could fail")
    reads = [route.operation for route in bench.simulator.routes() if not route.is_write]
    outage = {"each read is answered with 503": _failing(FaultKind.ERROR_BEFORE, *reads)}
    for how, blinded in {**outage, **_ALL_BLIND}.items():
        bench = trial.served("no read that could fail")
        async with bench.process() as service:
            invoice = await Hand(bench, service).paid()
        before = await bench.state()
        for wanted in sorted({rule.status for rule in rules}, key=str):
            async with blinded(bench) as service:
                await ended(_set(service, invoice.id, wanted))
            if await bench.state() != before:
                raise Finding(f"{wanted.value} is set on a paid invoice where {how}: nobody consented")


async def _set(service: InvoiceService, invoice_id: str, wanted: InvoiceStatus) -> object:
    return await service.set_status(invoice_id, wanted, allow_irreversible=True)


# --- what it is found by --------------------------------------------------------------------------


async def _long_notes(trial: Trial) -> None:
    trial.offered("record_payment")
    if trial.subject.adapter.capabilities.of("record_payment").idempotency is not Idempotency.MARKER:
        raise NotApplicable("its payments carry no marker that a note could crowd out")
    for length in _LENGTHS:
        bench = trial.bench()
        async with bench.process() as service:
            invoice = await Hand(bench, service).issued()
        given: dict[str, Any] = {
            "amount": Money("20", bench.currency),
            "paid_at": WHEN,
            "reference": bench.fresh("bank"),
            "note": (_NOTE * length)[:length].strip(),
        }
        async with bench.process() as service:
            try:
                await service.record_payment(invoice.id, **given)
            except OutcomeUnknown as error:
                raise Finding(f"a payment with a note of {length} letters is not found again") from error
            except InvoiceKitError:
                continue  # refused, with nothing recorded
        held = len(bench.rows("payments"))
        bench.lose_journal()
        async with bench.process() as service:
            await ended(service.record_payment(invoice.id, **given))
        if len(bench.rows("payments")) != held:
            raise Finding(
                f"a payment with a note of {length} letters is recorded twice: its marker was cut off",
                sent=told(bench.requests()),
            )


RULES = (
    Rule(
        id="writes.blind-looks",
        title="A look that cannot read says so, and nothing is sent",
        why="A read that failed shows no payment. Taken for nothing there, it is paid again.",
        bug="except InvoiceKitError: return Sighting()  # in look",
        tier=Tier.GOLD,
        check=_blind_looks,
    ),
    Rule(
        id="writes.long-notes",
        title="A long note leaves the marker whole",
        why="Providers cut long texts, some without a word; a payment without its marker is paid again.",
        bug='"note": f"{payment.note} {payment.marker}"[:100]',
        tier=Tier.GOLD,
        check=_long_notes,
    ),
)
