"""May I send at all: at most one effect for each reference, and no silent doubt."""

from invoicekit.guard.by_hand import IN_DOUBT, settle_by_hand
from invoicekit.guard.gate import JournalGate
from invoicekit.guard.guard import Guard
from invoicekit.guard.identity import (
    check_reference,
    derived_reference,
    fingerprint_of,
    is_derived,
    marker_of,
    time_reference,
    value_reference,
)
from invoicekit.guard.policy import DoubtPolicy, OnDoubt
from invoicekit.guard.reading import read_patiently
from invoicekit.guard.scope import CallScope

__all__ = [
    "IN_DOUBT",
    "CallScope",
    "DoubtPolicy",
    "Guard",
    "JournalGate",
    "OnDoubt",
    "check_reference",
    "derived_reference",
    "fingerprint_of",
    "is_derived",
    "marker_of",
    "read_patiently",
    "settle_by_hand",
    "time_reference",
    "value_reference",
]
