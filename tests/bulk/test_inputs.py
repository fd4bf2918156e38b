"""Several files as one input: an id counts once, and every row knows its own file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from invoicekit.bulk import (
    ENTRY_COLUMNS,
    PAYMENT_COLUMNS,
    InputError,
    Inputs,
    MarkJob,
    PayJob,
    Places,
    Ranges,
    RowsFile,
    Source,
    Standing,
    entry_items,
    payment_items,
    plan_job,
)

from .conftest import FakeService

Files = Callable[..., Inputs]
HEADER = "reference,invoice_id,amount,currency,paid_at\n"


@pytest.fixture
def files(tmp_path: Path) -> Files:
    def written(*texts: str, columns: object = ENTRY_COLUMNS) -> Inputs:
        paths = [tmp_path / f"{number}.csv" for number in range(1, len(texts) + 1)]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text)
        return Inputs(sources=tuple(_source(path, columns) for path in paths))

    return written


def _source(path: Path, columns: object) -> Source:
    return Source(path=str(path), columns=columns, shown_as=path.name)  # type: ignore[arg-type]


async def test_an_id_counts_once_over_all_files(files: Files) -> None:
    """The second file's row is already applied, by the first file's."""
    service = FakeService()
    inputs = files("time_entry_id\na\nb\n", "time_entry_id\n\nc\na\n", "time_entry_id\nb\nd\n")

    job = MarkJob(service, entry_items(inputs))
    ended = [outcome async for outcome in job.outcomes()]

    assert service.marked == {"a": 1, "b": 1, "c": 1, "d": 1}
    repeated = {
        inputs.places.word(outcome.position): inputs.places.word(outcome.first_position or 0)
        for outcome in ended
        if outcome.standing is Standing.ALREADY_APPLIED
    }
    assert repeated == {"2.csv:4": "1.csv:2", "3.csv:2": "1.csv:3"}
    assert job.report().rows == 6


async def test_a_reference_for_two_amounts_is_rejected_across_files(files: Files) -> None:
    """The first one is paid; the other, in another currency or amount, is told with both places."""
    row = "bank-1,inv-1,%s,%s,2026-03-01T12:00:00Z\n"
    service = FakeService()
    inputs = files(
        HEADER + row % ("10.00", "EUR"),
        HEADER + row % ("10.00", "USD") + row % ("11.00", "EUR") + row % ("10.00", "EUR"),
        columns=PAYMENT_COLUMNS,
    )

    ended = [outcome async for outcome in PayJob(service, payment_items(inputs)).outcomes()]

    by_place = {inputs.places.word(outcome.position): outcome.standing for outcome in ended}
    assert by_place == {
        "1.csv:2": Standing.APPLIED,
        "2.csv:2": Standing.REJECTED,
        "2.csv:3": Standing.REJECTED,
        "2.csv:4": Standing.ALREADY_APPLIED,
    }
    assert service.paid == {"inv-1": ["bank-1"]}
    plan = plan_job(payment_items(inputs), size=1, places=inputs.places)  # type: ignore[arg-type]  # files
    assert plan.problems[0] == "2.csv:2: bank-1 stands in 1.csv:2 with other content"


def test_a_bad_file_is_found_before_the_first_is_read(files: Files) -> None:
    """Nothing of the good ones is sent."""
    with pytest.raises(InputError, match=r"2\.csv is empty"):
        files("time_entry_id\na\n", "").check()


def test_a_file_that_stands_twice_is_a_slip(tmp_path: Path) -> None:
    """By whatever way to it."""
    (tmp_path / "a.csv").write_text("time_entry_id\n")
    twice = (str(tmp_path / "a.csv"), f"{tmp_path}/../{tmp_path.name}/a.csv")

    with pytest.raises(InputError, match="given twice"):
        Inputs(sources=tuple(Source(path=path, columns=ENTRY_COLUMNS) for path in twice))


async def test_a_rows_file_names_the_file_of_each_row(files: Files, tmp_path: Path) -> None:
    """And the first one's of a repetition."""
    inputs = files("time_entry_id\na\n", "time_entry_id\na\n")

    with RowsFile(tmp_path / "rows.csv", places=inputs.places) as rows:
        async for outcome in MarkJob(FakeService(), entry_items(inputs)).outcomes():
            rows.write(outcome)

    assert (tmp_path / "rows.csv").read_text().splitlines() == [
        "file,first_file,line,id,standing,verified,reason,first_line,resource_id",
        '"1.csv","",2,"a","applied","no","","",""',
        '"2.csv","1.csv",2,"a","already applied","no","",2,""',
    ]


def test_places_are_told_by_file() -> None:
    """Ranges are cut where a file ends."""
    places, left = Places(), Ranges()
    places.begin("a.csv", after=0)
    assert (places.word(7), places.lines(left)) == ("line 7", "lines ")
    places.begin("b.csv", after=100)
    for position in (3, 99, 100, 101, 102, 110):
        left.add(position)

    assert places.lines(left) == "a.csv: lines 3, 99-100; b.csv: lines 1-2, 10"
    assert (places.word(100), places.word(101)) == ("a.csv:100", "b.csv:1")


def test_reading_again_gives_the_same_places(files: Files) -> None:
    """A plan and the job after it speak of the same rows."""
    inputs = files("time_entry_id\na\n\n\n", "time_entry_id\nb\n")

    first, again = ([item.position for item in entry_items(inputs)] for _ in range(2))  # type: ignore[union-attr]

    assert first == again
    assert [inputs.places.word(position) for position in first] == ["1.csv:2", "2.csv:2"]
