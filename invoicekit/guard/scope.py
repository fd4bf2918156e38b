"""How one call may use the channel."""

from collections.abc import Callable

import attrs

from invoicekit.adapter import Sender
from invoicekit.guard.gate import JournalGate


@attrs.frozen(kw_only=True)
class CallScope:
    """The senders of one call, and how long it may take.

    Attributes:
        deadline_at: Monotonic seconds after which it may not go on; None for a bulk job.
        reader: Sends reads.
        later: Makes a sender of reads for after the call, with time of its own.
        writer: Makes a sender that passes every write through the gate.
    """

    deadline_at: float | None
    reader: Sender
    later: Callable[[], Sender]
    writer: Callable[[JournalGate], Sender]

    def afterwards(self) -> "CallScope":
        """Return the scope of a look after the call has ended."""
        return CallScope(deadline_at=None, reader=self.later(), later=self.later, writer=self.writer)
