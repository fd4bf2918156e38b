"""Clockify as a stateful server, for tests and the demo; shares no code with the adapter."""

from invoicekit_clockify.simulator.behaviour import Behaviour
from invoicekit_clockify.simulator.ledger import ClockifyLedger
from invoicekit_clockify.simulator.provider import ClockifySimulator
from invoicekit_clockify.simulator.workspace import Workspace

__all__ = ["Behaviour", "ClockifyLedger", "ClockifySimulator", "Workspace"]
