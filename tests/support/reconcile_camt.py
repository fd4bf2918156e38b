"""Writes camt.053 documents, for tests: elements by hand, no code shared with the reader."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

VERSIONS = tuple(f"camt.053.001.{number:02}" for number in range(2, 13))
ACCOUNT = "DE75512108001245126199"


def document(entries: Iterable[str], *, version: str = "camt.053.001.08", account: str = ACCOUNT) -> bytes:
    """Return a statement of these entries."""
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}">',
            "<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr><Stmt><Id>S1</Id>",
            f"<Acct><Id><IBAN>{account}</IBAN></Id></Acct>",
            *entries,
            "</Stmt></BkToCstmrStmt></Document>",
        ]
    ).encode()


def entry(
    amount: str,
    *,
    currency: str = "EUR",
    direction: str = "CRDT",
    booked: str = "2026-03-02",
    reference: str = "",
    status: str = "BOOK",
    version: str = "camt.053.001.08",
    is_reversal: bool = False,
    details: Iterable[str] = (),
    inner: str = "",
) -> str:
    """Return one `Ntry`."""
    is_old = version < "camt.053.001.08"
    shown = status if is_old else f"<Cd>{status}</Cd>"
    return "".join(
        [
            f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>',
            "<RvslInd>true</RvslInd>" if is_reversal else "",
            f"<Sts>{shown}</Sts><BookgDt><Dt>{booked}</Dt></BookgDt>",
            f"<AcctSvcrRef>{escape(reference)}</AcctSvcrRef>" if reference else "",
            inner,
            "<NtryDtls>" + "\n".join(details) + "</NtryDtls>" if details else "",
            "</Ntry>",
        ]
    )


def detail(
    *,
    text: str = "",
    structured: str = "",
    payer: str = "",
    iban: str = "",
    end_to_end: str = "NOTPROVIDED",
    amount: str = "",
    currency: str = "EUR",
    version: str = "camt.053.001.08",
    side: str = "Dbtr",
    extra: str = "",
) -> str:
    """Return one `TxDtls`."""
    is_old = version < "camt.053.001.08"
    name = f"<Nm>{escape(payer)}</Nm>"
    sent = f'<Amt Ccy="{currency}">{amount}</Amt>'
    return "".join(
        [
            f"<TxDtls><Refs><EndToEndId>{escape(end_to_end)}</EndToEndId></Refs>",
            (f"<AmtDtls><TxAmt>{sent}</TxAmt></AmtDtls>" if is_old else sent) if amount else "",
            "<RltdPties>" if payer or iban else "",
            (f"<{side}>{name if is_old else f'<Pty>{name}</Pty>'}</{side}>") if payer else "",
            f"<{side}Acct><Id><IBAN>{iban}</IBAN></Id></{side}Acct>" if iban else "",
            "</RltdPties>" if payer or iban else "",
            "<RmtInf>" if text or structured else "",
            f"<Ustrd>{escape(text)}</Ustrd>" if text else "",
            f"<Strd><CdtrRefInf><Ref>{structured}</Ref></CdtrRefInf></Strd>" if structured else "",
            "</RmtInf>" if text or structured else "",
            extra,
            "</TxDtls>",
        ]
    )
