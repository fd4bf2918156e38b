"""`invoicekit reconcile` as a user meets it: files in, a plan between, exit codes out."""

import json
import subprocess
import sys

import pytest
from reconcile_camt import detail, document, entry
from reconcile_till import Till

PAID_IN_LOCAL_BOOKS = """
import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal

from invoicekit import InvoiceService, InvoiceStatus, Money
from invoicekit.model import NewLineItem


async def main() -> None:
    async with InvoiceService.connect("local", path="books.sqlite") as books:
        customer = (await books.create_customer("Acme")).value
        price = Money("120.00", "EUR")
        made = await books.create_invoice(
            number="{number}",
            customer_id=customer.id,
            currency="EUR",
            issue_date=date(2026, 2, 1),
            due_date=date(2026, 3, 1),
            line_items=[NewLineItem(description="Work", quantity=Decimal(1), unit_price=price)],
        )
        await books.set_status(made.value.id, InvoiceStatus.OPEN)
        paid_at = datetime(2026, 3, 1, 12, tzinfo=UTC)
        await books.record_payment(made.value.id, price, reference="bank-1", paid_at=paid_at)


asyncio.run(main())
"""
CSV = "id,booked,amount,currency,text,payer\n"


def csv(*rows: str) -> str:
    return CSV + "".join(f"{row}\n" for row in rows)


def exact(till: Till, number: int = 0) -> str:
    return f"B{number},2026-03-01,120.00,EUR,Invoice {till.numbers[number]} thanks,"


def test_plan_look_apply_report(till: Till) -> None:
    """The whole way: one line is decided, applied once, and found again."""
    till.write("bank.csv", csv(exact(till)))

    planned = till.run("plan", "bank.csv")
    applied = till.run("apply", "plan.csv", "--report", "apply.html", "--quiet")
    again = till.run("apply", "plan.csv")
    reported = till.run("report", "plan.csv")

    assert (planned.code, applied.code, again.code, reported.code) == (0, 0, 0, 0)
    assert "To be applied: 1 lines, 120.00 EUR" in planned.out
    assert "Then: invoicekit reconcile apply plan.csv --provider clockify" in planned.out
    assert reported.out == "Recorded: 1 payments, 120.00 EUR\n"
    assert till.payments() == [120_00]
    assert "120.00 EUR" in (till.folder / "apply.html").read_text()


def test_what_needs_a_person_ends_with_1(till: Till) -> None:
    """So that a nightly run can ask for one."""
    till.write("bank.csv", csv(exact(till), "B9,2026-03-02,1.23,EUR,hello,"))

    planned = till.run("plan", "bank.csv")
    applied = till.run("apply", "plan.csv")

    assert (planned.code, applied.code) == (1, 0)
    assert "For a person: 1 lines" in planned.out
    assert "1 lines still wait for a decision" in applied.out
    assert till.payments() == [120_00]


def test_a_plan_with_decisions_is_not_overwritten(till: Till) -> None:
    """Not unless it is said."""
    till.write("bank.csv", csv(exact(till)))
    till.write("plan.csv", "decisions of an afternoon")

    refused = till.run("plan", "bank.csv")

    assert refused.code == 2
    assert "plan.csv is there, and may hold decisions" in refused.err
    assert (till.folder / "plan.csv").read_text() == "decisions of an afternoon"
    assert till.run("plan", "bank.csv", "--overwrite").code == 0


def test_asked_rows_wait_for_being_accepted(till: Till) -> None:
    """One invoice fits by its amount alone."""
    till.write("bank.csv", csv(exact(till), f"B2,{till.tomorrow},120.00,EUR,hello,"))
    till.run("plan", "bank.csv")

    till.run("apply", "plan.csv")
    before = till.payments()
    accepted = till.run("apply", "plan.csv", "--accept")

    assert (before, accepted.code, till.payments()) == ([120_00], 0, [120_00, 120_00])


def test_a_statement_that_changed_is_refused(till: Till) -> None:
    """The plan speaks of lines that may be gone."""
    till.write("bank.csv", csv(exact(till)))
    till.run("plan", "bank.csv")
    till.write("bank.csv", csv(exact(till, 1)))

    refused = till.run("apply", "plan.csv")

    assert (refused.code, till.payments()) == (2, [])
    assert "bank.csv changed since the plan was made; plan again, nothing was sent" in refused.err


def test_a_statement_that_is_gone_is_no_matter(till: Till) -> None:
    """The plan holds all that is needed."""
    path = till.write("bank.csv", csv(exact(till)))
    till.run("plan", "bank.csv")
    path.unlink()

    assert till.run("apply", "plan.csv").code == 0


