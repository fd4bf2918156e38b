"""Do a report's rows and a provider's own ledger tell the same story?"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import attrs

from invoicekit.batch import Seen, Standing
from invoicekit.model import Money

_KEPT_CONTRADICTIONS = 50
_IS_THERE = frozenset({Standing.APPLIED.value, Standing.ALREADY_APPLIED.value})
_IS_NOT_THERE = frozenset({Standing.REJECTED.value, Standing.NOT_ATTEMPTED.value})

Row = Mapping[str, object]


@attrs.frozen(kw_only=True)
class AuditVerdict:
    """What comparing rows and ledger found.

    Attributes:
        rows: Rows compared.
        there: Distinct effects that rows ask for and the ledger holds.
        doubted: Distinct ids in doubt; the ledger may say either of them.
        contradictions: The first places where rows and ledger disagree, in words.
        contradictions_left_out: Further ones.
    """

    rows: int
    there: int
    doubted: int
    contradictions: tuple[str, ...]
    contradictions_left_out: int = 0

    @property
    def is_consistent(self) -> bool:
        """Whether ledger and rows agree in everything."""
        return not self.contradictions

    def as_json(self) -> dict[str, object]:
        """Return everything, ready for JSON."""
        return {**attrs.asdict(self), "is_consistent": self.is_consistent}


class _Findings:
    def __init__(self) -> None:
        self.contradictions: list[str] = []
        self.left_out = 0

    def add(self, contradiction: str) -> None:
        if len(self.contradictions) < _KEPT_CONTRADICTIONS:
            self.contradictions.append(contradiction)
        else:
            self.left_out += 1


def audit_entries(
    rows: Iterable[Row],
    ledger: Iterable[Row],
    faults: Iterable[Row],
    *,
    invoiced: bool = True,
    marked_before: int = 0,
) -> AuditVerdict:
    """Compare the rows of a marking job with the time entries a provider holds, in bounded memory.

    Args:
        rows: As `row_of` gives them.
        ledger: Each with ``id`` and ``invoiced``.
        faults: Each write the provider lost or refused: ``time_entry_ids``.
        invoiced: The value the job set.
        marked_before: How many entries had that value before the job; none of them may be among the rows.
    """
    findings = _Findings()
    doubted: set[str] = set()
    count = there = marked = 0
    with Seen() as seen:
        for entry in ledger:
            is_marked = entry["invoiced"] is invoiced
            marked += is_marked
            # Of each entry one number is kept: 1 where it is marked.
            seen.add(str(entry["id"]), int(is_marked))
        for row in rows:
            count += 1
            name, standing = str(row["id"]), str(row["standing"])
            found = seen.find(name)
            is_marked = found is not None and found.position == 1
            if standing in _IS_THERE and not is_marked:
                findings.add(f"row {row['line']}: entry {name} is {standing}, but the ledger has it unmarked")
            elif standing in _IS_NOT_THERE and is_marked:
                findings.add(f"row {row['line']}: entry {name} is {standing}, but the ledger has it marked")
            elif standing == Standing.UNKNOWN.value:
                doubted.add(name)
            if is_marked and found is not None and found.standing is None:
                seen.settle(name, Standing.APPLIED)
                there += 1
    if marked - there > marked_before:
        findings.add(f"{marked - there - marked_before} entries are marked that no row asked for")
    excused = {str(each) for fault in faults for each in _listed(fault.get("time_entry_ids"))}
    _blame(findings, doubted, excused, "entry")
    return _verdict(findings, count, there, len(doubted))


def audit_payments(
    rows: Iterable[Row],
    ledger: Iterable[Row],
    faults: Iterable[Row],
    *,
    marker_of: Callable[[str], str],
    recorded_before: int = 0,
) -> AuditVerdict:
    """Compare the rows of a paying job with the payments a provider holds.

    Memory grows with the number of payments.

    Args:
        rows: As `row_of` gives them, with their payments.
        ledger: Each with ``invoice_id``, ``amount`` in minor units and ``note``.
        faults: Each write the provider lost or refused: ``payment_note``.
        marker_of: What the payment of a reference carries in its note.
        recorded_before: How many payments the provider held before the job.
    """
    findings = _Findings()
    held: dict[str, list[Row]] = {}
    recorded = 0
    for payment in ledger:
        recorded += 1
        for word in set(str(payment["note"] or "").split()):
            held.setdefault(word, []).append(payment)
    excused = {word for fault in faults for word in str(fault.get("payment_note") or "").split()}
    standings: dict[str, Counter[str]] = {}
    asked: dict[str, Row] = {}
    count = 0
    for row in rows:
        count += 1
        reference = str(row["id"])
        if "invoice_id" not in row:
            continue  # never became a payment
        is_other = "first_line" in row and row["standing"] == Standing.REJECTED.value
        if not is_other:
            standings.setdefault(reference, Counter())[str(row["standing"])] += 1
            asked.setdefault(reference, row)
    doubted: set[str] = set()
    there = 0
    owned = 0
    for reference, row in asked.items():
        matches = held.get(marker_of(reference), [])
        owned += len(matches)
        there += bool(matches)
        _compare(findings, reference, row, standings[reference], matches)
        if standings[reference][Standing.UNKNOWN.value]:
            doubted.add(marker_of(reference))
    if recorded - owned > recorded_before:
        strangers = recorded - owned - recorded_before
        findings.add(f"the ledger has {strangers} payments that no row asked for")
    _blame(findings, doubted, excused, "payment")
    return _verdict(findings, count, there, len(doubted))


def _compare(
    findings: _Findings, reference: str, row: Row, standings: Counter[str], matches: list[Row]
) -> None:
    if len(matches) > 1:
        findings.add(f"payment {reference} stands {len(matches)} times in the ledger")
    for match in matches:
        wanted = Money(str(row["amount"]), str(row["currency"])).minor
        if match["invoice_id"] != row["invoice_id"] or match["amount"] != wanted:
            findings.add(f"payment {reference} stands in the ledger with another invoice or amount")
    if not matches and any(standing in _IS_THERE for standing in standings):
        findings.add(f"payment {reference} is applied, but the ledger has none")
    if matches and any(standing in _IS_NOT_THERE for standing in standings):
        findings.add(f"payment {reference} is rejected or not attempted, but the ledger has it")


def _blame(findings: _Findings, doubted: set[str], excused: set[str], kind: str) -> None:
    for name in sorted(doubted - excused):
        findings.add(f"{kind} {name} is in doubt, but no fault lost or refused its write")


def _listed(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple) else ()


def _verdict(findings: _Findings, rows: int, there: int, doubted: int) -> AuditVerdict:
    return AuditVerdict(
        rows=rows,
        there=there,
        doubted=doubted,
        contradictions=tuple(findings.contradictions),
        contradictions_left_out=findings.left_out,
    )
