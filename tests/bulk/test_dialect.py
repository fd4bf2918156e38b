"""Files as other programs write them: other names, marks and encodings, said by option or profile."""

import codecs
from collections.abc import Callable
from pathlib import Path

import pytest

from invoicekit.bulk import (
    ENTRY_COLUMNS,
    PAYMENT_COLUMNS,
    Dialect,
    InputError,
    PaymentRow,
    Source,
    dialect_of,
    load_dialect,
    payment_items,
)
from invoicekit.errors import UsageError
from invoicekit.model import Money

PROFILE = """
[columns]
reference = "Verwendung"
invoice_id = "Rechnung"
amount = "Betrag"
paid_at = "Datum"

[values]
currency = "EUR"

[format]
delimiter = ";"
decimal = ","
thousands = "."
date = "%d.%m.%Y"
encoding = "cp1252"
"""
EXPORT = "Datum;Zahler;Verwendung;Rechnung;Betrag\n01.03.2026;Müller;bank-1;inv-1;1.234,50\n"


def paid(path: Path, dialect: Dialect) -> list[PaymentRow | str | None]:
    items = payment_items(Source(path=str(path), columns=PAYMENT_COLUMNS, dialect=dialect))
    return [item.problem or item.payload for item in items]  # type: ignore[union-attr]  # a file is not a pipe


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., Path]:
    def written(text: str = EXPORT, *, encoding: str = "cp1252", name: str = "export.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return written


def test_a_profile_reads_a_bank_s_export(export: Callable[..., Path], tmp_path: Path) -> None:
    """Names, decimal commas, dates, encoding and a currency for every row, in one file."""
    profile = tmp_path / "bank.toml"
    profile.write_text(PROFILE)

    (row,) = paid(export(), load_dialect(str(profile)))

    assert isinstance(row, PaymentRow)
    assert (row.reference, row.invoice_id, row.amount) == ("bank-1", "inv-1", Money("1234.50", "EUR"))
    assert row.paid_at.isoformat() == "2026-03-01T00:00:00+00:00"


def test_options_say_the_same_and_win_over_a_profile(export: Callable[..., Path], tmp_path: Path) -> None:
    """What is given beside a profile holds."""
    profile = tmp_path / "bank.toml"
    profile.write_text(PROFILE.replace('delimiter = ";"', 'delimiter = "|"'))
    pairs = "reference=Verwendung,invoice_id=Rechnung,amount=Betrag,paid_at=Datum"

    by_option = dialect_of(
        pairs,
        values=["currency=EUR"],
        delimiter="semicolon",
        decimal=",",
        thousands=".",
        date="%d.%m.%Y",
        encoding="windows-1252",
    )

    assert paid(export(), by_option) == paid(export(), dialect_of(str(profile), delimiter=";"))
    assert by_option == load_dialect_of(tmp_path, PROFILE)


def load_dialect_of(folder: Path, text: str) -> Dialect:
    path = folder / "profile.toml"
    path.write_text(text)
    return load_dialect(str(path))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_are_read(export: Callable[..., Path], encoding: str) -> None:
    """Rows and line numbers are those of the text, whatever its bytes."""
    dialect = Dialect(encoding="utf-8" if encoding in {"utf-8-sig", "utf-16"} else encoding)
    path = export("time_entry_id\né\n\n" + "b" * 24 + "\n", encoding=encoding)

    records = list(Source(path=str(path), columns=ENTRY_COLUMNS, dialect=dialect).records())

    assert [(record.line, record.values["time_entry_id"]) for record in records] == [(2, "é"), (4, "b" * 24)]


def test_a_wide_character_may_stand_across_two_blocks(export: Callable[..., Path]) -> None:
    """Blocks are cut anywhere: no character is lost at their edges."""
    path = export("time_entry_id\nx" + "é\n" * 200_000, encoding="utf-16")
    source = Source(path=str(path), columns=ENTRY_COLUMNS)

    assert source.check() == 200_000
    assert {record.values["time_entry_id"] for record in source.records()} == {"xé", "é"}


@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        (b"time_entry_id\nab\x81\n", "cp1252", "byte 17 of the file is not cp1252"),
        (codecs.BOM_UTF16_LE + "time_entry_id\nx".encode("utf-16-le") + b"\0", "utf-8", "is not utf-16"),
    ],
)
def test_bytes_of_another_encoding_are_refused_beforehand(
    tmp_path: Path, data: bytes, encoding: str, message: str
) -> None:
    """The place is named, and nothing is sent."""
    path = tmp_path / "entries.csv"
    path.write_bytes(data)

    with pytest.raises(InputError, match=message):
        Source(path=str(path), columns=ENTRY_COLUMNS, dialect=Dialect(encoding=encoding)).check()


