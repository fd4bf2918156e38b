"""Statement lines from ISO 20022 camt.053, and from camt.052 and camt.054, which look alike.

Source: ISO 20022, BankToCustomerStatement, versions camt.053.001.02 to .12. What differs between them and
is read here: the status is text or a coded element, a party is named directly or inside of `Pty`, a
transaction's amount stands in `Amt` or in `AmtDtls/TxAmt`.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

import attrs

from invoicekit.errors import UsageError
from invoicekit.model import Money
from invoicekit.reconcile.camt_tree import Node, entries
from invoicekit.reconcile.identity import has_reference
from invoicekit.reconcile.line import Problem, Reading, StatementLine
from invoicekit.reconcile.wording import located, one_line

_AMOUNT = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,5})?")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T+Z-].*)?")
_SIGNS: Mapping[str, int] = {"CRDT": 1, "DBIT": -1}
_BOOKED = "BOOK"


class _Unusable(Exception):
    pass


def read_camt(data: bytes, *, name: str) -> Reading:
    """Read the lines of a statement; a batch booking comes as the transactions that it is made of.

    Raises:
        UsageError: No statement can be read from the file.
    """
    for statement, entry in entries(data, name=name):
        account = statement.get("Acct", "Id", "IBAN") or statement.get("Acct", "Id", "Othr", "Id")
        try:
            yield from _lines(entry, account=account.replace(" ", ""), name=name)
        except _Unusable as reason:
            yield Problem(source=name, row=entry.row, message=located(name, entry.row, str(reason)))


def _lines(entry: Node, *, account: str, name: str) -> Iterator[StatementLine]:
    amount = _money(entry.first("Amt"), "Ntry/Amt")
    sign = _sign(entry.get("CdtDbtInd"))
    whole = StatementLine(
        source=name,
        row=entry.row,
        account=account,
        booked=_day(entry),
        amount=sign * amount,
        bank_reference=entry.get("AcctSvcrRef"),
        text=one_line(entry.get("AddtlNtryInf")),
        charges=_charges(entry),
        is_reversal=_flag(entry.get("RvslInd")),
        is_booked=(entry.get("Sts", "Cd") or entry.get("Sts")) in {"", _BOOKED},
    )
    details = list(entry.all("NtryDtls", "TxDtls"))
    if not details:
        yield whole
    elif len(details) == 1:
        # The entry's amount is what was booked; a single detail may state the instructed one.
        yield _detailed(whole, details[0])
    else:
        parts = [_part(whole, detail, number) for number, detail in enumerate(details, start=1)]
        _check_sum(whole, parts)
        yield from parts


def _check_sum(whole: StatementLine, parts: list[StatementLine]) -> None:
    """Refuse a batch whose parts are not the whole, but for charges that the bank kept back of it."""
    total = Money.sum((part.amount for part in parts), whole.amount.currency)
    missing = total - whole.amount
    charges = whole.charges
    if missing and not (charges is not None and charges.currency == missing.currency and charges == missing):
        raise _Unusable(
            f"the {len(parts)} transactions of this batch add up to {total}, not to {whole.amount}; ask the "
            "bank for its list"
        )


def _part(whole: StatementLine, detail: Node, number: int) -> StatementLine:
    """Read one transaction of a batch; its id never is that of the whole."""
    amount = _money(detail.first("Amt") or detail.first("AmtDtls", "TxAmt", "Amt"), "TxDtls/Amt")
    if amount.currency != whole.amount.currency:
        raise _Unusable(f"a transaction of this batch is in {amount.currency}, not {whole.amount.currency}")
    word = detail.get("CdtDbtInd")
    sign = _sign(word) if word else (-1 if whole.amount.amount < 0 else 1)
    own = detail.get("Refs", "AcctSvcrRef")
    reference = own if has_reference(own) and own != whole.bank_reference else ""
    if not reference and has_reference(whole.bank_reference):
        reference = f"{whole.bank_reference}.{number}"
    part = attrs.evolve(whole, amount=sign * amount, bank_reference=reference, row=detail.row, charges=None)
    return _detailed(part, detail)


def _detailed(line: StatementLine, detail: Node) -> StatementLine:
    own = detail.get("Refs", "AcctSvcrRef")
    end_to_end = detail.get("Refs", "EndToEndId")
    remittance = detail.first("RmtInf")
    structured = () if remittance is None else tuple(_structured(remittance))
    free = "" if remittance is None else " ".join(node.text for node in remittance.all("Ustrd"))
    additional = detail.get("AddtlTxInf") or ("" if free else line.text)
    texts = [free, end_to_end if has_reference(end_to_end) else "", additional]
    # The other side of money that came in is who paid; of money that went out, who was paid.
    side = "Dbtr" if line.amount.amount > 0 else "Cdtr"
    name = (
        detail.get("RltdPties", f"Ultmt{side}", "Pty", "Nm")
        or detail.get("RltdPties", f"Ultmt{side}", "Nm")
        or detail.get("RltdPties", side, "Pty", "Nm")
        or detail.get("RltdPties", side, "Nm")
    )
    account = detail.get("RltdPties", f"{side}Acct", "Id", "IBAN") or detail.get(
        "RltdPties", f"{side}Acct", "Id", "Othr", "Id"
    )
    return attrs.evolve(
        line,
        bank_reference=line.bank_reference or own,
        text=one_line(" ".join(texts)),
        references=structured,
        payer=one_line(name),
        payer_account=account.replace(" ", ""),
        charges=_charges(detail) or line.charges,
        # A returned payment is taken back as well, whatever the entry's own mark says.
        is_reversal=line.is_reversal or detail.first("RtrInf") is not None,
    )


def _structured(remittance: Node) -> Iterator[str]:
    for node in remittance.all("Strd"):
        for reference in node.all("CdtrRefInf", "Ref"):
            yield "".join(reference.text.split())
        for document in node.all("RfrdDocInf", "Nb"):
            yield one_line(document.text)


def _money(node: Node | None, what: str) -> Money:
    if node is None:
        raise _Unusable(f"{what} is missing")
    text, currency = node.text.strip(), node.attributes.get("Ccy", "")
    if _AMOUNT.fullmatch(text) is None:
        raise _Unusable(f"{what} {text!r} is not an amount")
    amount = Money(Decimal(text), currency or "?")
    try:
        amount.minor  # noqa: B018 -- refuses unknown currencies and too many decimals
    except UsageError as refusal:
        raise _Unusable(f"{what} cannot be used: {refusal}") from None
    return amount


def _charges(node: Node) -> Money | None:
    """Return what the bank kept back, where it says so in a form that can be read."""
    total = node.first("Chrgs", "TtlChrgsAndTaxAmt")
    try:
        if total is not None:
            return _money(total, "Chrgs") or None
        records = [
            _money(record.first("Amt"), "Chrgs")
            for record in node.all("Chrgs", "Rcrd")
            if record.get("CdtDbtInd") != "CRDT"
        ]
    except _Unusable:
        return None
    currencies = {record.currency for record in records}
    if len(currencies) != 1:
        return None
    return Money.sum(records, currencies.pop()) or None


def _sign(word: str) -> int:
    if word not in _SIGNS:
        raise _Unusable(f"CdtDbtInd {word!r} says neither CRDT nor DBIT")
    return _SIGNS[word]


def _day(entry: Node) -> date:
    text = (
        entry.get("BookgDt", "Dt")
        or entry.get("BookgDt", "DtTm")
        or entry.get("ValDt", "Dt")
        or entry.get("ValDt", "DtTm")
    )
    found = _DAY.fullmatch(text)
    try:
        if found is not None:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise _Unusable(f"BookgDt {text!r} is not a date" if text else "neither BookgDt nor ValDt")


def _flag(text: str) -> bool:
    if text not in {"", "true", "false", "1", "0"}:
        raise _Unusable(f"RvslInd {text!r} is neither true nor false")
    return text in {"true", "1"}
