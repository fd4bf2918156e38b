"""How patiently doubt is looked into, and what follows when looking does not settle it."""

from datetime import datetime
from enum import Enum

import attrs

from invoicekit.adapter import Operation

_KEY_MARGIN = 0.8
"""What part of a key's time is trusted: clocks differ, and the provider's may have begun earlier."""


class OnDoubt(Enum):
    """What to do with an append that is still in doubt after reading back."""

    ASK = "ask"
    """Never send again: a person or a later read settles it."""
    RESEND = "resend"
    """Send again, but only after the declared settle bound and two complete reads that saw nothing."""


@attrs.frozen(kw_only=True)
class DoubtPolicy:
    """The numbers of the protocol.

    Attributes:
        on_doubt: What follows doubt that reading cannot settle.
        max_sends: Sends of one intent in all, those that were refused unprocessed left out.
        look_pauses: Seconds from the start of the doubt to each look, the horizon added as the last.
        undeclared_settle_seconds: How long an append is looked for where nobody declares a bound; such
            an append is never resent.
        repeat_pause_seconds: Pause before a SET that no read can check is repeated.
        lease_seconds: How long other processes on the same journal leave alone what this one works on,
            once it no longer renews that: so long they wait for one that was killed.
    """

    on_doubt: OnDoubt = OnDoubt.ASK
    max_sends: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    look_pauses: tuple[float, ...] = (0.0, 2.0, 10.0, 30.0)
    undeclared_settle_seconds: float = attrs.field(default=60.0, validator=attrs.validators.gt(0))
    repeat_pause_seconds: float = attrs.field(default=0.5, validator=attrs.validators.ge(0))
    lease_seconds: float = attrs.field(default=10.0, validator=attrs.validators.gt(0))

    def settle_seconds(self, declared: float | None) -> float:
        """Return the bound to look within."""
        return self.undeclared_settle_seconds if declared is None else declared

    def looks(self, declared: float | None) -> tuple[float, ...]:
        """Return when to look, in seconds from the start of the doubt: at least twice, last at the bound."""
        bound = self.settle_seconds(declared)
        return (*(pause for pause in self.look_pauses if pause < bound), bound)


def is_key_remembered(operation: Operation, first_at: datetime, now: datetime) -> bool:
    """Tell whether a repeat still carries a key that the provider knows; else it would act anew.

    Args:
        first_at: When the key was first used, by a wall clock that may be another process's: hence a margin,
            and no age below nothing.
    """
    if operation.key_seconds is None:
        return True
    return 0 <= (now - first_at).total_seconds() <= _KEY_MARGIN * operation.key_seconds
