"""The test kit: what every adapter must do, judged by its provider's ledger, in virtual time.

``run_contract(Subject.installed("clockify"))`` tries every rule and returns a `ContractReport`; with pytest,
subclass `invoicekit.testing.plugin.AdapterContract`.
"""

from invoicekit.testing.bench import Bench
from invoicekit.testing.calls import READS, WRITES, Hand
from invoicekit.testing.checkout import is_path, subject_at
from invoicekit.testing.contract import (
    RULES,
    SUITE_LEVEL,
    ContractReport,
    Judgement,
    judge,
    rule_of,
    run_contract,
)
from invoicekit.testing.in_process import InProcessTransport
from invoicekit.testing.line import Line, LineFault, Trouble
from invoicekit.testing.rule import Finding, NotApplicable, Rule, Tier, Trial, Verdict
from invoicekit.testing.subject import URL, Subject
from invoicekit.testing.tier_record import Record, record, recorded
from invoicekit.testing.virtual_time import Standstill, VirtualLoop, run_virtually

__all__ = [
    "READS",
    "RULES",
    "SUITE_LEVEL",
    "URL",
    "WRITES",
    "Bench",
    "ContractReport",
    "Finding",
    "Hand",
    "InProcessTransport",
    "Judgement",
    "Line",
    "LineFault",
    "NotApplicable",
    "Record",
    "Rule",
    "Standstill",
    "Subject",
    "Tier",
    "Trial",
    "Trouble",
    "Verdict",
    "VirtualLoop",
    "is_path",
    "judge",
    "record",
    "recorded",
    "rule_of",
    "run_contract",
    "run_virtually",
    "subject_at",
]
