"""Line ids and references: the same in every run and export, never two alike."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import attrs
from hypothesis import given
from hypothesis import strategies as st

from invoicekit.guard import check_reference
from invoicekit.model import Money
from invoicekit.reconcile import StatementLine, payment_reference
from invoicekit.reconcile.identity import numbered

LINE = StatementLine(
    source="a.csv", row=2, booked=date(2026, 3, 1), amount=Money("5.00", "EUR"), account="DE1", text="Rent"
)
ids = st.text(min_size=1, max_size=300)


def ids_of(lines: Iterable[StatementLine]) -> list[str]:
    return [line.id for line in numbered(lines)]


def test_the_banks_reference_names_a_line_within_its_account() -> None:
    """Two banks may count alike."""
    first = attrs.evolve(LINE, bank_reference="F1")

    assert ids_of([first, attrs.evolve(first, account="DE2")]) == ["DE1:F1", "DE2:F1"]


def test_equal_lines_of_a_file_are_told_apart() -> None:
    """Two payments of the same day, amount and text are two payments."""
    assert len(set(ids_of([LINE, LINE, LINE]))) == 3


def test_an_overlapping_export_gives_the_same_ids() -> None:
    """Neither the file's name nor the place in it matters."""
    later = attrs.evolve(LINE, source="b.csv", row=40)

    assert ids_of([LINE, LINE]) == ids_of([later, attrs.evolve(later, row=41)])


def test_any_other_content_is_another_line() -> None:
    """Each of what the bank says about a line tells it from others."""
    others = [
        attrs.evolve(LINE, text="Rent 2"),
        attrs.evolve(LINE, amount=Money("5.01", "EUR")),
        attrs.evolve(LINE, amount=Money("5.00", "USD")),
        attrs.evolve(LINE, booked=date(2026, 3, 2)),
        attrs.evolve(LINE, payer="Acme"),
        attrs.evolve(LINE, references=("RF1",)),
    ]

    assert len(set(ids_of([LINE, *others]))) == 7


def test_a_way_of_writing_an_amount_is_no_content() -> None:
    """5 and 5.00 are the same money."""
    assert ids_of([LINE]) == ids_of([attrs.evolve(LINE, amount=Money(Decimal(5), "EUR"))])


def test_what_banks_write_for_nothing_is_no_reference() -> None:
    """NONREF on every line would make them one."""
    first, second = ids_of([attrs.evolve(LINE, bank_reference="NONREF", text=text) for text in "ab"])

    assert first != second


@given(reference=ids, account=st.text(max_size=300), invoice_id=ids)
def test_every_derived_reference_may_be_used(reference: str, account: str, invoice_id: str) -> None:
    """Whatever a bank writes: short enough, printable, not in our own namespace."""
    (line,) = numbered([attrs.evolve(LINE, bank_reference=reference, account=account)])

    assert check_reference(payment_reference(line.id, invoice_id))


@given(one=st.tuples(ids, ids), other=st.tuples(ids, ids))
def test_other_pairs_have_other_references(one: tuple[str, str], other: tuple[str, str]) -> None:
    """No part of a combined transfer collides with another."""
    assert (payment_reference(*one) == payment_reference(*other)) is (one == other)
