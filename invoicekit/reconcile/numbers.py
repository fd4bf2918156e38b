"""Which invoices a statement line names, by number, however the payer wrote it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import IntEnum

import attrs

from invoicekit.reconcile.line import StatementLine
from invoicekit.reconcile.receivable import Receivable

_ATOM = re.compile(r"[^\W\d_]+|\d+")
_CREDITOR_REFERENCE = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")
_MOST_ATOMS = 12
_LONGEST_TEXT = 4000
_GLUED_WORD = 3
_SHORTEST_PART = 4


class Naming(IntEnum):
    """How surely a line names an invoice."""

    SHORT = 1
    PART = 2
    NUMBER = 3
    STRUCTURED = 4

    @property
    def is_certain(self) -> bool:
        """Whether it can mean only this number."""
        return self >= Naming.NUMBER


@attrs.frozen(kw_only=True)
class Mention:
    """An invoice that a line names.

    Attributes:
        found: What stands in the line.
    """

    invoice_id: str
    naming: Naming
    found: str


@attrs.frozen
class _Atom:
    text: str
    start: int
    end: int


@attrs.frozen(kw_only=True)
class _Known:
    """A number, or the end of one.

    Attributes:
        joints: Offsets at which the text may be interrupted: where the number itself is.
    """

    invoice_id: str
    naming: Naming
    joints: frozenset[int]


class NumberIndex:
    """Finds invoice numbers in texts.

    A number is found where its letters and digits stand in the text in this order, interrupted at most
    where the number itself is: ``INV-2026-001`` in "inv 2026/001" and in "INV2026001", but ``100123`` not
    in "100 123". A longer match hides the shorter ones inside of it.

    Args:
        shortest: Letters and digits that a number needs to mean an invoice by itself; plain digits of
            four may be a year.
    """

    def __init__(self, receivables: Iterable[Receivable], *, shortest: int) -> None:
        self._known: dict[str, list[_Known]] = {}
        parts: dict[str, list[_Known]] = {}
        for receivable in receivables:
            for name in {receivable.number, receivable.id} - {""}:
                self._add(receivable.id, name, shortest, parts)
        for joined, owners in parts.items():
            if len({owner.invoice_id for owner in owners}) == 1 and joined not in self._known:
                self._known[joined] = owners

    def mentions(self, line: StatementLine) -> tuple[Mention, ...]:
        """Return every invoice the line names, the surest way each."""
        best: dict[str, Mention] = {}
        for mention in (*self._structured(line.references), *self._in_text(line.text)):
            if mention.invoice_id not in best or best[mention.invoice_id].naming < mention.naming:
                best[mention.invoice_id] = mention
        return tuple(best[invoice_id] for invoice_id in sorted(best))

    def _add(self, invoice_id: str, name: str, shortest: int, parts: dict[str, list[_Known]]) -> None:
        atoms = _atoms(name)
        joined = "".join(atom.text for atom in atoms)
        if not joined:
            return
        is_short = len(joined) < (shortest if joined.isdigit() else shortest - 1)
        naming = Naming.SHORT if is_short or not any(map(str.isdigit, joined)) else Naming.NUMBER
        known = _Known(invoice_id=invoice_id, naming=naming, joints=_joints(atoms))
        self._known.setdefault(joined, []).append(known)
        for at in range(1, len(atoms)):
            tail = atoms[at:]
            part = "".join(atom.text for atom in tail)
            if (
                atoms[at - 1].end < tail[0].start
                and len(part) >= _SHORTEST_PART
                and any(map(str.isdigit, part))
            ):
                end = _Known(invoice_id=invoice_id, naming=Naming.PART, joints=_joints(tail))
                parts.setdefault(part, []).append(end)

    def _structured(self, references: Iterable[str]) -> Iterator[Mention]:
        for reference in references:
            joined = "".join(atom.text for atom in _atoms(reference))
            candidates = [joined]
            if _CREDITOR_REFERENCE.fullmatch(joined) and _is_valid_rf(joined):
                candidates += [joined[4:], joined[4:].lstrip("0")]
            for candidate in candidates:
                for known in self._known.get(candidate, ()):
                    if known.naming is not Naming.PART:
                        yield Mention(invoice_id=known.invoice_id, naming=Naming.STRUCTURED, found=reference)

    def _in_text(self, text: str) -> Iterator[Mention]:
        shown = text[:_LONGEST_TEXT]
        atoms = _atoms(shown)
        found: list[tuple[int, int, _Known]] = []
        for first in range(len(atoms)):
            if not _may_begin(atoms, first):
                continue
            joined = ""
            joints: set[int] = set()
            for last in range(first, min(first + _MOST_ATOMS, len(atoms))):
                if joined:
                    joints.add(len(joined))
                joined += atoms[last].text
                if not _may_end(atoms, last):
                    continue
                found += [
                    (first, last, known) for known in self._known.get(joined, ()) if joints <= known.joints
                ]
        spans = {(first, last) for first, last, _ in found}
        normal = _normal(shown)
        for first, last, known in found:
            if not any(_hides(span, (first, last)) for span in spans):
                words = normal[atoms[first].start : atoms[last].end]
                yield Mention(invoice_id=known.invoice_id, naming=known.naming, found=words)


def _hides(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    return outer != inner and outer[0] <= inner[0] and inner[1] <= outer[1]


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper()


def _atoms(text: str) -> list[_Atom]:
    """Return the runs of letters and the runs of digits."""
    return [_Atom(found[0], found.start(), found.end()) for found in _ATOM.finditer(_normal(text))]


def _joints(atoms: list[_Atom]) -> frozenset[int]:
    offsets, length = set(), 0
    for atom in atoms[:-1]:
        length += len(atom.text)
        offsets.add(length)
    return frozenset(offsets)


def _may_begin(atoms: list[_Atom], at: int) -> bool:
    """Tell whether a number may begin here: where a word does, or right behind one as in `Invoice7`."""
    if at == 0 or atoms[at - 1].end < atoms[at].start:
        return True
    before = atoms[at - 1].text
    return before.isalpha() and len(before) >= _GLUED_WORD


def _may_end(atoms: list[_Atom], at: int) -> bool:
    return at + 1 == len(atoms) or atoms[at].end < atoms[at + 1].start


def _is_valid_rf(reference: str) -> bool:
    """Check the digits of an ISO 11649 creditor reference."""
    turned = reference[4:] + reference[:4]
    return int("".join(str(int(each, 36)) for each in turned)) % 97 == 1
