"""Bank CSV by profile: encodings, decimal marks, signs, and what is wrong said where it stands."""

from pathlib import Path

import pytest

from invoicekit.errors import UsageError
from invoicekit.model import Money
from invoicekit.reconcile import CsvProfile, Statement, load_csv_profile, parse_statement, profile_of

HEADER = "booked,amount,currency,text,payer\n"
BANK = {
    "columns": {
        "booked": "Buchungstag",
        "amount": "Betrag",
        "text": ["Zweck 1", "Zweck 2"],
        "payer": "Name",
    },
    "format": {
        "delimiter": ";",
        "decimal": ",",
        "thousands": ".",
        "date": "%d.%m.%y",
        "encoding": "cp1252",
        "skip_lines": 2,
        "currency": "EUR",
        "account": "DE75",
    },
}


def read(content: str | bytes, profile: CsvProfile | None = None) -> Statement:
    data = content if isinstance(content, bytes) else content.encode()
    return parse_statement(data, name="bank.csv", profile=profile)


def problem(content: str, profile: CsvProfile | None = None) -> str:
    (found,) = read(content, profile).problems
    return found.message


def test_the_default_profile_reads_our_own_columns() -> None:
    """Columns may stand in any order; those that are not known are let be."""
    statement = read("amount,booked,colour,currency,text,id\n12.50,2026-03-01,red,EUR,Invoice 7,B1\n")

    (line,) = statement.lines
    assert (line.amount, line.text, line.id) == (Money("12.50", "EUR"), "Invoice 7", "bank:B1")
    assert (line.where, line.booked.isoformat()) == ("bank.csv:2", "2026-03-01")


def test_a_profile_maps_a_banks_own_form() -> None:
    """Decimal commas, another encoding, lines before the header, dates of its own, joined texts."""
    content = (
        "Kontoauszug;;;;\n;;;;\nBuchungstag;Name;Betrag;Zweck 1;Zweck 2\n01.03.26;Müller;1.234,50;RE;7\n"
    )

    statement = read(content.encode("cp1252"), profile_of(BANK, name="bank.toml"))

    (line,) = statement.lines
    assert (line.amount, line.payer, line.text) == (Money("1234.50", "EUR"), "Müller", "RE 7")
    assert (line.row, line.account, line.booked.isoformat()) == (4, "DE75", "2026-03-01")


def test_a_byte_order_mark_is_no_part_of_the_header() -> None:
    """Spreadsheets write one."""
    assert len(read(b"\xef\xbb\xbf" + (HEADER + "2026-03-01,1.00,EUR,x,y\n").encode()).lines) == 1


@pytest.mark.parametrize(
    ("amount", "read_as"),
    [("1.00", "1.00"), ("-1.00", "-1.00"), ("1.00-", "-1.00"), ("+1.00", "1.00"), ("\u22121.00", "-1.00")],
)
def test_signs_stand_before_or_behind(amount: str, read_as: str) -> None:
    """Some systems write the minus behind, some a true minus sign."""
    (line,) = read(HEADER + f"2026-03-01,{amount},EUR,x,y\n").lines

    assert line.amount == Money(read_as, "EUR")


@pytest.mark.parametrize(
    "amount", ['"1,50"', '"1,234.50"', "1.2.3", "", "1e3", "NaN", "--1", "-1-", "1.005", "٣"]
)
def test_an_amount_that_does_not_fit_the_profile_is_never_guessed(amount: str) -> None:
    """A comma read as a thousands mark would be wrong by a factor of a hundred."""
    assert problem(HEADER + f"2026-03-01,{amount},EUR,x,y\n").startswith("bank.csv:2, column amount: ")


def test_a_second_column_may_hold_what_went_out() -> None:
    """One of the two columns is filled."""
    columns = {name: name for name in ("booked", "credit", "debit", "currency")}
    profile = profile_of({"columns": columns, "format": {"sign": "two columns"}}, name="bank.toml")

    statement = read(
        "booked,credit,debit,currency\n2026-03-01,5.00,,EUR\n2026-03-01,,6.00,EUR\n2026-03-01,1.00,1.00,EUR\n",
        profile,
    )

    assert [str(line.amount) for line in statement.lines] == ["5.00 EUR", "-6.00 EUR"]
    assert "one of credit and debit" in statement.problems[0].message


