"""Asset as a stateful server, for tests and the demo; shares no code with the adapter."""

from invoicekit_asset.simulator.behaviour import Behaviour
from invoicekit_asset.simulator.books import Books, Customer, Invoice, PaymentRow, Transaction
from invoicekit_asset.simulator.ledger import AssetLedger
from invoicekit_asset.simulator.provider import AssetSimulator

__all__ = [
    "AssetLedger",
    "AssetSimulator",
    "Behaviour",
    "Books",
    "Customer",
    "Invoice",
    "PaymentRow",
    "Transaction",
]
