"""What a job would do, without doing it."""

import pytest

from invoicekit.bulk import (
    Consent,
    ConsentNeed,
    InputError,
    Item,
    Plan,
    StatusSteps,
    entry_items,
    payment_items,
    plan_job,
    status_items,
)
from invoicekit.bulk.source import Source
from invoicekit.model import InvoiceStatus
from invoicekit_kukkingu import Kukkingu

from .conftest import Write


def items(source: Source) -> list[Item[None]]:
    found = entry_items(source)
    assert not hasattr(found, "__aiter__")
    return list(found)


def test_a_plan_counts_everything(entries: Write) -> None:
    """Rows, distinct ids, duplicates, problems; requests and time at the documented rate."""
    ids = [f"{number:024x}" for number in range(1001)]
    source = entries("time_entry_id\n" + "".join(f"{each}\n" for each in [*ids, ids[0], "../x", "a,b"]))

    plan = plan_job(items(source), size=500, calls=2, requests_per_second=50.0)

    assert (plan.rows, plan.to_send, plan.duplicates, plan.rejected) == (1004, 1001, 1, 2)
    assert (plan.chunks, plan.requests, plan.seconds) == (3, 6, 0.12)
    assert [problem.partition(", ")[0].partition(": ")[0][-16:] for problem in plan.problems] == [
        "entries.csv:1004",
        "entries.csv:1005",
    ]


def test_every_problem_is_listed_up_to_a_bound(entries: Write) -> None:
    """All of them are counted, the first ones shown."""
    source = entries("time_entry_id\n" + "a/b\n" * 10)

    plan = plan_job(items(source), size=500, keep=3)

    assert (plan.rejected, len(plan.problems), plan.problems_left_out) == (10, 3, 7)
    assert plan.as_json()["problems_left_out"] == 7


def test_a_reference_with_two_meanings_is_a_problem(payments: Write) -> None:
    """The second payment under one reference is found before anything is sent."""
    row = "r1,i1,{},EUR,2026-01-05T09:00:00Z\n"
    source = payments(
        "reference,invoice_id,amount,currency,paid_at\n" + "".join(map(row.format, ("10", "10.0", "11")))
    )
    found = payment_items(source)
    assert not hasattr(found, "__aiter__")

    plan = plan_job(found, size=1, calls=3)

    assert (plan.to_send, plan.duplicates, plan.rejected) == (1, 1, 1)
    assert plan.problems == ("line 4: r1 stands in line 2 with other content",)
    assert plan.requests == 3


def test_an_empty_plan_needs_no_time(entries: Write) -> None:
    """No rows, no requests."""
    plan = plan_job(items(entries("time_entry_id\n")), size=500, requests_per_second=50.0)

    assert plan == Plan(
        rows=0, to_send=0, duplicates=0, rejected=0, problems=(), chunks=0, requests=0, seconds=0.0
    )


def test_an_unusable_file_has_no_plan(entries: Write) -> None:
    """The same refusal as in a real run."""
    source = entries("wrong\n")

    with pytest.raises(InputError):
        items(source)


def planned(source: Source) -> Plan:
    steps = StatusSteps(provider="kukkingu", rules=Kukkingu.capabilities.statuses)
    found = status_items(source, steps)
    assert not hasattr(found, "__aiter__")
    return plan_job(found, size=1, calls=3)


def test_a_plan_tells_what_must_be_allowed(statuses: Write) -> None:
    """How many invoices, by step, and on which lines; a repeated row is no further invoice."""
    rows = ("a,open", "b,void", "c,open", "d,open", "a,open")
    plan = planned(statuses("invoice_id,status\n" + "\n".join(rows)))

    assert plan.consents == (
        ConsentNeed(consent=Consent.IRREVERSIBLE, status=InvoiceStatus.OPEN, rows=3, lines=("2", "4-5")),
        ConsentNeed(consent=Consent.PAYMENT_LOSS, status=InvoiceStatus.VOID, rows=1, lines=("3",)),
    )
    assert [need.word for need in plan.consents] == ["finalize", "lose payments"]


def test_what_cannot_be_set_is_a_problem(statuses: Write) -> None:
    """So is the row that contradicts it; neither needs anybody's consent."""
    plan = planned(statuses("invoice_id,status\na,draft\na,void\nb,void\n"))

    assert (plan.to_send, plan.rejected) == (1, 2)
    assert "column status: 'draft' cannot be set at kukkingu" in plan.problems[0]
    assert plan.problems[1] == "line 3: a stands in line 2 with other content"
    assert [need.lines for need in plan.consents] == [("4",)]


def test_lines_are_told_up_to_a_bound(statuses: Write) -> None:
    """A plan is for reading: beyond two hundred ranges it says how many more there are."""
    rows = "".join(f"i{number},{('open', 'void')[number % 2]}\n" for number in range(500))
    plan = planned(statuses("invoice_id,status\n" + rows))

    assert [(need.rows, len(need.lines), need.lines_left_out) for need in plan.consents] == [
        (250, 200, 50),
        (250, 200, 50),
    ]
    assert plan.as_json()["consents"] == [need.as_json() for need in plan.consents]
