"""Statement lines from OFX and QFX, versions 1 and 2, read by `bankfile`."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from invoicekit.errors import UsageError
from invoicekit.extra import needs
from invoicekit.model import Money
from invoicekit.reconcile.line import Problem, Reading, StatementLine
from invoicekit.reconcile.wording import located, one_line

if TYPE_CHECKING:
    from bankfile import Transaction

LARGEST_BYTES = 64 * 2**20
_TRANSACTION = re.compile(rb"<STMTTRN>", re.IGNORECASE)
_STATEMENTS = re.compile(rb"<(?:CC)?STMTRS>", re.IGNORECASE)
# What a warning of the reader means for the line it speaks of: the figure may not be the bank's.
_DOUBTED = frozenset({"TRNAMT", "DTPOSTED", "CURDEF", "FITID"})


def read_ofx(data: bytes, *, name: str) -> Reading:
    """Read the lines of an OFX file that holds the statement of one account.

    Raises:
        UsageError: No statement, or several; or a transaction in it that cannot be read: the reader
            does not say which, and a statement without one of its lines is not to be reconciled.
    """
    if len(data) > LARGEST_BYTES:
        raise UsageError(f"{name}: larger than {LARGEST_BYTES >> 20} MiB; export a shorter period")
    rows = [data.count(b"\n", 0, found.start()) + 1 for found in _places(data)]
    statements = len(_STATEMENTS.findall(data))
    if statements > 1:
        raise UsageError(f"{name}: statements of {statements} accounts in one file; export them one by one")
    with needs("bankfile", extra="reconcile"):
        from bankfile import UnknownFormatError, parse_bytes
    try:
        found = parse_bytes(data, path=name)
    except UnknownFormatError:
        raise UsageError(f"{name}: not OFX: neither its header nor <OFX> in it") from None
    except ValueError as failure:
        raise UsageError(f"{name}: cannot be read as OFX: {failure}") from None
    if found.source.format != "OFX":
        raise UsageError(f"{name}: this is {found.source.format}, which is not read; export OFX or camt.053")
    if not statements:
        raise UsageError(f"{name}: no statement in it (no STMTRS)")
    doubts = [each for each in found.warnings if each.field in _DOUBTED or each.field == "STMTTRN"]
    if len(rows) != len(found.transactions):
        why = f": {doubts[0].field} {doubts[0].value!r}" if doubts else ""
        raise UsageError(
            f"{name}: {len(rows) - len(found.transactions)} of {len(rows)} transactions cannot be read{why}"
        )
    doubted = {each.value for each in doubts if each.value}
    for row, transaction in zip(rows, found.transactions, strict=True):
        yield _line(transaction, doubted, account=found.account or "", name=name, row=row)


def _places(data: bytes) -> Iterator[re.Match[bytes]]:
    return _TRANSACTION.finditer(data)


def _line(
    transaction: "Transaction", doubted: set[str], *, account: str, name: str, row: int
) -> StatementLine | Problem:
    def problem(message: str) -> Problem:
        return Problem(source=name, row=row, message=located(name, row, message))

    for tag in ("TRNAMT", "DTPOSTED"):
        value = transaction.raw.get(tag)
        if value in doubted:
            return problem(f"{tag} {value!r} can be read in two ways; correct it at its source")
    if not transaction.currency:
        return problem("no currency: CURDEF is empty")
    amount = Money(transaction.amount, transaction.currency)
    try:
        amount.minor  # noqa: B018 -- refuses unknown currencies and too many decimals
    except UsageError as refusal:
        return problem(f"TRNAMT cannot be used: {refusal}")
    return StatementLine(
        source=name,
        row=row,
        account=account,
        booked=transaction.date,
        amount=amount,
        bank_reference=transaction.bank_reference or "",
        text=one_line(" ".join(filter(None, (transaction.purpose, transaction.reference)))),
        payer=one_line(transaction.counterparty_name or ""),
        payer_account=(transaction.counterparty_account or "").replace(" ", ""),
        is_reversal=bool(transaction.raw.get("CORRECTACTION")),
    )
