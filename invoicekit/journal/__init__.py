"""What did I promise: intents and how they were settled."""

from invoicekit.journal.asked import Asked
from invoicekit.journal.intent import Intent, IntentKey, IntentState
from invoicekit.journal.lease import Lease, Leased
from invoicekit.journal.memory import MemoryJournal
from invoicekit.journal.moves import IllegalMove, LeaseLost
from invoicekit.journal.protocol import Journal
from invoicekit.journal.rate import KnownRate
from invoicekit.journal.sqlite import SqliteJournal

__all__ = [
    "Asked",
    "IllegalMove",
    "Intent",
    "IntentKey",
    "IntentState",
    "Journal",
    "KnownRate",
    "Lease",
    "LeaseLost",
    "Leased",
    "MemoryJournal",
    "SqliteJournal",
]
