"""Read what a client sent, as strictly as the provider: each reader returns a value or refuses.

Unverified: which of the two codes a missing or wrong member gets. Wrong types answer 3002 here, missing
members and values out of range 501.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from invoicekit.simulate import Call
from invoicekit_clockify.simulator import refusal

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_WALL_CLOCK = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?Z?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INT64 = 2**63 - 1


class Body:
    """The members of one JSON object."""

    def __init__(self, members: Mapping[str, object], at: str = "") -> None:
        self.members = members
        self._at = at

    @classmethod
    def of(cls, call: Call) -> "Body":
        """Read the body of a call.

        Raises:
            Refusal: 415 for another content type, 400/3002 for anything but a JSON object.
        """
        content_type = call.headers.get("Content-Type", "")
        if content_type.partition(";")[0].strip().lower() != "application/json":
            raise refusal.unsupported_media(content_type)
        try:
            parsed = call.json()
        except ValueError:
            raise refusal.unreadable_body("no JSON") from None
        return cls(_object(parsed, "the body"))

    def has(self, name: str) -> bool:
        """Tell whether the member is there and not null."""
        return self.members.get(name) is not None

    def _required(self, name: str) -> object:
        value = self.members.get(name)
        if value is None:
            raise refusal.broken_rule(f"{self._at}{name} is required")
        return value

    def text(self, name: str, *, least: int = 0, most: int | None = None) -> str:
        """Return a required text of so many characters."""
        value = self._required(name)
        if not isinstance(value, str):
            raise refusal.unreadable_body(f"{self._at}{name} is not a text")
        if len(value) < least or (most is not None and len(value) > most):
            raise refusal.broken_rule(
                f"{self._at}{name} must have {least} to {most or 'many'} characters: {value}"
            )
        return value

    def optional_text(self, name: str, *, most: int | None = None) -> str | None:
        """Return a text, or None when it is missing or null."""
        return self.text(name, most=most) if self.has(name) else None

    def integer(self, name: str, *, least: int = -_INT64, most: int = _INT64) -> int:
        """Return a required whole number, written without fraction or exponent."""
        value = self._required(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise refusal.unreadable_body(f"{self._at}{name} is not an integer: {value}")
        if not least <= value <= most:
            raise refusal.broken_rule(f"{self._at}{name} must be {least} to {most}: {value}")
        return value

    def optional_integer(self, name: str, *, least: int = -_INT64, most: int = _INT64) -> int | None:
        """Return a whole number, or None when it is missing or null."""
        return self.integer(name, least=least, most=most) if self.has(name) else None

    def number(self, name: str) -> float | int:
        """Return a required number."""
        value = self._required(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise refusal.unreadable_body(f"{self._at}{name} is not a number: {value}")
        return value

    def flag(self, name: str) -> bool:
        """Return a required true or false."""
        value = self._required(name)
        if not isinstance(value, bool):
            raise refusal.unreadable_body(f"{self._at}{name} is not a boolean: {value}")
        return value

    def choice(self, name: str, allowed: Iterable[str]) -> str:
        """Return a required value of an enum."""
        value = self._required(name)
        if not isinstance(value, str) or value not in allowed:
            raise refusal.unreadable_body(f"{self._at}{name} is none of the enum: {value}")
        return value

    def optional_choice(self, name: str, allowed: Iterable[str], default: str) -> str:
        """Return a value of an enum, or the default."""
        return self.choice(name, allowed) if self.has(name) else default

    def choices(self, name: str, allowed: Iterable[str]) -> list[str]:
        """Return a required array of values of an enum."""
        values = self.texts(name)
        for value in values:
            if value not in allowed:
                raise refusal.unreadable_body(f"{self._at}{name} is none of the enum: {value}")
        return values

    def texts(self, name: str) -> list[str]:
        """Return a required array of texts."""
        value = self._required(name)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise refusal.unreadable_body(f"{self._at}{name} is not an array of texts")
        return value

    def instant(self, name: str) -> int:
        """Return a required `yyyy-MM-ddTHH:mm:ssZ` as seconds since 1970; a date alone is refused."""
        value = self.text(name)
        if _INSTANT.fullmatch(value) is None:
            raise refusal.unreadable_body(f"{self._at}{name} is not yyyy-MM-ddTHH:mm:ssZ: {value}")
        return int(_parsed(value.removesuffix("Z"), value).replace(tzinfo=UTC).timestamp())

    def wall_clock(self, name: str) -> datetime:
        """Return a required date and time of day without a zone; a Z is read over, as the provider does."""
        return read_wall_clock(self.text(name))

    def day(self, name: str) -> str | None:
        """Return an optional `yyyy-MM-dd`."""
        value = self.optional_text(name)
        if value is not None and _DAY.fullmatch(value) is None:
            raise refusal.unreadable_body(f"{self._at}{name} is not yyyy-MM-dd: {value}")
        return value

    def part(self, name: str) -> "Body":
        """Return a required object."""
        return Body(_object(self._required(name), name), f"{self._at}{name}.")

    def optional_part(self, name: str) -> "Body | None":
        """Return an object, or None when it is missing or null."""
        return self.part(name) if self.has(name) else None


def read_wall_clock(value: str) -> datetime:
    """Read a date and time of day; the zone it is meant in is not part of it."""
    found = _WALL_CLOCK.fullmatch(value)
    if found is None:
        raise refusal.unreadable_body(f"not a date and time: {value}")
    return _parsed(found[1], value)


def _parsed(text: str, shown: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise refusal.unreadable_body(f"no such date: {shown}") from None


def _object(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise refusal.unreadable_body(f"{what} is not an object")
    return value


def query_text(call: Call, name: str) -> str | None:
    """Return a query parameter, or None."""
    values = call.query.get(name)
    return values[0] if values else None


def query_texts(call: Call, name: str) -> Sequence[str]:
    """Return all values of a repeated query parameter."""
    return call.query.get(name, ())


def query_integer(call: Call, name: str, default: int) -> int:
    """Return a whole number of the query."""
    value = query_text(call, name)
    if value is None or value == "":
        return default
    if re.fullmatch(r"-?[0-9]{1,10}", value) is None:
        raise refusal.unreadable_parameter(name, value)
    return int(value)


def query_flag(call: Call, name: str) -> bool | None:
    """Return true, false or None when the parameter is not given."""
    value = query_text(call, name)
    if value is None or value == "":
        return None
    if value.lower() not in ("true", "false"):
        raise refusal.unreadable_parameter(name, value)
    return value.lower() == "true"


def query_choice(call: Call, name: str, allowed: Iterable[str]) -> str | None:
    """Return a value of an enum of the query."""
    value = query_text(call, name)
    if value is not None and value not in allowed:
        raise refusal.unreadable_parameter(name, value)
    return value
