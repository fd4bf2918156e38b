"""camt.053: every version, batches, reversals, and files that are not what they say."""

import re

import pytest
from reconcile_camt import ACCOUNT, VERSIONS, detail, document, entry

from invoicekit.errors import UsageError
from invoicekit.model import Money
from invoicekit.reconcile import Problem, Statement, StatementLine, parse_statement

BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<Document><BkToCstmrStmt><Stmt><Id>&b;</Id></Stmt></BkToCstmrStmt></Document>"""
EXTERNAL = b"""<?xml version="1.0"?>
<!DOCTYPE Document [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<Document><BkToCstmrStmt><Stmt><Id>&a;</Id></Stmt></BkToCstmrStmt></Document>"""
PLAIN_DTD = b"""<?xml version="1.0"?>
<!DOCTYPE Document SYSTEM "camt.dtd">
<Document><BkToCstmrStmt><Stmt/></BkToCstmrStmt></Document>"""


def read(data: bytes) -> Statement:
    return parse_statement(data, name="bank.xml")


def lines(*entries: str, version: str = "camt.053.001.08") -> tuple[StatementLine, ...]:
    statement = read(document(entries, version=version))
    assert statement.problems == ()
    return statement.lines


def problems(*entries: str) -> tuple[Problem, ...]:
    return read(document(entries)).problems


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_reads_alike(version: str) -> None:
    """The same transfer is the same line in each version, from 02 to 12."""
    one = detail(text="Invoice 2026-001", payer="Acme", iban="DE1", structured="RF18 5390", version=version)

    (line,) = lines(entry("120.00", reference="B1", details=[one], version=version), version=version)

    assert line.amount == Money("120.00", "EUR")
    assert (line.text, line.payer, line.payer_account) == ("Invoice 2026-001", "Acme", "DE1")
    assert (line.references, line.account) == (("RF185390",), ACCOUNT)
    assert (line.id, line.booked.isoformat(), line.is_booked) == (f"{ACCOUNT}:B1", "2026-03-02", True)


def test_money_that_went_out_is_below_zero() -> None:
    """DBIT is negative, and its other side is who was paid."""
    (line,) = lines(entry("5.00", direction="DBIT", details=[detail(payer="Bank", side="Cdtr")]))

    assert line.amount == Money("-5.00", "EUR")
    assert line.payer == "Bank"


def test_a_reversal_says_so() -> None:
    """RvslInd marks a line that takes another back, whichever way the money goes."""
    (line,) = lines(entry("5.00", direction="DBIT", is_reversal=True))

    assert line.is_reversal


def test_a_returned_transfer_is_a_reversal() -> None:
    """Money of ours that came back is nobody's payment."""
    (line,) = lines(entry("5.00", details=[detail(extra="<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")]))

    assert line.is_reversal


@pytest.mark.parametrize("status", ["PDNG", "INFO", "FUTR"])
def test_what_is_not_booked_says_so(status: str) -> None:
    """A pending entry may still vanish."""
    (line,) = lines(entry("5.00", status=status))

    assert not line.is_booked


@pytest.mark.parametrize("version", ["camt.053.001.02", "camt.053.001.08"])
def test_a_batch_comes_as_its_transactions(version: str) -> None:
    """One entry of three transfers is three lines with ids, texts and payers of their own."""
    parts = [
        detail(amount=f"{n}.50", text=f"Invoice {n}", payer=f"Payer {n}", version=version) for n in (1, 2, 3)
    ]

    found = lines(entry("7.50", reference="B9", details=parts, version=version), version=version)

    assert [str(line.amount) for line in found] == ["1.50 EUR", "2.50 EUR", "3.50 EUR"]
    assert [line.payer for line in found] == ["Payer 1", "Payer 2", "Payer 3"]
    assert [line.id.partition(":")[2] for line in found] == ["B9.1", "B9.2", "B9.3"]


def test_a_batch_that_does_not_add_up_is_refused() -> None:
    """A missing transaction would be money that nobody looks for."""
    (problem,) = problems(
        entry("9.00", details=[detail(amount="1.00"), detail(amount="2.00")]), entry("4.00", reference="B")
    )

    assert problem.message == (
        "bank.xml:5: the 2 transactions of this batch add up to 3.00 EUR, not to 9.00 EUR; "
        "ask the bank for its list"
    )


def test_charges_of_a_batch_are_no_gap() -> None:
    """Where the bank kept its charges back, the parts are what was paid."""
    charges = '<Chrgs><Rcrd><Amt Ccy="EUR">0.50</Amt></Rcrd></Chrgs>'

    found = lines(entry("2.50", inner=charges, details=[detail(amount="1.00"), detail(amount="2.00")]))

    assert [str(line.amount) for line in found] == ["1.00 EUR", "2.00 EUR"]


def test_charges_are_kept_beside_the_amount() -> None:
    """What arrived is the amount; what was kept back explains the rest."""
    charges = '<Chrgs><Rcrd><Amt Ccy="EUR">5.00</Amt></Rcrd></Chrgs>'

    (line,) = lines(entry("95.00", details=[detail(text="2026-001", extra=charges)]))

    assert (line.amount, line.charges) == (Money("95.00", "EUR"), Money("5.00", "EUR"))


def test_an_end_to_end_id_is_part_of_the_text() -> None:
    """Payers put the invoice's number there; banks put NOTPROVIDED."""
    first, second = lines(
        entry("1.00", details=[detail(text="Thanks", end_to_end="2026-001")]),
        entry("1.00", details=[detail(text="Thanks")]),
    )

    assert (first.text, second.text) == ("Thanks 2026-001", "Thanks")


@pytest.mark.parametrize("attack", [BOMB, EXTERNAL, PLAIN_DTD])
def test_document_types_and_entities_are_refused(attack: bytes) -> None:
    """No bomb is expanded, no file or address is opened."""
    with pytest.raises(UsageError, match=r"^bank\.xml:2: a document type or an entity"):
        read(attack)


def test_a_cut_off_file_is_refused() -> None:
    """A file that ends early is not reconciled by half."""
    with pytest.raises(UsageError, match=r"^bank\.xml:\d+: not well-formed XML .*is the file whole"):
        read(document([entry("1.00"), entry("2.00")])[:-40])


def test_elements_nested_beyond_use_are_refused() -> None:
    """Depth costs memory, and no statement has it."""
    deep = b"<Document>" + b"<a>" * 10_000

    with pytest.raises(UsageError, match="nested beyond any statement"):
        read(deep)


def test_another_document_is_refused() -> None:
    """A payment order is not a statement."""
    with pytest.raises(UsageError, match=r"no statement in it; expected camt\.053 .*found <Document>"):
        read(b"<Document><CstmrCdtTrfInitn><GrpHdr/></CstmrCdtTrfInitn></Document>")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (entry("1,00"), "Ntry/Amt '1,00' is not an amount"),
        (entry("1.00", currency=""), "cannot be used: '\\?' is not an ISO 4217 currency"),
        (entry("1.005"), "has more than 2 decimals"),
        (entry("1.00", direction="IN"), "CdtDbtInd 'IN' says neither CRDT nor DBIT"),
        (entry("1.00", booked="2026-02-30"), "BookgDt '2026-02-30' is not a date"),
        (entry("NaN"), "'NaN' is not an amount"),
    ],
)
def test_a_bad_entry_is_located_and_the_rest_goes_on(bad: str, message: str) -> None:
    """One line of the file says what is wrong; the others are read."""
    statement = read(document([entry("1.00"), bad, entry("2.00")]))

    (problem,) = statement.problems
    assert problem.message.startswith("bank.xml:6: ")
    assert re.search(message, problem.message)
    assert len(statement.lines) == 2


def test_a_utf16_file_reads() -> None:
    """The declaration inside says the encoding."""
    text = document([entry("1.00", details=[detail(payer="Müller")])]).decode().replace("UTF-8", "UTF-16")

    (line,) = read(text.encode("utf-16")).lines

    assert line.payer == "Müller"
