"""OFX and QFX, both versions, and what their reader leaves unsaid."""

import pytest

from invoicekit.errors import UsageError
from invoicekit.model import Money
from invoicekit.reconcile import Statement, parse_statement

HEAD = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\nCOMPRESSION:NONE\n\n"
XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<?OFX OFXHEADER="200" VERSION="211"?>\n'


def transaction(**tags: str) -> str:
    values = {"TRNTYPE": "CREDIT", "DTPOSTED": "20260301", "TRNAMT": "120.00", "FITID": "F1"} | tags
    return "<STMTTRN>\n" + "".join(f"<{tag}>{value}\n" for tag, value in values.items()) + "</STMTTRN>\n"


def document(*transactions: str, currency: str = "EUR", head: str = HEAD) -> bytes:
    return (
        f"{head}<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>{currency}\n"
        "<BANKACCTFROM><BANKID>1\n<ACCTID>4711\n<ACCTTYPE>CHECKING\n</BANKACCTFROM>\n<BANKTRANLIST>\n"
        + "".join(transactions)
        + "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    ).encode()


def read(data: bytes) -> Statement:
    return parse_statement(data, name="bank.ofx")


def test_the_old_form_reads() -> None:
    """SGML without end tags: amount, day, payer, text and the bank's id within its account."""
    (line,) = read(document(transaction(NAME="Acme", MEMO="Invoice 2026-001"))).lines

    assert (line.amount, line.payer, line.text) == (Money("120.00", "EUR"), "Acme", "Invoice 2026-001")
    assert (line.id, line.booked.isoformat(), line.row) == ("4711:F1", "2026-03-01", 14)


def test_the_new_form_reads_alike() -> None:
    """XML with end tags."""
    body = (
        "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR</CURDEF><BANKACCTFROM><ACCTID>4711</ACCTID>"
        "</BANKACCTFROM><BANKTRANLIST><STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20260301120000[-5:EST]"
        "</DTPOSTED><TRNAMT>-7.50</TRNAMT><FITID>F2</FITID><NAME>A &amp; B</NAME></STMTTRN>"
        "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )

    (line,) = read((XML_HEAD + body).encode()).lines

    assert (line.amount, line.payer, line.id) == (Money("-7.50", "EUR"), "A & B", "4711:F2")


def test_an_amount_of_two_readings_is_not_guessed() -> None:
    """2,000 may be two or two thousand."""
    statement = read(document(transaction(TRNAMT="2,000"), transaction(FITID="F2")))

    assert [line.id for line in statement.lines] == ["4711:F2"]
    assert statement.problems[0].message == (
        "bank.ofx:14: TRNAMT '2,000' can be read in two ways; correct it at its source"
    )


def test_a_transaction_that_cannot_be_read_stops_the_file() -> None:
    """Its line would be money that nobody looks for."""
    with pytest.raises(UsageError, match=r"^bank\.ofx: 1 of 2 transactions cannot be read: TRNAMT 'abc'"):
        read(document(transaction(TRNAMT="abc"), transaction(FITID="F2")))


def test_several_accounts_in_one_file_are_refused() -> None:
    """The reader returns the first alone, and the rest would be lost."""
    two = document(transaction()) + document(transaction())[len(HEAD) :]

    with pytest.raises(UsageError, match="statements of 2 accounts"):
        read(two)


def test_a_missing_currency_is_located() -> None:
    """It is not taken from anywhere else."""
    (problem,) = read(document(transaction(), currency="")).problems

    assert problem.message.startswith("bank.ofx:14: no currency")


def test_what_is_no_statement_is_refused() -> None:
    """Nothing is taken for an empty statement."""
    with pytest.raises(UsageError, match="no statement in it"):
        read((HEAD + "<OFX><SIGNONMSGSRSV1></SIGNONMSGSRSV1></OFX>").encode())


def test_a_correction_is_a_reversal() -> None:
    """A line that replaces or deletes another is nobody's payment."""
    (line,) = read(document(transaction(CORRECTACTION="DELETE", CORRECTFITID="F0"))).lines

    assert line.is_reversal
