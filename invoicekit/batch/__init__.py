"""Many items, few requests, one outcome for each item."""

from invoicekit.batch.batch import Batch
from invoicekit.batch.outcome import Earlier, Item, ItemOutcome, Standing
from invoicekit.batch.progress import Meter, Progress, RateUse
from invoicekit.batch.screen import Screen, screen_by
from invoicekit.batch.seen import First, Seen
from invoicekit.batch.verdict import Ruling, rule

__all__ = [
    "Batch",
    "Earlier",
    "First",
    "Item",
    "ItemOutcome",
    "Meter",
    "Progress",
    "RateUse",
    "Ruling",
    "Screen",
    "Seen",
    "Standing",
    "rule",
    "screen_by",
]
