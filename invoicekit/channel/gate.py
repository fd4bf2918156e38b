"""The door the guard holds before every try of a write."""

from typing import Protocol

from invoicekit.errors import NotApplied


class SendGate(Protocol):
    """Given by the guard with the sender it asks for: one gate for one promised write.

    The channel never sends a write without it, and never opens it for a read.
    """

    async def before_send(self) -> None:
        """Make the coming try durable; awaited before every try of a write, after the limiter granted it.

        Whatever it raises ends the call unchanged, and nothing is sent.
        """
        ...

    def not_sent(self, failure: NotApplied) -> None:
        """Learn that the try announced last certainly had no effect.

        A `RateLimited` or `Unavailable` one is about to be repeated or given up; any other failure is the
        last word. Tries that end in doubt, or by cancellation, are never reported here.
        """
        ...
