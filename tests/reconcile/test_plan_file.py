"""The plan's file: what is written is read back, and what a person did to it is respected or said."""

import csv
import io
import re
from datetime import date
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconcile_desk import edited, line, statement

from invoicekit.errors import UsageError
from invoicekit.model import Money
from invoicekit.reconcile import (
    Decision,
    Plan,
    PlanRow,
    Receivable,
    StatementLine,
    match,
    plan_from_text,
    plan_of,
    plan_text,
    read_plan,
    write_plan,
)

INVOICES = (
    Receivable(id="i1", number="A-2026-1", due=Money("100.00", "EUR"), customer="Acme"),
    Receivable(id="i2", number="A-2026-2", due=Money("50.00", "EUR"), customer="Acme"),
    Receivable(id="i3", number="A-2026-3", due=Money("7.00", "EUR"), customer="Globex"),
)


def made(*lines: StatementLine) -> Plan:
    return plan_of(match(lines, INVOICES), provider="clockify", account="w1", statements=[statement(*lines)])


@pytest.fixture
def plan() -> Plan:
    return made(
        line("A-2026-1 A-2026-2", "150.00"), line("nothing", "9.00", number=2), line("fee", "-1.00", number=3)
    )


def without_places(rows: tuple[PlanRow, ...]) -> list[PlanRow]:
    return [attrs.evolve(row, row=0) for row in rows]


def test_a_plan_reads_back_as_it_was(plan: Plan, tmp_path: Path) -> None:
    """Nothing is lost on the way through the file."""
    write_plan(plan, tmp_path / "plan.csv")

    again = read_plan(tmp_path / "plan.csv")

    assert without_places(again.rows) == without_places(plan.rows)
    assert (again.provider, again.account, again.statements) == ("clockify", "w1", again.statements)


@given(text=st.text(max_size=60), payer=st.text(max_size=60))
def test_whatever_a_payer_writes_reads_back(text: str, payer: str) -> None:
    """Quotes, commas, line ends, formulas: the rows stay the rows."""
    plan = made(attrs.evolve(line("A-2026-1", "100.00"), text=f"A-2026-1 {text}", payer=payer))

    again = plan_from_text(plan_text(plan), name="plan.csv")

    assert [row.problem for row in again.rows] == [None] * len(plan.rows)
    assert [row.line_id for row in again.rows] == [row.line_id for row in plan.rows]


def test_the_same_plan_is_the_same_file(plan: Plan) -> None:
    """So that two of them can be compared."""
    assert plan_text(plan) == plan_text(plan)


def test_a_formula_in_a_transfer_is_defused(tmp_path: Path) -> None:
    """Anybody who transfers a cent chooses what stands in the plan."""
    text = plan_text(made(attrs.evolve(line("x", "0.01"), text='=HYPERLINK("http://x")', payer="@cmd")))

    assert "'=HYPERLINK" in text
    assert "'@cmd" in text
    assert ",=HYPERLINK" not in text


def test_only_its_owner_reads_it(plan: Plan, tmp_path: Path) -> None:
    """It holds names and amounts."""
    write_plan(plan, tmp_path / "plan.csv")

    assert (tmp_path / "plan.csv").stat().st_mode & 0o777 == 0o600


def test_decision_and_amount_may_be_changed(plan: Plan, tmp_path: Path) -> None:
    """That is what the file is for."""
    again = edited(
        plan, tmp_path, lambda rows: (rows[0].update(decision=" Skip "), rows[1].update(allocated="20"))
    )

    assert (again.rows[0].decision, again.rows[1].allocated) == (Decision.SKIP, Money("20", "EUR"))


def test_another_invoice_may_be_chosen(plan: Plan, tmp_path: Path) -> None:
    """What that one owed is then not known."""
    again = edited(
        plan, tmp_path, lambda rows: rows[2].update(decision="apply", invoice_id="i3", allocated="7.00")
    )

    assert (again.rows[2].invoice_id, again.rows[2].amount_due) == ("i3", None)
    assert again.rows[2].problem is None


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("decision", "yes", "column decision: 'yes' is none of apply, skip and ask"),
        ("amount", "1500.00", "class, booked, amount, currency or line_id were changed"),
        ("booked", "01.03.2026", "'01.03.2026' is not a date"),
        ("booked", "2026-03-02", "class, booked, amount, currency or line_id were changed"),
        ("currency", "USD", "class, booked, amount, currency or line_id were changed"),
        ("class", "exact", "class, booked, amount, currency or line_id were changed"),
        ("line_id", "1.2E+15", "class, booked, amount, currency or line_id were changed"),
        ("allocated", "ten", "column allocated: 'ten' is not an amount"),
        ("allocated", "1.005", "has more than 2 decimals"),
    ],
)
def test_what_must_not_change_is_located(
    plan: Plan, tmp_path: Path, column: str, value: str, message: str
) -> None:
    """One row says so; the others stay usable."""
    again = edited(plan, tmp_path, lambda rows: rows[0].update({column: value}))

    assert again.rows[0].problem is not None
    assert again.rows[0].problem.startswith(f"plan.csv:{again.rows[0].row}, ")
    assert message in again.rows[0].problem
    assert [row.problem for row in again.rows[1:]] == [None] * (len(plan.rows) - 1)


def test_a_spreadsheets_own_way_of_saving_is_read(plan: Plan, tmp_path: Path) -> None:
    """Semicolons, decimal commas, a byte order mark, empty cells behind the comments."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    for cells in csv.reader(plan_text(plan).splitlines()):
        numbers = [
            cell.replace(".", ",") if re.fullmatch(r"-?[0-9]+\.[0-9]+", cell) else cell for cell in cells
        ]
        writer.writerow(numbers + [""] * (19 - len(cells)))
    body = file.getvalue()
    (tmp_path / "plan.csv").write_bytes(b"\xef\xbb\xbf" + body.encode())

    again = read_plan(tmp_path / "plan.csv")

    assert [row.problem for row in again.rows] == [None] * len(plan.rows)
    assert [row.allocated for row in again.rows] == [row.allocated for row in plan.rows]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a plan"),
        (b"a,b,c\n1,2,3\n", "not a plan"),
        (b"# invoicekit reconcile plan 1\n# account: w1\n", "the line `# provider"),
        (b"# invoicekit reconcile plan 1\n# provider: p\n# account: w1\n", "names the columns is missing"),
        (b"# invoicekit reconcile plan 1\n# provider: p\n# account: w1\na,b\n", "column decision"),
        (
            "# invoicekit reconcile plan 1\n# provider: p\n# account: M\xfcller\n".encode("latin-1"),
            "not UTF-8",
        ),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """Before anything is connected."""
    (tmp_path / "plan.csv").write_bytes(content)

    with pytest.raises(UsageError, match=message):
        read_plan(tmp_path / "plan.csv")


def test_a_line_of_the_plan_names_its_day(plan: Plan) -> None:
    """Rows of lines come first, by date; then invoices that nothing pays."""
    days = [row.booked for row in plan.of_lines()]

    assert days == [date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]
    assert [row.invoice_number for row in plan.rows if not row.line_id] == ["A-2026-3"]
