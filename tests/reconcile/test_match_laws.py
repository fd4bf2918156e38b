"""What holds of every matching, whatever comes in."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicekit.model import InvoiceStatus, Money
from invoicekit.reconcile import Decision, Kind, Matching, Receivable, StatementLine, match

# Few names, numbers and amounts, so that everything collides with everything.
NUMBERS = ("A-2026-1", "A-2026-2", "A-2026-12", "B2026", "7", "A-2026-1")
NAMES = ("Acme GmbH", "Acme", "Globex Trading", "")
AMOUNTS = ("10.00", "20.00", "30.00", "10.01")
STATUSES = (InvoiceStatus.OPEN, InvoiceStatus.OPEN, InvoiceStatus.PAID, InvoiceStatus.VOID)
FIRST = date(2026, 3, 1)

amounts = st.sampled_from(AMOUNTS)
currencies = st.sampled_from(("EUR", "EUR", "USD"))


@st.composite
def receivables(draw: st.DrawFn) -> list[Receivable]:
    return [
        Receivable(
            id=f"id-{place}",
            number=draw(st.sampled_from(NUMBERS)),
            due=Money(draw(amounts), draw(currencies)),
            customer=draw(st.sampled_from(NAMES)),
            issued=FIRST - timedelta(days=draw(st.integers(-2, 3))),
            status=draw(st.sampled_from(STATUSES)),
        )
        for place in range(draw(st.integers(0, 6)))
    ]


@st.composite
def statement_lines(draw: st.DrawFn) -> list[StatementLine]:
    return [
        StatementLine(
            source=draw(st.sampled_from("ab")),
            row=place,
            id=f"bank:{draw(st.integers(0, 6))}",
            booked=FIRST + timedelta(days=draw(st.integers(0, 2))),
            amount=draw(st.sampled_from((1, 1, 1, -1))) * Money(draw(amounts), draw(currencies)),
            text=" ".join(draw(st.lists(st.sampled_from(NUMBERS), max_size=3))),
            payer=draw(st.sampled_from(NAMES)),
            is_reversal=draw(st.sampled_from((False, False, False, True))),
        )
        for place in range(draw(st.integers(0, 7)))
    ]


def applied(matching: Matching) -> list[tuple[StatementLine, Receivable, Money]]:
    return [
        (proposal.line, part.invoice, part.amount)
        for proposal in matching.proposals
        if proposal.decision is Decision.APPLY
        for option in proposal.options
        for part in option.parts
    ]


def shuffled(things: Sequence[object], seed: int) -> list[object]:
    turned = list(things)
    Random(seed).shuffle(turned)
    return turned


@settings(max_examples=100, deadline=None)
@given(lines=statement_lines(), owed=receivables(), seed=st.integers(0, 2**16))
def test_the_order_of_the_input_does_not_matter(
    lines: list[StatementLine], owed: list[Receivable], seed: int
) -> None:
    """The same lines and invoices, shuffled, give the same plan."""
    other = match(shuffled(lines, seed), shuffled(owed, seed + 1))  # type: ignore[arg-type]

    assert match(lines, owed) == other


@settings(max_examples=100, deadline=None)
@given(lines=statement_lines(), owed=receivables())
def test_no_invoice_gets_more_than_it_owes(lines: list[StatementLine], owed: list[Receivable]) -> None:
    """All that is applied unasked, added up for each invoice, is at most what it owes."""
    given_to: dict[str, Money] = {}
    for _, invoice, amount in applied(match(lines, owed)):
        given_to[invoice.id] = given_to.get(invoice.id, Money.zero(amount.currency)) + amount
        assert invoice.is_open

    dues = {each.id: each.due for each in owed}
    assert all(amount <= dues[invoice_id] for invoice_id, amount in given_to.items())


@settings(max_examples=100, deadline=None)
@given(lines=statement_lines(), owed=receivables())
def test_no_line_gives_more_than_it_has(lines: list[StatementLine], owed: list[Receivable]) -> None:
    """Parts and surplus are the line's amount; each part is above zero."""
    for proposal in match(lines, owed).proposals:
        for option in proposal.options:
            assert all(part.amount.amount > 0 for part in option.parts)
            assert option.amount <= proposal.line.amount
            if proposal.decision is Decision.APPLY and proposal.surplus is not None:
                assert option.amount + proposal.surplus == proposal.line.amount


@settings(max_examples=100, deadline=None)
@given(lines=statement_lines(), owed=receivables())
def test_every_line_stands_in_the_plan_once(lines: list[StatementLine], owed: list[Receivable]) -> None:
    """Nothing is lost, nothing is doubled; a line is applied at most once."""
    matching = match(lines, owed)

    assert Counter(each.line.where for each in matching.proposals) == Counter(each.where for each in lines)
    decided = [each for each in matching.proposals if each.decision is Decision.APPLY]
    assert len({each.line.id for each in decided}) == len(decided)
    assert all(len(each.options) == 1 for each in decided)
    assert all(each.kind is not Kind.AMBIGUOUS for each in decided)


@settings(max_examples=100, deadline=None)
@given(lines=statement_lines(), owed=receivables())
def test_what_was_recorded_is_never_proposed_again(
    lines: list[StatementLine], owed: list[Receivable]
) -> None:
    """Once all of it is recorded, the same lines give nothing to apply to the same invoices."""
    first = applied(match(lines, owed))
    recorded = {(line.id, invoice.id): amount for line, invoice, amount in first}
    left = {each.id: each for each in owed}
    for _, invoice, amount in first:
        left[invoice.id] = attrs.evolve(left[invoice.id], due=left[invoice.id].due - amount)

    again = applied(match(lines, left.values(), recorded=recorded))

    assert [(line.id, invoice.id) for line, invoice, _ in again if (line.id, invoice.id) in recorded] == []
