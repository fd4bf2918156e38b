"""Read what a client sent, as strictly as the provider: each reader returns a value or refuses."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from invoicekit.simulate import Call, Refusal
from invoicekit_kukkingu.simulator import refusal

MOST = 9_007_199_254_740_991
"""The largest whole number of the provider's language; amounts and durations end there."""

# The seed's pattern, its calendar aside: capital Z and nothing else at the end.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?Z", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FRACTION = re.compile(r"\.(\d+)Z")


class Body:
    """The members of one JSON object; a null is a value, and rarely an allowed one."""

    def __init__(self, members: Mapping[str, object], at: str = "") -> None:
        self.members = members
        self._at = at

    @classmethod
    def of(cls, call: Call) -> "Body":
        """Read the body of a call.

        Raises:
            Refusal: 415 for another content type, 400 for anything but a JSON object.
        """
        content_type = call.headers.get("Content-Type", "")
        if content_type.partition(";")[0].strip().lower() != "application/json":
            raise refusal.unsupported_media(content_type)
        try:
            parsed = call.json()
        except ValueError:
            raise refusal.invalid("the body is no JSON") from None
        return cls(as_object(parsed, "body"))

    def has(self, name: str) -> bool:
        """Tell whether the member is there."""
        return name in self.members

    def text(self, name: str, *, least: int = 0, most: int | None = None) -> str:
        """Return a required text of so many characters."""
        value = self._required(name)
        if not isinstance(value, str):
            raise self._wrong(name, "expected string")
        if len(value) < least or (most is not None and len(value) > most):
            raise self._wrong(name, f"must have {least} to {most or 'many'} characters")
        return value

    def optional_text(self, name: str, *, most: int | None = None) -> str | None:
        """Return a text, or None when it is missing."""
        return self.text(name, most=most) if self.has(name) else None

    def whole(self, name: str, *, least: int = 0) -> int:
        """Return a required whole number up to 2^53 - 1."""
        value = self._required(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(name, "expected int")
        if not least <= value <= MOST:
            raise self._wrong(name, f"must be {least} to {MOST}")
        return value

    def number(self, name: str) -> int | float:
        """Return a required number of at least 0."""
        value = self._required(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(name, "expected number")
        if value < 0:
            raise self._wrong(name, "must be 0 or more")
        return value

    def currency(self, name: str) -> str:
        """Return a required text of three characters."""
        return self.text(name, least=3, most=3)

    def instant(self, name: str) -> str:
        """Return a required instant in UTC, as it was sent; an offset is refused."""
        value = self.text(name)
        if _INSTANT.fullmatch(value) is None:
            raise self._wrong(name, "invalid datetime")
        try:
            datetime.fromisoformat(value.partition(".")[0].removesuffix("Z"))
        except ValueError:
            raise self._wrong(name, "invalid datetime") from None
        return value

    def day(self, name: str) -> str:
        """Return a required `yyyy-MM-dd`."""
        return read_day(self.text(name), f"{self._at}{name}")

    def texts(self, name: str) -> Mapping[str, str]:
        """Return a required object of texts."""
        value = as_object(self._required(name), f"{self._at}{name}")
        if not all(isinstance(one, str) for one in value.values()):
            raise self._wrong(name, "expected strings")
        return {key: str(one) for key, one in value.items()}

    def parts(self, name: str, *, least: int, most: int) -> list["Body"]:
        """Return a required array of so many objects."""
        value = self._required(name)
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise self._wrong(name, f"expected array of {least} to {most}")
        return [
            Body(as_object(one, f"{self._at}{name}[{at}]"), f"{self._at}{name}[{at}].")
            for at, one in enumerate(value)
        ]

    def _required(self, name: str) -> object:
        if name not in self.members:
            raise self._wrong(name, "required")
        value = self.members[name]
        if value is None:
            raise self._wrong(name, "received null")
        return value

    def _wrong(self, name: str, reason: str) -> Refusal:
        return refusal.invalid(f"{self._at}{name}: {reason}")


def read_day(value: str, where: str) -> str:
    """Return a day of the calendar as it was sent."""
    try:
        date.fromisoformat(value)
    except ValueError:
        raise refusal.invalid(f"{where}: invalid date") from None
    if _DAY.fullmatch(value) is None:
        raise refusal.invalid(f"{where}: invalid date")
    return value


def printed(instant: str) -> str:
    """Print an instant as a server's clock does: milliseconds, the rest cut off."""
    found = _FRACTION.search(instant)
    if found is None:
        whole = instant.removesuffix("Z")
        return f"{whole}:00.000Z" if whole.count(":") == 1 else f"{whole}.000Z"
    return f"{instant[: found.start()]}.{found[1]:0<3.3}Z"


def as_object(value: object, what: str) -> Mapping[str, object]:
    """Return a JSON object."""
    if not isinstance(value, dict):
        raise refusal.invalid(f"{what}: expected object")
    return value


def query_text(call: Call, name: str) -> str | None:
    """Return a query parameter, or None."""
    values = call.query.get(name)
    return values[0] if values else None


def query_day(call: Call, name: str) -> str | None:
    """Return a day of the query, or None."""
    value = query_text(call, name)
    return None if value is None else read_day(value, name)


def query_expand(call: Call, allowed: frozenset[str]) -> frozenset[str]:
    """Return what is to be written out in full."""
    value = query_text(call, "expand")
    asked = frozenset(value.split(",")) if value else frozenset()
    if not asked <= allowed:
        raise refusal.invalid(f"expand: none of {', '.join(sorted(allowed))}")
    return asked
