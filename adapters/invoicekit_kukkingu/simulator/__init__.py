"""Kukkingu as a stateful server, for tests and the demo; shares no code with the adapter."""

from invoicekit_kukkingu.simulator.behaviour import Behaviour
from invoicekit_kukkingu.simulator.files import KukkinguFiles
from invoicekit_kukkingu.simulator.ledger import KukkinguLedger
from invoicekit_kukkingu.simulator.provider import KukkinguSimulator
from invoicekit_kukkingu.simulator.tenant import Tenant

__all__ = ["Behaviour", "KukkinguFiles", "KukkinguLedger", "KukkinguSimulator", "Tenant"]