@pytest.mark.parametrize(
    ("amount", "problem"),
    [
        ("1.234,50", None),
        ("1234,50", None),
        ("12.50", "column Betrag: '12.50' is not an amount like 1.234,50"),
        ("1.23,50", "column Betrag: '1.23,50' is not an amount like 1.234,50"),
        ("", "column Betrag: '' is not an amount like 1.234,50"),
    ],
)
def test_amounts_are_never_guessed(
    export: Callable[..., Path], tmp_path: Path, amount: str, problem: str | None
) -> None:
    """A point that cannot stand between thousands is no decimal point either."""
    path = export(EXPORT.replace("1.234,50", amount))

    (row,) = paid(path, load_dialect_of(tmp_path, PROFILE))

    assert isinstance(row, PaymentRow) if problem is None else problem in str(row)


def test_a_decimal_comma_without_the_option_says_what_to_do(export: Callable[..., Path]) -> None:
    """The row is rejected, with the option that reads it."""
    path = export('reference,invoice_id,amount,currency,paid_at\nr,i,"12,50",EUR,2026-03-01T00:00:00Z\n')

    (problem,) = paid(path, Dialect())

    assert "column amount: '12,50' is not an amount" in str(problem)
    assert "say --decimal ," in str(problem)


def test_members_of_json_are_mapped_too(export: Callable[..., Path]) -> None:
    """A number is exact as it stands; a text is written like the file's other amounts."""
    rest = '"invoice_id": "i", "currency": "EUR", "paid_at": "2026-03-01T00:00:00Z"'
    row = f'{{"Ref": "r%d", "amount": %s, {rest}}}\n'
    path = export(row % (1, "12.50") + row % (2, '"12,50"'), name="rows.jsonl")

    rows = paid(path, dialect_of("reference=Ref", decimal=","))

    assert [row.amount for row in rows if isinstance(row, PaymentRow)] == [Money("12.50", "EUR")] * 2


@pytest.mark.parametrize(
    ("header", "mapping", "message"),
    [
        ("Ref,x", "time_entry_id=Entry", "column Entry: is to be time_entry_id, and the first line does not"),
        ("Entry,time_entry_id,Entry", "time_entry_id=Entry", "stands twice"),
        ("id", None, "map them with --map"),
        ("Entry;Other", "time_entry_id=Entry", "where they are semicolons, say so with --delimiter"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(
    export: Callable[..., Path], header: str, mapping: str | None, message: str
) -> None:
    """With what was looked for, and what to do."""
    path = export(f"{header},y\n" if mapping is None else f"{header}\n")
    source = Source(path=str(path), columns=ENTRY_COLUMNS, dialect=dialect_of(mapping))

    with pytest.raises(InputError) as refusal:
        source.check()

    assert message in str(refusal.value)


def test_columns_that_nobody_maps_are_left_alone(export: Callable[..., Path]) -> None:
    """Exports have more columns than anyone needs; one of our own names that is mapped away is theirs."""
    path = export("Entry,Project,time_entry_id\na,b,c\n")
    source = Source(path=str(path), columns=ENTRY_COLUMNS, dialect=dialect_of("time_entry_id=Entry"))

    assert [dict(record.values) for record in source.records()] == [{"time_entry_id": "a", "start": ""}]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"mapping": "amount="}, "--map wants reference=Ref,amount=Betrag"),
        ({"mapping": "amount=A,amount=B"}, "amount stands twice"),
        ({"mapping": "amount=A,note=A"}, "'A' is named for two things"),
        ({"mapping": "nowhere.toml"}, "there is no mapping profile 'nowhere.toml'"),
        ({"values": ["currency"]}, "--value wants currency=EUR"),
        ({"mapping": "currency=C", "values": ["currency=EUR"]}, "both a column and the same value"),
        ({"delimiter": "||"}, "--delimiter: one character"),
        ({"decimal": "x"}, "--decimal: one character"),
        ({"decimal": ",", "thousands": ","}, "decimal and thousands are the same mark"),
        ({"encoding": "klingon"}, "--encoding: 'klingon' is not known"),
    ],
)
def test_a_dialect_that_cannot_be_is_refused(given: dict[str, object], message: str) -> None:
    """Before any file is opened."""
    with pytest.raises(UsageError) as refusal:
        dialect_of(**given)  # type: ignore[arg-type]  # by name

    assert message in str(refusal.value)


def test_a_mapping_for_another_kind_of_file_is_refused(export: Callable[..., Path]) -> None:
    """A name that these rows do not have is a slip."""
    source = Source(
        path=str(export("x\n")), columns=ENTRY_COLUMNS, dialect=dialect_of("time_entry_id=x,amount=y")
    )

    with pytest.raises(InputError, match=r"--map: these rows have no amount; they have time_entry_id"):
        source.check()
