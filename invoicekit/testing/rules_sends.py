"""Gold: what is sent, how often, and how it is found again among others."""

from collections import Counter

from invoicekit.adapter import Idempotency
from invoicekit.errors import InvoiceKitError
from invoicekit.model import Money
from invoicekit.testing.any_bench import Loss
from invoicekit.testing.calls import WHEN, WRITES, Call, Hand
from invoicekit.testing.rule import Finding, NotApplicable, Rule, Tier, Trial, told

_RUNS = 3
_SMALL_PAGE = 25
"""Up to here two pages are filled, so that what ends with the second page shows, too."""
_TOLD_APART = (Idempotency.MARKER, Idempotency.NATURAL_KEY)


def _told_apart(trial: Trial, *methods: str) -> list[str]:
    capabilities = trial.subject.adapter.capabilities
    return [one for one in trial.offered(*methods) if capabilities.of(one).idempotency in _TOLD_APART]


async def _one_send(trial: Trial) -> None:
    for method in trial.offered(*WRITES):
        bench = trial.bench()
        async with bench.process() as service:
            call = await Hand(bench, service).ready(method)
            seen = len(bench.requests())
            await call(service)
        writes = set(bench.writes())
        sent = [one for one in bench.requests(seen) if one.operation in writes]
        twice = [one for one, count in Counter((one.path, one.body) for one in sent).items() if count > 1]
        if twice:
            raise Finding(f"{method} sends the same write twice on its ordinary path", sent=told(sent))


async def _two_alike(trial: Trial) -> None:
    if "record_payment" not in _told_apart(trial, "record_payment"):
        raise NotApplicable("its payments are told apart by nothing of ours")
    bench = trial.bench()
    async with bench.process() as service:
        hand = Hand(bench, service)
        invoice = await hand.issued()
        before = len(bench.rows("payments"))
        for reference in ("one", "two"):
            await service.record_payment(invoice.id, hand.money("20"), paid_at=WHEN, reference=reference)
        added = len(bench.rows("payments")) - before
        if added != 2:
            raise Finding(
                f"two payments that differ in their reference alone are {added} in the ledger: the second "
                "was taken for the first",
                sent=told(bench.requests()),
            )


async def _amounts(trial: Trial) -> None:
    trial.offered("record_payment")
    trial.offered("get_invoice")
    bench = trial.bench()
    async with bench.process() as service:
        hand = Hand(bench, service)
        invoice = await hand.issued()
        if not isinstance(invoice.total, Money) or invoice.total != hand.money("120"):
            raise Finding(f"two lines of 60 make an invoice of {invoice.total}")
        await service.record_payment(invoice.id, hand.money("120"), paid_at=WHEN, reference="whole")
        found = await service.get_invoice(invoice.id)
        if isinstance(found.amount_paid, Money) and found.amount_paid != hand.money("120"):
            raise Finding(f"a payment of 120 reads as {found.amount_paid}", sent=told(bench.requests()))
        if isinstance(found.amount_due, Money) and found.amount_due:
            raise Finding(f"after a payment of the whole, {found.amount_due} are due")


async def _on_any_page(trial: Trial) -> None:
    limits = trial.subject.adapter.capabilities.limits
    if limits is None or limits.page_size is None:
        raise NotApplicable("its lists have no pages")
    methods = _told_apart(trial, "record_payment", "create_invoice")
    for method in methods:
        bench = trial.bench()
        async with bench.process() as service:
            hand = Hand(bench, service)
            if method == "create_invoice":
                kind, call = "invoices", await hand.ready(method)
                bench.populate({"invoices": 2 * limits.page_size})
            else:
                pages = 2 if limits.page_size <= _SMALL_PAGE else 1
                kind, call = "payments", await _crowded(hand, pages * limits.page_size + 5)
        before = len(bench.rows(kind))
        next(iter(bench.ways(Loss.ANSWER).values()))()
        for _ in range(_RUNS):
            async with bench.process() as service:
                try:
                    await call(service.bulk_lane())
                except InvoiceKitError as error:
                    said = error
                    continue
            break
        else:
            raise Finding(
                f"{method}: its effect stands on a later page, and no look finds it: {said}",
                sent=told(bench.requests()),
            )
        bench.lose_journal()
        async with bench.process() as service:
            await call(service)
        if (added := len(bench.rows(kind)) - before) != 1:
            raise Finding(f"{method}: its effect stands on a later page, and is there {added} times")


async def _crowded(hand: Hand, count: int) -> Call:
    """Record many small payments on an invoice, and return the call of one more."""
    invoice = await hand.draft(line_items=hand.lines(8))
    await hand.open(invoice.id)
    lane = hand.service.bulk_lane()
    for number in range(count):
        await lane.record_payment(invoice.id, hand.money("0.01"), paid_at=WHEN, reference=f"small-{number}")
    amount, reference = hand.money("20"), hand.ground.fresh("bank")
    return lambda service: service.record_payment(invoice.id, amount, paid_at=WHEN, reference=reference)


RULES = (
    Rule(
        id="writes.one-send",
        title="The ordinary path sends each write once",
        why="A second send of the same is a second payment, at a provider that knows no keys.",
        bug="await sender.send(PAY, request); return await sender.send(PAY, request)",
        tier=Tier.GOLD,
        check=_one_send,
    ),
    Rule(
        id="writes.two-alike",
        title="Two payments of one amount and instant are two, if their references differ",
        why="A customer pays two equal instalments in one day; one of them would be lost.",
        bug="match = [p for p in payments if p.amount == amount]",
        tier=Tier.GOLD,
        check=_two_alike,
    ),
    Rule(
        id="writes.amounts",
        title="What is recorded is what reads back, to the minor unit",
        why="A scale that is wrong by a hundred bills a hundredth.",
        bug='"amount": str(payment.amount.amount)  # and the wire wants cents',
        tier=Tier.GOLD,
        check=_amounts,
    ),
    Rule(
        id="writes.on-any-page",
        title="What was done is found on whatever page it stands",
        why="A look that ends with the first page sees nothing there, and pays again.",
        bug="page = await self._payments(cursor=None)  # and no further",
        tier=Tier.GOLD,
        check=_on_any_page,
    ),
)
