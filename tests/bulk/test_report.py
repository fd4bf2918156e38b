"""Counts that add up, and the codes and files made of them."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicekit.bulk import (
    PAYMENT_CELLS,
    STATUS_CELLS,
    ConservationError,
    ItemOutcome,
    JobExit,
    PaymentRow,
    RowsFile,
    Standing,
    StatusRow,
    Tally,
    Usage,
    row_of,
)
from invoicekit.errors import (
    AuthenticationError,
    InvoiceKitError,
    JournalUnavailable,
    Unavailable,
    UsageError,
)
from invoicekit.model import InvoiceStatus, Money


def outcome(
    position: int = 1, standing: Standing = Standing.APPLIED, reason: str = "", payload: object = None
) -> ItemOutcome[object]:
    return ItemOutcome(
        position=position, id=f"id-{position}", standing=standing, payload=payload, reason=reason
    )


def tally_of(*standings: Standing) -> Tally:
    tally = Tally()
    for position, standing in enumerate(standings, start=1):
        tally.read()
        tally.add(outcome(position, standing))
    return tally


@given(st.lists(st.sampled_from(Standing), max_size=200))
def test_counts_add_up_to_the_input(standings: list[Standing]) -> None:
    """However the rows end, every one stands in exactly one count."""
    report = tally_of(*standings).report(Usage())

    assert sum(report.counts.values()) == report.rows == len(standings)
    assert all(report.count(standing) == standings.count(standing) for standing in Standing)


def test_a_lost_row_is_an_error() -> None:
    """A report that does not add up is never handed out."""
    tally = tally_of(Standing.APPLIED)
    tally.read()

    with pytest.raises(ConservationError, match="2 rows were read, but 1"):
        tally.report(Usage())


@pytest.mark.parametrize("position", [1, 7, 8, 1_000_000])
def test_a_row_that_ends_twice_is_an_error(position: int) -> None:
    """Also where another one is missing, so that the sum would still be right."""
    tally = Tally()
    tally.add(outcome(position))

    with pytest.raises(ConservationError, match=f"row {position} ended twice"):
        tally.add(outcome(position, Standing.REJECTED))


@pytest.mark.parametrize(
    ("standings", "stopped_by", "is_interrupted", "code"),
    [
        ([], None, False, JobExit.DONE),
        ([Standing.APPLIED, Standing.ALREADY_APPLIED], None, False, JobExit.DONE),
        ([Standing.APPLIED, Standing.REJECTED], None, False, JobExit.REJECTED),
        ([Standing.REJECTED, Standing.UNKNOWN], None, False, JobExit.IN_DOUBT),
        ([Standing.NOT_ATTEMPTED], AuthenticationError("x"), False, JobExit.USAGE),
        ([Standing.NOT_ATTEMPTED], JournalUnavailable("x"), False, JobExit.USAGE),
        ([Standing.NOT_ATTEMPTED], Unavailable("x"), False, JobExit.REJECTED),
        ([Standing.UNKNOWN], AuthenticationError("x"), False, JobExit.IN_DOUBT),
        ([Standing.UNKNOWN, Standing.NOT_ATTEMPTED], None, True, JobExit.INTERRUPTED),
    ],
)
def test_the_exit_code_names_the_worst(
    standings: list[Standing], stopped_by: InvoiceKitError | None, is_interrupted: bool, code: JobExit
) -> None:
    """Interrupt before doubt, doubt before usage, usage before refusals."""
    report = tally_of(*standings).report(Usage(), stopped_by=stopped_by, is_interrupted=is_interrupted)

    assert report.exit_code() is code


def test_the_json_form_is_complete() -> None:
    """Machines read every count, zeros too, and the problems with their lines."""
    tally = tally_of(Standing.APPLIED, Standing.REJECTED)
    usage = Usage(requests=7, retries=1, rate_limited=2, share_of_rate=0.97, seconds=1.23456)

    form = json.loads(json.dumps(tally.report(usage).as_json()))

    assert form["counts"] == {
        "applied": 1,
        "already_applied": 0,
        "rejected": 1,
        "unknown": 0,
        "not_attempted": 0,
    }
    assert (form["rows"], form["requests"], form["retries"], form["rate_limited"]) == (2, 7, 1, 2)
    assert (form["share_of_rate"], form["seconds"], form["exit_code"]) == (0.97, 1.235, 1)
    assert form["problems"] == [{"line": 2, "id": "id-2", "standing": "rejected"}]


def test_problems_are_kept_up_to_a_bound() -> None:
    """A file of nothing but bad rows does not fill the memory; what is left out is counted."""
    tally = Tally(keep=3)
    for position in range(10):
        tally.read()
        tally.add(outcome(position, Standing.REJECTED))

    report = tally.report(Usage())

    assert (len(report.problems), report.problems_left_out) == (3, 7)


PAYMENT = PaymentRow(
    reference="=r1",
    invoice_id="i1",
    amount=Money("1234.50", "EUR"),
    paid_at=datetime(2026, 1, 5, 9, tzinfo=UTC),
    note="@note",
)


def test_rows_are_written_as_json_lines(tmp_path: Path) -> None:
    """One object a row, exactly as the audit reads them, text unchanged."""
    with RowsFile(tmp_path / "rows.jsonl") as rows:
        rows.write(outcome(2, Standing.REJECTED, "=1+1", PAYMENT))

    (line,) = (tmp_path / "rows.jsonl").read_text().splitlines()
    assert json.loads(line) == {
        "line": 2,
        "id": "id-2",
        "standing": "rejected",
        "reason": "=1+1",
        "invoice_id": "i1",
        "amount": "1234.50",
        "currency": "EUR",
        "paid_at": "2026-01-05T09:00:00Z",
        "note": "@note",
    }


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1"),  # noqa: RUF001
        *(
            "=cmd|'/c calc'!A0",
            '=HYPERLINK("http://x","y")',
            "-2+3",
            "@x",
            "+49 30 1234",
            "=",
            "-",
            "+=",
            "=\n",
        ),
    ],
)
def test_a_spreadsheet_runs_nothing(tmp_path: Path, text: str) -> None:
    """Text that would be a formula comes back with an apostrophe before it, and still whole."""
    with RowsFile(tmp_path / "rows.csv") as rows:
        rows.write(outcome(1, Standing.REJECTED, text))

    with (tmp_path / "rows.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["reason"] == f"'{text}"


def test_numbers_stay_numbers_and_text_is_quoted(tmp_path: Path) -> None:
    """A line number is not text, and a reference that looks like a number is not one."""
    with RowsFile(tmp_path / "rows.csv", cells=PAYMENT_CELLS) as rows:
        rows.write(outcome(2, Standing.APPLIED, "", PAYMENT))

    _, line = (tmp_path / "rows.csv").read_text().splitlines()
    assert line.startswith('2,"id-2","applied","no","",""')
    assert line.endswith('"i1","1234.50","EUR","2026-01-05T09:00:00Z","\'@note"')


def test_a_row_tells_what_its_invoice_was_to_get(tmp_path: Path) -> None:
    """The status stands beside the outcome."""
    row = StatusRow(invoice_id="i1", status=InvoiceStatus.VOID)
    with RowsFile(tmp_path / "rows.csv", cells=STATUS_CELLS) as rows:
        rows.write(outcome(2, Standing.APPLIED, "", row))

    header, line = (tmp_path / "rows.csv").read_text().splitlines()
    assert (header.split(",")[-1], line.split(",")[-1]) == ("status", '"void"')


def test_only_the_owner_reads_the_rows(tmp_path: Path) -> None:
    """Amounts and notes are nobody else's business."""
    with RowsFile(tmp_path / "rows.csv"):
        pass

    assert (tmp_path / "rows.csv").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["rows.txt", "rows", "missing/rows.csv"])
