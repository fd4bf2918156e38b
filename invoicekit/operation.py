"""What an operation is, and how it may be repeated."""

from enum import Enum

import attrs


class Effect(Enum):
    """What one more send of the same request does."""

    READ = "read"
    SET = "set"
    """Same call, same state."""
    APPEND = "append"
    """Every call adds something."""


class Idempotency(Enum):
    """What keeps a second effect away when an answer is lost."""

    SERVER_KEY = "server key"
    NATURAL_KEY = "natural key"
    MARKER = "marker"
    SET_VALUE = "set value"
    NONE = "none"


@attrs.frozen(kw_only=True)
class Operation:
    """One kind of request an adapter sends, declared once as data.

    Attributes:
        name: The domain's word, e.g. ``record_payment``; unique within an adapter.
        effect: What one more send does.
        idempotency: What tells a repeat from a second effect.
        settle_seconds: How long a sent write may stay invisible to reads, where the provider (or the
            configuration) declares a bound; None where nobody does, and then an append is never resent.
        key_seconds: How long the provider remembers a SERVER_KEY; None where it keeps it as long as what
            was made by it. A write in doubt is repeated for four fifths of that, and only read after it.
        looks_before: Read the current state before the first send.
        looks_after: Read the state after a confirmed send, to learn ids and verify.
        timeout_seconds: Longest one exchange may take.
    """

    name: str
    effect: Effect = Effect.READ
    idempotency: Idempotency = Idempotency.NONE
    settle_seconds: float | None = None
    key_seconds: float | None = None
    looks_before: bool = True
    looks_after: bool = True
    timeout_seconds: float = attrs.field(default=20.0, validator=attrs.validators.gt(0))

    @property
    def is_write(self) -> bool:
        """Whether a send may change anything at the provider."""
        return self.effect is not Effect.READ
