"""Three ways a value can be absent, kept apart from null."""

from enum import Enum


class Absent(Enum):
    """Why a field holds no value; ``None`` means the provider said null.

    As a field of a change, `MISSING` means "leave as it is" and ``None`` means "clear".
    """

    MISSING = "missing"
    """This answer does not carry the field; another call may."""
    UNSUPPORTED = "unsupported"
    """The provider has no such thing."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return f"Absent.{self.name}"


MISSING = Absent.MISSING
UNSUPPORTED = Absent.UNSUPPORTED
