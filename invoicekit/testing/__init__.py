"""The test kit: simulators without sockets, in virtual time, and the line between that goes wrong."""

from invoicekit.testing.in_process import InProcessTransport
from invoicekit.testing.line import Line, LineFault, Trouble

__all__ = ["InProcessTransport", "Line", "LineFault", "Trouble"]
