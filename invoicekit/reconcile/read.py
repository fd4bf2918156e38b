"""A statement from a file, whichever of the known forms it has."""

import hashlib
import re
from enum import Enum
from pathlib import Path

from invoicekit.errors import UsageError
from invoicekit.reconcile.identity import numbered
from invoicekit.reconcile.line import Statement, split
from invoicekit.reconcile.profile import CsvProfile, built_in_profiles
from invoicekit.reconcile.read_camt import read_camt
from invoicekit.reconcile.read_csv import read_csv
from invoicekit.reconcile.read_ofx import read_ofx

_OFX = re.compile(
    rb"\A\s*(?:OFXHEADER\s*:|<\?OFX\b|<OFX>|<\?xml[^>]*>\s*(?:<!--.*?-->\s*)*<(?:\?OFX|OFX>))", re.I | re.S
)


class StatementForm(Enum):
    """What a statement is written in."""

    CSV = "csv"
    CAMT = "camt"
    OFX = "ofx"


def read_statement(
    path: str | Path, *, form: StatementForm | None = None, profile: CsvProfile | None = None
) -> Statement:
    """Read a bank statement.

    Args:
        form: None tells it from the first characters.
        profile: How a CSV is to be read; the default one where None.

    Raises:
        UsageError: It cannot be read at all; what is wrong with single lines is in `problems`.
    """
    file = Path(path)
    try:
        data = file.read_bytes()
    except (OSError, ValueError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) else "this cannot be a file name"
        raise UsageError(f"{path}: {(reason or 'cannot be read').lower()}; name a bank statement") from None
    return parse_statement(data, name=file.name, path=str(file), form=form, profile=profile)


def parse_statement(
    data: bytes,
    *,
    name: str,
    path: str = "",
    form: StatementForm | None = None,
    profile: CsvProfile | None = None,
) -> Statement:
    """Read a bank statement that is in memory; `name` is what messages and plans call it.

    Raises:
        UsageError: As `read_statement`.
    """
    shown = name if name.isprintable() else name.encode("unicode_escape").decode("ascii")
    if not data.strip():
        raise UsageError(f"{shown} is empty")
    match form or _guess(data):
        case StatementForm.CAMT:
            reading = read_camt(data, name=shown)
        case StatementForm.OFX:
            reading = read_ofx(data, name=shown)
        case StatementForm.CSV:
            reading = read_csv(data, name=shown, profile=profile or built_in_profiles()["default"])
    lines, problems = split(reading)
    return Statement(
        name=shown,
        path=path,
        digest=hashlib.sha256(data).hexdigest(),
        lines=tuple(numbered(lines)),
        problems=tuple(problems),
    )


def _guess(data: bytes) -> StatementForm:
    head = data[:4096].removeprefix(b"\xef\xbb\xbf")
    if _OFX.match(head):
        return StatementForm.OFX
    if head.lstrip().startswith(b"<") or head.startswith((b"\xff\xfe<", b"\xfe\xff\0<")):
        return StatementForm.CAMT
    return StatementForm.CSV
