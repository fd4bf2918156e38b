"""What did I promise: intents and how they were settled."""

from invoicekit.journal.asked import Asked
from invoicekit.journal.intent import Intent, IntentKey, IntentState
from invoicekit.journal.lease import Lease, Leased
from invoicekit.journal.memory import MemoryJournal
from invoicekit.journal.moves import IllegalMove, LeaseLost
from invoicekit.journal.protocol import Journal
from invoicekit.journal.rate import KnownRate
from invoicekit.journal.rate_use import BUCKET_SECONDS, LIVES_SECONDS, OthersUse, RateUse, Spent
from invoicekit.journal.sqlite import SqliteJournal

__all__ = [
    "BUCKET_SECONDS",
    "LIVES_SECONDS",
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
    "OthersUse",
    "RateUse",
    "Spent",
    "SqliteJournal",
]
