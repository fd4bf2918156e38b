"""What is not installed is said with the extra that brings it."""

import sys

import pytest

from invoicekit.errors import UsageError
from invoicekit.reconcile import parse_statement

FILES = {
    "defusedxml": b"<Document><BkToCstmrStmt><Stmt/></BkToCstmrStmt></Document>",
    "bankfile": b"OFXHEADER:100\n\n<OFX><STMTRS></STMTRS></OFX>",
}


@pytest.mark.parametrize("package", FILES)
def test_a_missing_package_names_the_extra(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only whoever reads such a file needs it."""
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(UsageError, match=rf"needs {package}, .* pip install 'invoicekit\[reconcile\]'"):
        parse_statement(FILES[package], name="bank")


def test_csv_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its reader is the standard library's."""
    for package in FILES:
        monkeypatch.setitem(sys.modules, package, None)

    statement = parse_statement(b"booked,amount,currency\n2026-03-01,1.00,EUR\n", name="bank.csv")

    assert len(statement.lines) == 1