def test_a_rows_file_that_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    """Before anything is sent, with what to change."""
    with pytest.raises(UsageError, match="rows"), RowsFile(tmp_path / name):
        pass


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A planted link cannot make the report overwrite another file."""
    (tmp_path / "precious").write_text("keep")
    (tmp_path / "rows.csv").symlink_to(tmp_path / "precious")

    with pytest.raises(UsageError, match="cannot be written"), RowsFile(tmp_path / "rows.csv"):
        pass

    assert (tmp_path / "precious").read_text() == "keep"


def test_a_closed_rows_file_takes_nothing(tmp_path: Path) -> None:
    """A row is never dropped silently."""
    rows = RowsFile(tmp_path / "rows.csv")

    with pytest.raises(UsageError):
        rows.write(outcome())


def test_a_duplicate_s_row_names_the_first() -> None:
    """The flat row carries the first line and the provider's id."""
    repeated = ItemOutcome(
        position=9, id="x", standing=Standing.ALREADY_APPLIED, payload=None, first_position=4, resource_id="p"
    )

    assert row_of(repeated) == {
        "line": 9,
        "id": "x",
        "standing": "already applied",
        "verified": "no",
        "first_line": 4,
        "resource_id": "p",
    }


def test_doubt_is_named_however_many_rows_were_left() -> None:
    """Rows that were only not attempted, or refused, never push one in doubt out of the list."""
    tally = Tally(keep=3)
    ends = [Standing.REJECTED] * 3 + [Standing.NOT_ATTEMPTED] * 3 + [Standing.UNKNOWN]
    for position, standing in enumerate(ends, start=1):
        tally.read()
        tally.add(outcome(position, standing))

    report = tally.report(Usage())

    assert [problem.position for problem in report.problems] == [7, 1, 2]
    assert report.problems_left_out == 4


def test_problems_stand_in_the_order_of_the_input() -> None:
    """A reader goes through the file from its top, whichever answer came first."""
    tally = Tally()
    for position in (3, 1, 2):
        tally.read()
        tally.add(outcome(position, Standing.REJECTED))

    report = tally.report(Usage())

    assert [problem.position for problem in report.problems] == [1, 2, 3]


def test_what_was_left_was_not_attempted() -> None:
    """A bar counts what was done, not what an interrupt left."""
    tally = tally_of(Standing.APPLIED, Standing.REJECTED, Standing.NOT_ATTEMPTED)

    assert (tally.ended, tally.attempted) == (3, 2)
