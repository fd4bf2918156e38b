"""What makes no sense is refused, and nothing is written."""

from invoicekit.errors import InvoiceKitError, OutcomeUnknown
from invoicekit.model import Money
from invoicekit.testing.calls import WHEN, Hand
from invoicekit.testing.rule import Finding, Rule, Tier, Trial, told


async def _nothing_owed(trial: Trial) -> None:
    trial.offered("record_payment")
    for method in trial.offered("write_off", "create_credit_note"):
        bench = trial.bench()
        async with bench.process() as service:
            hand = Hand(bench, service)
            invoice = await hand.paid()
            before = await bench.state()
            try:
                if method == "write_off":
                    await service.write_off(invoice.id, reference=bench.fresh("off"))
                else:
                    await service.create_credit_note(
                        invoice.id, number=bench.fresh("CN"), amount=hand.money("20"), issue_date=WHEN.date()
                    )
            except InvoiceKitError:
                if await bench.state() != before:
                    raise Finding(
                        f"{method} of an invoice that owes nothing is refused, and changes the books",
                        sent=told(bench.requests()),
                    ) from None
                continue
            if method == "write_off":
                raise Finding(
                    "write_off of an invoice that owes nothing is told as done", sent=told(bench.requests())
                )


# --- another currency -----------------------------------------------------------------------------


async def _other_currency(trial: Trial) -> None:
    trial.offered("record_payment")
    bench = trial.bench()
    other = "CHF" if bench.currency != "CHF" else "EUR"
    async with bench.process() as service:
        invoice = await Hand(bench, service).issued()
        before, seen = await bench.state(), len(bench.requests())
        try:
            await service.record_payment(
                invoice.id, Money("120", other), paid_at=WHEN, reference=bench.fresh("bank")
            )
        except OutcomeUnknown as error:
            raise Finding(
                f"a payment of 120 {other} on an invoice in {bench.currency} is in doubt"
            ) from error
        except InvoiceKitError:
            if await bench.state() != before:
                raise Finding(
                    f"a payment in {other} is refused, and changes the books", sent=told(bench.requests(seen))
                ) from None
            return
    raise Finding(
        f"a payment of 120 {other} is recorded on an invoice in {bench.currency}",
        sent=told(bench.requests(seen)),
    )


RULES = (
    Rule(
        id="writes.nothing-owed",
        title="What owes nothing is not written off",
        why="Written off and paid, an invoice counts twice in the books: a loss that never was.",
        bug="async def write_off(self, invoice_id): ...  # whatever is due",
        tier=Tier.GOLD,
        check=_nothing_owed,
    ),
    Rule(
        id="writes.other-currency",
        title="Money in another currency than the invoice's is refused",
        why="120 francs are not 120 euros: one of the two books is wrong from then on.",
        bug='body = {"amount": payment.amount.amount}  # and the currency is the invoice\'s',
        tier=Tier.GOLD,
        check=_other_currency,
    ),
)
