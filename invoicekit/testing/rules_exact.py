"""Gold: cents, currencies and days are those that were given."""

from datetime import UTC, datetime, time, timedelta, timezone
from decimal import Decimal

import attrs

from invoicekit.errors import InvoiceKitError
from invoicekit.model import Money, Payment
from invoicekit.service import InvoiceService
from invoicekit.testing.calls import WHEN, Hand
from invoicekit.testing.rule import Finding, Rule, Tier, Trial, told

_PRICES = ("1.15", "3.20")
"""4.35 in all. Times 100 as floats they are 114.99…, 320 and 434.99…; 4.35 - 1.15 is 3.1999…"""
_OTHERS = ("USD", "EUR", "JPY")
_INSTANTS = (
    WHEN,
    datetime(2026, 5, 31, 23, 30, tzinfo=UTC),
    datetime(2026, 6, 1, 0, 30, tzinfo=timezone(timedelta(hours=2))),
)


# --- cents ----------------------------------------------------------------------------------------


async def _odd_cents(trial: Trial) -> None:
    trial.offered("create_invoice")
    trial.offered("get_invoice")
    bench = trial.bench()
    async with bench.process() as service:
        hand = Hand(bench, service)
        lines = [attrs.evolve(line, quantity=Decimal(1)) for line in hand.lines(len(_PRICES))]
        priced = [
            attrs.evolve(line, unit_price=hand.money(price))
            for line, price in zip(lines, _PRICES, strict=True)
        ]
        total = Money.sum((hand.money(price) for price in _PRICES), bench.currency)
        invoice = await hand.draft(line_items=tuple(priced))
        read = await service.get_invoice(invoice.id)
        _told(read, "total", total, f"lines of {' and '.join(_PRICES)}")
        _told(read, "amount_due", total, f"lines of {' and '.join(_PRICES)}")
        if service.capabilities().of("record_payment").is_offered:
            await hand.open(invoice.id)
            await _paid_in_odd_cents(service, hand, invoice.id, total)


async def _paid_in_odd_cents(service: InvoiceService, hand: Hand, invoice_id: str, total: Money) -> None:
    part = hand.money(_PRICES[0])
    try:
        result = await service.record_payment(
            invoice_id, part, paid_at=WHEN, reference=hand.ground.fresh("odd")
        )
    except InvoiceKitError:
        return  # paid as a whole or not at all
    _told(result.value, "amount", part, f"a payment of {part}")
    if service.capabilities().of("list_payments").is_offered:
        listed = await service.list_payments(invoice_id).snapshot()
        if [one.amount for one in listed] != [part]:
            raise Finding(f"a payment of {part} is listed as {', '.join(str(one.amount) for one in listed)}")
    read = await service.get_invoice(invoice_id)
    _told(read, "amount_paid", part, f"a payment of {part}")
    _told(read, "amount_due", total - part, f"a payment of {part} on {total}")


def _told(read: object, name: str, wanted: Money, after: str) -> None:
    found = getattr(read, name, None)
    if isinstance(found, Money) and found != wanted:
        raise Finding(f"after {after}, {name} reads as {found}, not {wanted}")


# --- currencies -----------------------------------------------------------------------------------


async def _currencies(trial: Trial) -> None:
    trial.offered("create_invoice")
    trial.offered("get_invoice")
    bench = trial.bench()
    async with bench.process() as service:
        hand = Hand(bench, service)
        for other in _OTHERS:
            if other == bench.currency:
                continue
            wanted = Money("120", other)
            lines = tuple(attrs.evolve(line, unit_price=Money("60", other)) for line in hand.lines())
            try:
                made = await hand.draft(currency=other, line_items=lines)
            except InvoiceKitError:
                continue  # it invoices in one currency, and says so
            read = await service.get_invoice(made.id)
            if read.currency != other:
                raise Finding(f"an invoice in {other} reads as one in {read.currency}")
            _told(read, "total", wanted, f"an invoice of {wanted}")
            _told(read, "amount_due", wanted, f"an invoice of {wanted}")
        await _paid_in_another(service, hand)


async def _paid_in_another(service: InvoiceService, hand: Hand) -> None:
    if not service.capabilities().of("record_payment").is_offered:
        return
    invoice = await hand.issued()
    other = next(one for one in _OTHERS if one != invoice.currency)
    try:
        await service.record_payment(
            invoice.id, Money("20", other), paid_at=WHEN, reference=hand.ground.fresh("other")
        )
    except InvoiceKitError:
        return
    raise Finding(f"20 {other} are taken as a payment of an invoice in {invoice.currency}")


# --- days -----------------------------------------------------------------------------------------


async def _days(trial: Trial) -> None:
    trial.offered("record_payment")
    trial.offered("list_payments")
    bench = trial.bench()
    async with bench.process() as service:
        hand = Hand(bench, service)
        for given in _INSTANTS:
            invoice = await hand.issued()
            await service.record_payment(
                invoice.id, invoice.total, paid_at=given, reference=bench.fresh("day")
            )
            listed = await service.list_payments(invoice.id).snapshot()
            for one in listed:
                if not _same_day(one, given):
                    raise Finding(
                        f"a payment of {given.isoformat()} reads as one of {one.paid_at}",
                        sent=told(bench.requests()),
                    )


def _same_day(payment: Payment, given: datetime) -> bool:
    """Tell whether a payment is of that instant, or of its day where the provider keeps days alone."""
    found = payment.paid_at
    if not isinstance(found, datetime) or abs(found - given) < timedelta(seconds=1):
        return True
    is_a_day = found.timetz().replace(tzinfo=None) == time.min
    return is_a_day and found.date() in {given.date(), given.astimezone(UTC).date()}


RULES = (
    Rule(
        id="amounts.odd-cents",
        title="Amounts are exact, whatever their cents",
        why="Ten payments in a hundred would be a cent short, and their invoices stay open for ever.",
        bug="cents = int(float(amount) * 100)  # 434 for 4.35",
        tier=Tier.GOLD,
        check=_odd_cents,
    ),
    Rule(
        id="amounts.currencies",
        title="An amount keeps its currency, or is refused",
        why="A hundred dollars that are booked as a hundred euros are somebody's loss.",
        bug='Money(wire.total, "EUR")  # and the invoice is in dollars',
        tier=Tier.GOLD,
        check=_currencies,
    ),
    Rule(
        id="writes.days",
        title="A payment reads back on the day it was made",
        why="A day that is read as a month moves money to another year's books, and no reminder fits it.",
        bug='paid_at.strftime("%m.%d.%Y")  # where the provider reads DD.MM.YYYY',
        tier=Tier.GOLD,
        check=_days,
    ),
)
