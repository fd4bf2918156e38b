"""The demo's judge: what a ledger may not say."""

from decimal import Decimal

import attrs
import pytest

from invoicekit.adapter import Capabilities
from invoicekit.bulk import JobExit
from invoicekit.cli.demo_columns import Column
from invoicekit.cli.demo_judge import Books, InvoiceSeen, Judged, PaymentSeen, contradictions
from invoicekit.cli.demo_program import (
    CREATE_CUSTOMER,
    CREATE_INVOICE,
    EXPORT_PDF,
    MARK_TIME,
    OPEN,
    PAY_PART,
    PAY_REST,
    VOID_ANOTHER,
    Cell,
    State,
)
from invoicekit.cli.demo_table import columns_exit_code
from invoicekit.errors import AdapterNotFound
from invoicekit.model import InvoiceStatus, Money, StatusRule

PART, REST = Money("40.00", "USD"), Money("60.00", "USD")
APPLIED = Cell(state=State.APPLIED)
CAPABILITIES = Capabilities(
    operations={},
    statuses=(
        StatusRule(raw="new", status=InvoiceStatus.DRAFT),
        StatusRule(raw="done", status=InvoiceStatus.PAID),
        StatusRule(raw="gone", status=InvoiceStatus.VOID),
    ),
)
FIRST = InvoiceSeen(id="i1", number="2026-001", customer_id="c", status="done", total=Money("100", "USD"))
OTHER = attrs.evolve(FIRST, id="i2", number="2026-002", status="gone")
BOOKS = Books(
    invoices=[FIRST, OTHER],
    payments=[PaymentSeen(invoice_id="i1", amount=PART), PaymentSeen(invoice_id="i1", amount=REST)],
    entries={"e1": True},
)
TOLD = Judged(
    cells={
        CREATE_CUSTOMER: APPLIED,
        CREATE_INVOICE: APPLIED,
        OPEN: APPLIED,
        PAY_PART: Cell(state=State.APPLIED, amount=PART),
        PAY_REST: Cell(state=State.APPLIED, amount=REST),
        VOID_ANOTHER: APPLIED,
        MARK_TIME: APPLIED,
        EXPORT_PDF: APPLIED,
    },
    customer_id="c",
    entry_ids=["e1"],
    has_write_faults=False,
)


def judged(books: Books = BOOKS, told: Judged = TOLD, **cells: Cell) -> tuple[str, ...]:
    """Judge, with some cells replaced."""
    names = {"part": PAY_PART, "void": VOID_ANOTHER, "time": MARK_TIME, "draft": CREATE_INVOICE}
    replaced = {names[name]: cell for name, cell in cells.items()}
    return contradictions(attrs.evolve(told, cells={**told.cells, **replaced}), books, CAPABILITIES)


def test_a_ledger_that_agrees_says_nothing() -> None:
    """No contradiction where everything is as told."""
    assert judged() == ()


def test_a_payment_that_stands_twice_is_found() -> None:
    """One row and two payments."""
    twice = attrs.evolve(BOOKS, payments=[*BOOKS.payments, PaymentSeen(invoice_id="i1", amount=PART)])

    assert judged(twice) == ("2 payments of 40.00 USD in the ledger, where the rows tell of 1",)


def test_money_that_arrived_twice_is_found() -> None:
    """Where arrivals are kept apart, they are counted too."""
    twice = attrs.evolve(BOOKS, arrivals=[PART, REST, REST])

    assert judged(twice) == ("2 arrivals of money of 60.00 USD in the ledger, where the rows tell of 1",)


def test_a_payment_that_is_missing_is_found() -> None:
    """An applied row and no payment."""
    assert len(judged(attrs.evolve(BOOKS, payments=BOOKS.payments[:1]))) == 1


@pytest.mark.parametrize("state", [State.REFUSED, State.NOT_APPLIED])
def test_a_payment_that_was_denied_and_stands_is_found(state: State) -> None:
    """What was not applied must not be there."""
    assert len(judged(part=Cell(state=state, amount=PART))) == 1


def test_a_payment_of_someone_else_is_found() -> None:
    """Nobody paid the other invoice."""
    stray = attrs.evolve(BOOKS, payments=[*BOOKS.payments, PaymentSeen(invoice_id="i2", amount=REST)])

    assert judged(stray) == ("1 payments stand on invoices that nobody paid",)


@pytest.mark.parametrize("payments", [BOOKS.payments, BOOKS.payments[1:]])
def test_doubt_allows_either(payments: list[PaymentSeen]) -> None:
    """A payment in doubt may be there or not, where a fault struck a write."""
    unsure = Cell(state=State.UNKNOWN, amount=PART)

    found = judged(
        attrs.evolve(BOOKS, payments=payments), attrs.evolve(TOLD, has_write_faults=True), part=unsure
    )

    assert found == ()


def test_doubt_without_a_fault_is_found() -> None:
    """Nothing but a fault excuses doubt."""
    assert judged(part=Cell(state=State.UNKNOWN, amount=PART)) == (
        "pay in part is in doubt, but no fault lost or refused a write",
    )


@pytest.mark.parametrize(
    ("books", "step"),
    [
        (attrs.evolve(BOOKS, invoices=[attrs.evolve(FIRST, status="new"), OTHER]), OPEN),
        (attrs.evolve(BOOKS, invoices=[attrs.evolve(FIRST, customer_id="x"), OTHER]), CREATE_CUSTOMER),
        (
            attrs.evolve(BOOKS, invoices=[attrs.evolve(FIRST, total=Money(Decimal(1), "USD")), OTHER]),
            CREATE_INVOICE,
        ),
        (attrs.evolve(BOOKS, invoices=[FIRST, attrs.evolve(OTHER, status="done")]), VOID_ANOTHER),
        (attrs.evolve(BOOKS, entries={"e1": False}), MARK_TIME),
    ],
)
def test_a_row_that_is_not_so_is_found(books: Books, step: str) -> None:
    """Each step that says it is done is looked up."""
    assert judged(books) == (f"{step} is applied, but the ledger says otherwise",)


@pytest.mark.parametrize(
    ("name", "step"), [("draft", CREATE_INVOICE), ("void", VOID_ANOTHER), ("time", MARK_TIME)]
)
def test_a_row_that_is_so_all_the_same_is_found(name: str, step: str) -> None:
    """A step that was told as not applied, and stands."""
    assert judged(**{name: Cell(state=State.NOT_APPLIED)}) == (  # type: ignore[arg-type]  # cells alone
        f"{step} is not applied, but the ledger holds it",
    )


def test_an_invoice_that_stands_twice_is_found() -> None:
    """Numbers are unique."""
    twice = attrs.evolve(BOOKS, invoices=[FIRST, OTHER, attrs.evolve(OTHER, id="i3")])

    assert judged(twice) == ("invoice 2026-002 stands 2 times",)


@pytest.mark.parametrize(
    ("column", "code"),
    [
        (Column(provider="x", cells=TOLD.cells), JobExit.DONE),
        (Column(provider="x", cells={PAY_PART: Cell(state=State.REFUSED)}), JobExit.DONE),
        (Column(provider="x", contradictions=("twice",)), JobExit.REJECTED),
        (Column(provider="x", failure=AdapterNotFound("no simulator")), JobExit.USAGE),
    ],
)
def test_the_exit_code_is_the_ledgers(column: Column, code: JobExit) -> None:
    """Contradictions fail the run, and columns that could not begin; refused steps do not."""
    assert columns_exit_code([Column(provider="y"), column]) is code
