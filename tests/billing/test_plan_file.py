"""A plan survives its file, and a file that was changed is no plan."""

import json
from datetime import timedelta, timezone
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from invoicekit import Money
from invoicekit.adapter import Capabilities
from invoicekit.billing import Books, Rounding, TimePlan, plan_of_text, plan_text, read_plan
from invoicekit.errors import UsageError
from invoicekit.model import TimeGrouping

from .conftest import entry, terms

BOOKS = Books(provider="local", account="b")


def plan(**given: object) -> TimePlan:
    entries = [entry(n, duration=timedelta(minutes=20 * n)) for n in range(4)]
    return TimePlan.of(terms(**given), entries, books=BOOKS, capabilities=Capabilities(operations={}))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"zone": ZoneInfo("Europe/Berlin"), "grouping": TimeGrouping.DAY},
        {"zone": timezone(timedelta(hours=-3)), "rounding": Rounding.parse("up:15")},
        {
            "hourly_rate": Money("0.10", "EUR"),
            "tax_percent": Decimal("19.5"),
            "subject": "Zeit ä",
            "kind": "Service",
            "project_ids": ("p1", "p2"),
        },
    ],
)
def test_it_reads_as_it_was_written(given: dict[str, object], tmp_path: Path) -> None:
    """Terms, lines and what is left out."""
    made = plan(**given)
    (tmp_path / "plan.json").write_text(plan_text(made), encoding="utf-8")

    assert read_plan(tmp_path / "plan.json") == made
    assert plan_text(read_plan(tmp_path / "plan.json")) == plan_text(made)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document["lines"][0].update(amount="1.00 EUR"),
        lambda document: document["lines"][0]["entry_ids"].pop(),
        lambda document: document["terms"].update(number="T-2"),
        lambda document: document["terms"].update(customer_id="c2"),
        lambda document: document.update(title="invoicekit time plan 2"),
        lambda document: document.pop("lines"),
        lambda document: document["terms"].update(zone="Mars/Base"),
    ],
)
def test_a_changed_one_is_refused(change: object) -> None:
    """Whether by hand or by a later version: plan again."""
    document = json.loads(plan_text(plan()))
    change(document)  # type: ignore[operator]  # a function of the table

    with pytest.raises(UsageError, match="plan again"):
        plan_of_text(json.dumps(document))


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe"])
def test_what_is_no_plan_is_refused(content: bytes, tmp_path: Path) -> None:
    """In words, with its name."""
    path = tmp_path / "plan.json"
    path.write_bytes(content)

    with pytest.raises(UsageError, match=r"plan\.json"):
        read_plan(path)


def test_an_entry_stands_in_a_plan_once() -> None:
    """Else it would be billed twice."""
    made = plan()

    with pytest.raises(UsageError, match="twice"):
        TimePlan(terms=made.terms, books=BOOKS, tracker=BOOKS, way=made.way, lines=(*made.lines, *made.lines))
