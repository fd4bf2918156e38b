"""Does the simulator's ledger tell the same story as the demo's rows?"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from invoicekit.bulk import AuditVerdict, Standing, audit_entries, audit_payments
from invoicekit.cli.stage import Stage
from invoicekit.guard import marker_of
from invoicekit.journal import IntentKey

ENTRIES = "time entries"
STATUSES = "invoice statuses"
PAYMENTS = "payments"

_FILES: Mapping[str, tuple[str, ...]] = {
    ENTRIES: ("entries.csv", "entries.jsonl"),
    STATUSES: (STATUSES,),
    PAYMENTS: ("payments.csv", "payments.jsonl"),
}
_IS_THERE = frozenset({Standing.APPLIED.value, Standing.ALREADY_APPLIED.value})
_BEFORE = "UNSENT"


def rows_path(folder: Path, name: str) -> Path:
    """Return where the outcomes of one input file are written."""
    return folder / f"{name}.rows.jsonl"


def compare(folder: Path, stage: Stage, *, account: str) -> dict[str, AuditVerdict]:
    """Compare every row of every job with the ledger; blocking."""

    def marker(reference: str) -> str:
        return marker_of(IntentKey("clockify", account, "record_payment", reference))

    return {
        ENTRIES: audit_entries(_rows(folder, ENTRIES), stage.ledger("time-entries"), stage.write_faults()),
        STATUSES: audit_statuses(_rows(folder, STATUSES), stage.ledger("invoices"), stage.write_faults()),
        PAYMENTS: audit_payments(
            _rows(folder, PAYMENTS), stage.ledger("payments"), stage.write_faults(), marker_of=marker
        ),
    }


def audit_statuses(
    rows: Iterator[Mapping[str, object]],
    ledger: Iterator[Mapping[str, object]],
    faults: Iterator[Mapping[str, object]],
) -> AuditVerdict:
    """Compare the rows that sent invoices with the statuses they have; a payment moves one further on."""
    left = {str(invoice["id"]): invoice["status"] == _BEFORE for invoice in ledger}
    excused = {str(fault["invoice_id"]) for fault in faults if "invoice_status" in fault}
    wrong: list[str] = []
    count = there = doubted = 0
    for row in rows:
        count += 1
        name, standing = str(row["id"]), row["standing"]
        there += not left[name]
        if standing == Standing.UNKNOWN.value:
            doubted += 1
            if name not in excused:
                wrong.append(f"invoice {name} is in doubt, but no fault lost or refused its write")
        elif (standing in _IS_THERE) is left[name]:
            wrong.append(f"invoice {name} is {standing}, but the ledger says otherwise")
    return AuditVerdict(rows=count, there=there, doubted=doubted, contradictions=tuple(wrong))


def _rows(folder: Path, kind: str) -> Iterator[Mapping[str, object]]:
    for name in _FILES[kind]:
        path = rows_path(folder, name)
        if not path.exists():
            continue  # the job before it was interrupted
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
