"""How much a channel has sent, and what came of it."""

import attrs


@attrs.frozen(kw_only=True)
class ChannelStats:
    """Counts since the channel was made.

    Attributes:
        sent: Requests handed to the transport, repeats included.
        reads: Reads among them: looks before and after writes, and whatever else changes nothing.
        retries: Repeats among them that were scheduled after a try without effect.
        rate_limited: Answers that refused because of the rate limit.
        unavailable: Tries that were unavailable: nothing sent, or on reads a lost or broken answer.
        in_doubt: Writes that ended in doubt.
    """

    sent: int = 0
    reads: int = 0
    retries: int = 0
    rate_limited: int = 0
    unavailable: int = 0
    in_doubt: int = 0


class Counters:
    """The same counts while they grow."""

    __slots__ = ("in_doubt", "rate_limited", "reads", "retries", "sent", "unavailable")

    def __init__(self) -> None:
        self.sent = 0
        self.reads = 0
        self.retries = 0
        self.rate_limited = 0
        self.unavailable = 0
        self.in_doubt = 0

    def snapshot(self) -> ChannelStats:
        """Return the counts as they stand."""
        return ChannelStats(
            sent=self.sent,
            reads=self.reads,
            retries=self.retries,
            rate_limited=self.rate_limited,
            unavailable=self.unavailable,
            in_doubt=self.in_doubt,
        )
