"""What is declared is true, and what was written reads back as it was given."""

import attrs

from invoicekit.adapter import Adapter, Effect, Idempotency
from invoicekit.errors import InvoiceKitError, NotFound
from invoicekit.guard import DoubtPolicy, OnDoubt
from invoicekit.model import Absent, Invoice, InvoiceStatus, Outcome, WriteResult
from invoicekit.simulate import Fault, FaultKind
from invoicekit.testing.bench import Bench
from invoicekit.testing.calls import READS, WRITES, Hand
from invoicekit.testing.in_process import InProcessTransport
from invoicekit.testing.rule import Finding, NotApplicable, Rule, Tier, Trial, told
from invoicekit.transport import HttpResponse, Outgoing

_OVERRIDDEN = {"find_invoice": "find_invoices"}
_UNCERTAIN = (408, 500, 501, 502, 503, 504, 520, 599)
_BOUND_SECONDS = 20.0


class _Last(InProcessTransport):
    """Keeps the last answer."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.simulator, clock=bench.clock)
        self.answer: HttpResponse | None = None

    async def exchange(self, outgoing: Outgoing) -> HttpResponse:
        """Exchange, and remember."""
        self.answer = await super().exchange(outgoing)
        return self.answer


async def _round_trip(trial: Trial) -> None:
    trial.offered("create_invoice")
    trial.offered("get_invoice")
    bench = trial.bench()
    async with bench.process() as service:
        hand = Hand(bench, service)
        customer, number = await hand.customer(), bench.fresh("TRIP")
        created = await hand.draft(customer_id=customer, number=number)
        given = {
            "id": created.id,
            "number": number,
            "customer_id": customer,
            "currency": bench.currency,
            "total": hand.money("120"),
            "amount_due": hand.money("120"),
        }
        read = {"get_invoice": await service.get_invoice(created.id)}
        capabilities = service.capabilities()
        if capabilities.of("find_invoice").is_offered:
            found = await service.find_invoice(number=number)
            if found is None:
                raise Finding(f"find_invoice does not find the number {number} that was created")
            read["find_invoice"] = found
        if capabilities.of("list_invoices").is_offered:
            listed = await service.list_invoices().snapshot()
            read["list_invoices"] = next(one for one in listed if one.id == created.id)
    _compare(read, given, must_tell=frozenset({"id", "number", "currency", "total"}))


def _compare(read: dict[str, Invoice], given: dict[str, object], *, must_tell: frozenset[str]) -> None:
    for method, invoice in read.items():
        for name, value in given.items():
            found = getattr(invoice, name)
            is_left_out = found is None or isinstance(found, Absent)
            if is_left_out and (method != "get_invoice" or name not in must_tell):
                continue
            if found != value:
                raise Finding(f"{method} reads {name} as {found!r}, and it was created with {value!r}")


async def _statuses_read(trial: Trial) -> None:
    trial.offered("get_invoice")
    bench = trial.bench()
    rules = {rule.raw: rule for rule in trial.subject.adapter.capabilities.statuses}
    if not rules:
        raise NotApplicable("it declares no statuses")
    async with bench.process() as service:
        hand = Hand(bench, service)
        invoices = [await hand.draft()]
        for wanted in sorted({rule.status for rule in rules.values() if rule.is_settable}, key=str):
            for make in (hand.draft, hand.issued):
                invoice = await make()
                try:
                    result = await service.set_status(
                        invoice.id, wanted, allow_irreversible=True, allow_payment_loss=True
                    )
                except InvoiceKitError:
                    continue  # not from here; what is set is what is looked at
                invoices.append(result.value)
                read = await service.get_invoice(invoice.id)
                if read.status is not wanted:
                    raise Finding(f"an invoice that was set to {wanted.value} reads as {read.status.value}")
        for invoice in invoices:
            read = await service.get_invoice(invoice.id)
            rule = rules.get(str(read.raw_status))
            if rule is not None and read.status is not rule.status:
                raise Finding(
                    f"the word {rule.raw!r} is declared as {rule.status.value}, and reads as "
                    f"{read.status.value}"
                )


async def _only_certain(trial: Trial) -> None:
    trial.offered("get_invoice")
    bench = trial.served("no status and no body that could mislead")
    async with bench.process() as service:
        invoice = await Hand(bench, service).draft()
    held = {str(row["id"]) for row in bench.rows("invoices")}
    other = next(
        one for digit in "0123456789abcdef" if (one := invoice.id[:-1] + digit) not in {*held, invoice.id}
    )
    transport = _Last(bench)
    async with bench.process(transport=transport) as service:
        try:
            await service.get_invoice(other)
        except NotFound:
            pass
        except InvoiceKitError as error:
            raise NotApplicable(f"what is not there is told as {type(error).__name__}") from error
    refused = transport.answer
    if refused is None or not 400 <= refused.status < 500:
        raise NotApplicable("this provider refuses nothing by its status")
    adapter = trial.subject.adapter
    own = adapter.refusal(refused)
    if own is None:
        raise Finding(f"refusal() makes nothing of the provider's own {refused.status}")
    if getattr(own, "status", None) != refused.status:
        raise Finding(f"refusal() does not say the status, {refused.status}")
    for status in _UNCERTAIN:
        told_as = adapter.refusal(attrs.evolve(refused, status=status))
        if told_as is not None:
            raise Finding(
                f"a {status}, whatever stands in its body, is told as {type(told_as).__name__}, certainly "
                "without effect; the write may have been done"
            )


async def _seen_first(trial: Trial) -> None:
    capabilities = trial.subject.adapter.capabilities
    looking = [method for method in trial.offered(*WRITES) if capabilities.of(method).read_back]
    if not looking:
        raise NotApplicable("no write declares what is read to settle it")
    for method in looking:
        bench = trial.bench()
        async with bench.process() as service:
            call = await Hand(bench, service).ready(method)
            await call(service)
        bench.lose_journal()
        seen, writes = len(bench.requests()), set(bench.writes())
        async with bench.process() as service:
            try:
                await call(service)
            except InvoiceKitError:
                continue  # refused by what is read; nothing was sent again either, or another rule tells
        again = [one for one in bench.requests(seen) if one.operation in writes and (one.status or 0) < 400]
        if again and capabilities.of(method).idempotency is not Idempotency.NONE:
            raise Finding(
                f"{method} stands there already, and is sent again: {again[0].operation}",
                sent=told(bench.requests(seen)),
            )


async def _resent_after_the_bound(trial: Trial) -> None:
    adapter = trial.subject.adapter
    if "settle_seconds" not in attrs.fields_dict(adapter.config_type):
        raise NotApplicable("it has no setting settle_seconds, so nothing is ever sent again")
    kinds = (Idempotency.MARKER, Idempotency.NATURAL_KEY)
    for method in trial.offered("record_payment", "create_invoice", "create_customer"):
        capability = adapter.capabilities.of(method)
        if capability.effect is not Effect.APPEND or capability.idempotency not in kinds:
            continue
        bench = trial.served("nothing that is lost on its way")
        async with bench.process() as service:
            call = await Hand(bench, service).ready(method)
        bench.disturb(*(Fault(kind=FaultKind.DROP_BEFORE, at=name, nth=1) for name in bench.writes()))
        policy = DoubtPolicy(on_doubt=OnDoubt.RESEND)
        async with bench.process(policy=policy, settle_seconds=_BOUND_SECONDS) as service:
            try:
                result = await call(service.bulk_lane())
            except InvoiceKitError as error:
                raise Finding(
                    f"{method}, its request lost, is not sent again after the bound that is configured: "
                    f"{type(error).__name__}",
                    sent=told(bench.requests()),
                ) from error
        if isinstance(result, WriteResult) and result.outcome is not Outcome.APPLIED:
            raise Finding(f"{method}, sent again after the bound, ends as {result.outcome.value}")


async def _found_whole(trial: Trial) -> None:
    kinds = (Idempotency.MARKER, Idempotency.NATURAL_KEY)
    for method in trial.offered(*WRITES):
        if trial.subject.adapter.capabilities.of(method).idempotency not in kinds:
            continue
        bench = trial.bench()
        async with bench.process() as service:
            call = await Hand(bench, service).ready(method)
            first = await call(service)
        bench.lose_journal()
        async with bench.process() as service:
            again = await call(service)
        if not (isinstance(first, WriteResult) and isinstance(again, WriteResult)):
            continue
        if first.resource_id is None and getattr(first.value, "id", None):
            raise Finding(
                f"{method} gives a value with an id, and no `resource_id`: the journal cannot name it"
            )
        if first.resource_id != again.resource_id:
            raise Finding(
                f"{method} gave the id {first.resource_id!r}, and found again {again.resource_id!r}"
            )
        if bool(first.raw) and not again.raw:
            raise Finding(f"{method}, found again, comes without what the provider sent (`raw`)")
        if bool(first.headers) and not again.headers:
            raise Finding(f"{method}, found again, comes without the `headers` of its answer")


async def _unsettable(trial: Trial) -> None:
    trial.offered("set_status")
    rules = trial.subject.adapter.capabilities.statuses
    settable = {rule.status for rule in rules if rule.is_settable}
    bench = trial.bench()
    async with bench.process() as service:
        invoice = await Hand(bench, service).issued()
        before, seen = await bench.state(), len(bench.requests())
        for wanted in sorted(set(InvoiceStatus) - settable, key=str):
            try:
                await service.set_status(invoice.id, wanted, allow_irreversible=True, allow_payment_loss=True)
            except InvoiceKitError:
                pass
            else:
                raise Finding(f"{wanted.value} is not declared as settable, and setting it ends well")
            writes = [one for one in bench.requests(seen) if one.operation in bench.writes()]
            if writes or await bench.state() != before:
                raise Finding(
                    f"{wanted.value} is not declared as settable, and something is sent for it",
                    sent=told(writes),
                )


async def _raw(trial: Trial) -> None:
    bench = trial.bench()
    async with bench.process() as service:
        hand = Hand(bench, service)
        for method in trial.offered("get_invoice", "list_invoices", "list_payments", "list_customers"):
            found = await (await hand.ready(method))(service)
            for one in found if isinstance(found, tuple) else (found,):
                if not getattr(one, "raw", None):
                    raise Finding(f"{method} gives a {type(one).__name__} without `raw`")
                lines = getattr(one, "line_items", ())
                if isinstance(lines, tuple) and not all(line.raw for line in lines):
                    raise Finding(f"{method} gives a line without `raw`")


async def _declared(trial: Trial) -> None:
    adapter = trial.subject.adapter
    known = {*READS, *WRITES, "export_pdf"}
    if strange := sorted(set(adapter.capabilities.operations) - known):
        raise Finding(f"capabilities speak of {', '.join(strange)}, which no service calls")
    for method in sorted(known):
        name = _OVERRIDDEN.get(method, method)
        is_there = getattr(adapter, name) is not getattr(Adapter, name)
        is_offered = adapter.capabilities.of(method).is_offered
        if is_offered and not is_there:
            raise Finding(f"{method} is declared, and {name}() is not there")
        if is_there and not is_offered and method not in adapter.capabilities.operations:
            raise Finding(f"{name}() is there, and no capability speaks of {method}: nobody can call it")


RULES = (
    Rule(
        id="reads.raw",
        title="What was read carries all that the provider sent",
        why="What nobody modelled is still needed one day, to prove what the provider said.",
        bug="Invoice(id=wire.id, ...)  # without raw=",
        tier=Tier.BRONZE,
        check=_raw,
    ),
    Rule(
        id="reads.round-trip",
        title="What was created reads back as it was given",
        why="A number or an amount that reads otherwise is matched with somebody else's money.",
        bug="Invoice(id=wire.id, total=total)  # and nobody sets the number",
        tier=Tier.BRONZE,
        check=_round_trip,
    ),
    Rule(
        id="errors.only-certain",
        title="Only what certainly had no effect is a refusal, whatever stands in the body",
        why="A gateway's 502 may carry the provider's own error text, and the payment went through.",
        bug="if 'error' in body: return Rejected(...)  # and the status is 502",
        tier=Tier.SILVER,
        check=_only_certain,
    ),
    Rule(
        id="capabilities.declared",
        title="What is declared is there, and what is there is declared",
        why="A call that is not declared is refused, though it would work; one that is not there fails late.",
        bug="operations={'list_invoice': ...}  # a letter is missing",
        tier=Tier.SILVER,
        check=_declared,
    ),
    Rule(
        id="statuses.read-back",
        title="A status reads as what its table says, and as what it was set to",
        why="A paid invoice that reads as unknown is asked for again.",
        bug="status=InvoiceStatus.UNKNOWN  # where a default was forgotten",
        tier=Tier.GOLD,
        check=_statuses_read,
    ),
    Rule(
        id="writes.seen-first",
        title="What stands there already is not sent again",
        why="Every send is a chance to do it twice; a look costs a read.",
        bug="look: return Sighting()  # whatever was read",
        tier=Tier.GOLD,
        check=_seen_first,
    ),
    Rule(
        id="writes.found-whole",
        title="What is found again carries its id and what the provider sent",
        why="The id is what the next step, a refund or a deletion, is made with.",
        bug="Sighting(matches=(Done(value=payment),))  # without resource_id",
        tier=Tier.GOLD,
        check=_found_whole,
    ),
    Rule(
        id="statuses.unsettable",
        title="A status that is not declared as settable is refused, and nothing is sent",
        why="Providers take words that they should not, and an invoice is paid without money.",
        bug="body = {'status': WORDS.get(status)}  # None for what cannot be set",
        tier=Tier.GOLD,
        check=_unsettable,
    ),
    Rule(
        id="writes.resent-after-the-bound",
        title="With a settle bound, and only then, a lost write is sent again, once",
        why="Whoever opted into it waits for ever otherwise: the bound never reaches the guard.",
        bug="Write(operation=PAY, ...)  # without the configured settle_seconds",
        tier=Tier.GOLD,
        check=_resent_after_the_bound,
    ),
)