def test_a_column_may_say_the_direction() -> None:
    """Words, whatever their case; an unknown one is never taken for money that came in."""
    profile = profile_of(
        {
            "columns": {"booked": "booked", "amount": "amount", "currency": "currency", "direction": "way"},
            "format": {"sign": "direction", "credit_words": ["In"], "debit_words": ["Out"]},
        },
        name="p",
    )

    statement = read(
        "booked,amount,currency,way\n2026-03-01,5,EUR,IN\n2026-03-01,5,EUR,out\n2026-03-01,5,EUR,?\n", profile
    )

    assert [str(line.amount) for line in statement.lines] == ["5 EUR", "-5 EUR"]
    assert statement.problems[0].message == (
        "bank.csv:4, column way: '?' says neither in nor out; name it in credit_words or debit_words"
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("01.03.2026,1.00,EUR,x,y", "column booked: '01.03.2026' is not a date of the form %Y-%m-%d"),
        ("2026-03-01,1.00,eur,x,y", "column currency: 'eur' is not a currency"),
        ("2026-03-01,1.00,EUR,x", "this row has 4 columns, the header names 5"),
        ("2026-03-01,1.00,EUR,x\0,y", "a NUL byte"),
    ],
)
def test_a_bad_row_is_located_and_the_rest_goes_on(row: str, message: str) -> None:
    """Nothing else is lost."""
    statement = read(HEADER + f"2026-03-01,1.00,EUR,x,y\n{row}\n2026-03-02,2.00,EUR,x,y\n")

    assert len(statement.lines) == 2
    assert message in statement.problems[0].message
    assert statement.problems[0].message.startswith("bank.csv:3")


def test_rows_keep_their_numbers_over_quoted_line_ends() -> None:
    """A text of two lines counts as two."""
    statement = read(HEADER + '2026-03-01,1.00,EUR,"a\nb",y\n2026-03-01,bad,EUR,x,y\n')

    assert (statement.lines[0].text, statement.problems[0].row) == ("a b", 4)


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    """Nothing was read, so nothing is matched."""
    with pytest.raises(UsageError, match=r"bank\.csv is empty"):
        read(content)


def test_another_encoding_is_located() -> None:
    """The byte that cannot be read says which line it stands in."""
    with pytest.raises(UsageError, match=r"^bank\.csv:2: byte \d+ of the file is not utf-8; name its enc"):
        read((HEADER + "2026-03-01,1.00,EUR,Müller,y\n").encode("cp1252"))


def test_pairs_rename_single_columns() -> None:
    """What is not named keeps our name for it."""
    profile = load_csv_profile("booked=Day, amount=Sum")

    (line,) = read("Day,Sum,currency,text\n2026-03-01,5,EUR,Invoice 7\n", profile).lines

    assert (line.amount, line.text) == (Money("5", "EUR"), "Invoice 7")
    with pytest.raises(UsageError, match=r"--map, .columns.: 'colour' is not known"):
        load_csv_profile("colour=Farbe")


def test_a_missing_column_is_named() -> None:
    """With what was found instead."""
    with pytest.raises(UsageError, match=r"^bank\.csv:1: the header must name booked.*found.*--map"):
        read("booked;amount;currency\n")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"columns": {"bookd": "x"}}, "'bookd' is not known"),
        ({"columns": {"booked": "x", "amount": "y"}}, "say which column is currency"),
        ({"columns": {"booked": 3}}, "the name of a column"),
        ({"format": {"decimal": ",", "thousands": ","}}, "say which column|same mark"),
        ({"format": {"delimiter": "ab"}}, "one character"),
        ({"format": {"encoding": "klingon"}}, "'klingon' is not known"),
        ({"format": {"sign": "maybe"}}, "one of signed"),
        ({"format": {"skip_lines": "2"}}, "how many lines"),
        ({"colums": {}}, "'colums' is not known"),
    ],
)
def test_a_wrong_profile_says_what_is_wrong(document: dict[str, object], message: str) -> None:
    """A profile is checked before any statement is read."""
    with pytest.raises(UsageError, match=message):
        profile_of(document, name="bank.toml")


def test_a_profile_comes_from_a_toml_file(tmp_path: Path) -> None:
    """By its path."""
    file = tmp_path / "bank.toml"
    file.write_text('[columns]\nbooked = "day"\namount = "sum"\n[format]\ncurrency = "EUR"\n')

    (line,) = read("day,sum\n2026-03-01,5\n", load_csv_profile(str(file))).lines

    assert line.amount == Money("5", "EUR")


def test_an_unknown_profile_names_the_known_ones() -> None:
    """A typing mistake is no silent default."""
    with pytest.raises(UsageError, match="name a TOML file or one of default, decimal-comma"):
        load_csv_profile("nowhere")
