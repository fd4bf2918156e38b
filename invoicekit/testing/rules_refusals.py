"""What makes no sense is refused, and nothing is written."""

from invoicekit.errors import InvoiceKitError
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


RULES = (
    Rule(
        id="writes.nothing-owed",
        title="What owes nothing is not written off",
        why="Written off and paid, an invoice counts twice in the books: a loss that never was.",
        bug="async def write_off(self, invoice_id): ...  # whatever is due",
        tier=Tier.GOLD,
        check=_nothing_owed,
    ),
)
