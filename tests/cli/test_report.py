"""`--report` and `--progress json`: files and events with the same numbers as the table."""

import csv
import json
import stat
from pathlib import Path

import pytest
from command_line import CommandLine

from .conftest import Desk

PAID_AT = "2026-03-01T12:00:00Z"


@pytest.fixture
def payments(tmp_path: Path, clockify: Desk) -> Path:
    """Write three payments: two good ones and one for an invoice that nobody knows."""
    ids = [*clockify.ids[:2], "64c777ddd3fcab07cfbb0000"]
    rows = [f"bank-{n},{one},10.00,EUR,{PAID_AT}" for n, one in enumerate(ids)]
    path = tmp_path / "payments.csv"
    path.write_text("\n".join(["reference,invoice_id,amount,currency,paid_at", *rows, ""]))
    return path


def test_the_reports_and_the_events_say_the_same(
    command: CommandLine, clockify: Desk, payments: Path, tmp_path: Path
) -> None:
    """One job, told as a page, as events a program reads, and again as JSON and as rows."""
    pay = ("bulk", "pay", str(payments), *clockify.account)

    first = command.run(*pay, "--report", "out.html", "--progress", "json", "--json")
    again = command.run(*pay, "--report", "out.json", "--quiet")
    rows = command.run(*pay, "--report", "out.csv", "--quiet")

    assert (first.code, again.code, rows.code) == (1, 1, 1)
    events = [json.loads(line) for line in first.err.splitlines()]
    assert [each["event"] for each in events][:2] == ["note", "started"]
    ended, report = events[-1], json.loads(first.out)
    assert ended["event"] == "ended"
    assert ended["counts"] == report["counts"]
    assert report["counts"]["applied"] == 2
    assert report["money"]["applied"] == {"EUR": "20.00"}
    page = (tmp_path / "out.html").read_text()
    assert "Done, but 1 row was rejected." in page
    assert stat.S_IMODE((tmp_path / "out.html").stat().st_mode) == 0o600
    document = json.loads((tmp_path / "out.json").read_text())
    assert document["counts"]["already_applied"] == 2
    assert document["problems"][0]["next_step"].startswith("Check the id")
    with (tmp_path / "out.csv").open(newline="") as file:
        told = list(csv.DictReader(file))
    assert [each["standing"] for each in told] == ["already applied", "already applied", "rejected"]
    assert told[2]["next_step"].startswith("Check the id")
    assert again.err == ""


@pytest.mark.parametrize("name", ["out.pdf", "gone/out.html"])
def test_a_report_that_cannot_be_written_costs_no_request(
    command: CommandLine, clockify: Desk, payments: Path, name: str
) -> None:
    """It is found out before anything is sent, and machines are told as an event."""
    before = clockify.requests()

    ended = command.run(
        "bulk", "pay", str(payments), *clockify.account, "--report", name, "--progress", "json"
    )

    assert ended.code == 2
    assert json.loads(ended.err)["event"] == "failed"
    assert clockify.requests() == before