def test_a_rejected_row_ends_with_1(till: Till) -> None:
    """The invoice was paid by hand meanwhile; the other row is applied."""
    till.write("bank.csv", csv(exact(till), exact(till, 1)))
    till.run("plan", "bank.csv")
    (first,) = (
        row["id"] for row in till.simulated.ask("ledger/invoices") if row["number"] == till.numbers[0]
    )
    row = f"hand-1,{first},20.00,EUR,2026-03-01T08:00:00Z"
    till.write("hand.csv", f"reference,invoice_id,amount,currency,paid_at\n{row}\n")
    till.invoicekit("bulk", "pay", "hand.csv", "--provider", "clockify", *till.simulated.options)

    applied = till.run("apply", "plan.csv")

    assert (applied.code, till.payments()) == (1, [20_00, 120_00])
    assert "owes 100.00 EUR and not 120.00 EUR as planned" in applied.out


def test_unreadable_lines_are_told_and_the_rest_is_planned(till: Till) -> None:
    """Each with its place."""
    till.write("bank.csv", csv(exact(till), "B2,2026-02-30,1.00,EUR,x,", "B3,2026-03-01,1,00,EUR,x"))

    planned = till.run("plan", "bank.csv")

    assert planned.code == 1
    assert "bank.csv:3, column booked: '2026-02-30' is not a date of the form %Y-%m-%d" in planned.out
    assert till.run("apply", "plan.csv").code == 0
    assert till.payments() == [120_00]


def test_a_dry_run_needs_no_key(till: Till) -> None:
    """It reads the plan alone."""
    till.write("bank.csv", csv(exact(till)))
    till.run("plan", "bank.csv")

    shown = till.invoicekit("reconcile", "apply", "plan.csv", "--dry-run")

    assert (shown.code, till.payments()) == (0, [])
    assert "To be applied: 1 lines, 120.00 EUR" in shown.out


def test_json_is_for_programs(till: Till) -> None:
    """One document on standard output, amounts as text by currency."""
    till.write("bank.csv", csv(exact(till), "B9,2026-03-02,1.23,EUR,hello,"))

    planned = json.loads(till.run("plan", "bank.csv", "--json").out)
    applied = json.loads(till.run("apply", "plan.csv", "--json").out)
    reported = json.loads(till.run("report", "plan.csv", "--json").out)

    assert planned["to_apply"] == {"EUR": "120.00"}
    assert [each["class"] for each in planned["classes"]] == ["exact", "unmatched", "unmatched invoice"]
    assert applied["counts"]["applied"] == 1
    assert (reported["recorded"], reported["missing"], reported["lines_to_decide"]) == (1, [], 1)


def test_a_missing_payment_is_reported(till: Till) -> None:
    """Approved, and never applied."""
    till.write("bank.csv", csv(exact(till)))
    till.run("plan", "bank.csv")

    reported = till.run("report", "plan.csv")

    assert reported.code == 1
    assert "Approved, and not at the provider: 1" in reported.out


def test_camt_and_csv_of_one_month_go_together(till: Till) -> None:
    """Each form is told by its first characters; a profile says how CSV reads."""
    one = entry("120.00", reference="X1", details=[detail(text=till.numbers[0])])
    (till.folder / "bank.xml").write_bytes(document([one]))
    till.write("other.csv", f"id;booked;amount;currency;text\nB1;01.03.2026;120,00;EUR;{till.numbers[1]}\n")

    planned = till.run("plan", "bank.xml", "other.csv", "--map", "decimal-comma")

    assert planned.code == 0
    assert till.run("apply", "plan.csv").code == 0
    assert till.payments() == [120_00, 120_00]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.csv", None, "no such file or directory"),
        ("empty.csv", "", "empty.csv is empty"),
        ("bad.xml", "<Document><Stmt>", "not well-formed XML"),
        ("other.csv", "a;b\n1;2\n", "the header must name booked and amount and currency"),
    ],
)
def test_a_file_that_is_no_statement_ends_with_2(
    till: Till, name: str, content: str | None, message: str
) -> None:
    """Nothing is asked of the provider, and no plan is written."""
    if content is not None:
        till.write(name, content)

    ended = till.run("plan", name)

    assert ended.code == 2
    assert message in ended.err
    assert not (till.folder / "plan.csv").exists()


def test_a_plan_needs_something_to_read(till: Till) -> None:
    """Statements, or another provider."""
    refused = till.run("plan")

    assert refused.code == 2
    assert "name bank statements, or another provider with --from-provider" in refused.err


def test_another_provider_stands_in_for_the_bank(till: Till) -> None:
    """What local books hold as paid is recorded here, once."""
    till.write("pay.py", PAID_IN_LOCAL_BOOKS.format(number=till.numbers[0]))
    subprocess.run([sys.executable, till.folder / "pay.py"], check=True, cwd=till.folder)
    from_books = ("--from-provider", "local", "--from-set", "path=books.sqlite")

    planned = till.run("plan", *from_books)
    applied = till.run("apply", "plan.csv")
    again = till.run("plan", *from_books, "--overwrite")

    assert (planned.code, applied.code, again.code) == (0, 0, 0), planned.err
    assert "To be applied: 1 lines, 120.00 EUR" in planned.out
    assert till.payments() == [120_00]
    assert "To be applied" not in again.out
