"""What did I promise: intents and how they were settled."""

from invoicekit.journal.intent import Intent, IntentKey, IntentState
from invoicekit.journal.protocol import Journal

__all__ = ["Intent", "IntentKey", "IntentState", "Journal"]
