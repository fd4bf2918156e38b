"""Names of statement lines and of what is booked from them: never by chance, time or place in a file."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator

import attrs

from invoicekit.reconcile.line import StatementLine

_SEPARATOR = "\x1f"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
_NO_ACCOUNT = "bank"
# What banks write where they have no reference.
_NO_REFERENCE = frozenset({"NONREF", "NOREF", "NOTPROVIDED", "NOTAVAILABLE", "UNKNOWN", "0"})


def numbered(lines: Iterable[StatementLine]) -> Iterator[StatementLine]:
    """Give every line of one file its id.

    The bank's reference names a line, within its account. Without one its content does, and its place
    among the lines of the file that are equal in everything: an export of a whole day always holds all
    of them, whatever other days it holds.
    """
    alike: Counter[str] = Counter()
    for line in lines:
        if has_reference(line.bank_reference):
            yield attrs.evolve(
                line, id=f"{_plain(line.account) or _NO_ACCOUNT}:{_plain(line.bank_reference)}"
            )
            continue
        content = _digest(*_content(line))[:24]
        alike[content] += 1
        yield attrs.evolve(line, id=f"{_plain(line.account) or _NO_ACCOUNT}:line-{content}-{alike[content]}")


def has_reference(text: str) -> bool:
    """Tell whether a bank's reference names anything."""
    return bool(text.strip()) and text.strip().upper().replace(" ", "") not in _NO_REFERENCE


def payment_reference(line_id: str, invoice_id: str) -> str:
    """Return the reference of what one line pays of one invoice.

    The same in every run, and another for every other pair, so that no two parts of a combined transfer
    collide and a rerun finds them all.
    """
    return f"{line_id}:{_digest('part', line_id, invoice_id)[:16]}"


def seal_of(*parts: str) -> str:
    """Return a short digest that tells whether any of the parts was changed by accident."""
    return _digest("seal", *parts)[:8]


def _plain(text: str) -> str:
    """Return an id as it is where that is short and harmless, else a digest of it."""
    trimmed = text.strip()
    if not trimmed or _PLAIN.fullmatch(trimmed):
        return trimmed
    return "x" + _digest("long", trimmed)[:24]


def _content(line: StatementLine) -> tuple[str, ...]:
    return (
        line.account,
        line.booked.isoformat(),
        format(line.amount.amount.normalize(), "f"),
        line.amount.currency,
        line.text,
        *line.references,
        line.payer,
        line.payer_account,
        "reversal" if line.is_reversal else "",
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256(_SEPARATOR.join(parts).encode("utf-8", "surrogatepass")).hexdigest()
