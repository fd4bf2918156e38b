"""Read what a client sent, as strictly as the provider: each reader returns a value or refuses."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from invoicekit.simulate import Call
from invoicekit_asset.simulator.exact_json import read_json
from invoicekit_asset.simulator.refusal import BadField

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
MOST_ITEMS = 100

Loc = tuple[str | int, ...]


class Body:
    """The members of one JSON object."""

    def __init__(self, members: Mapping[str, object], loc: Loc = ("body",)) -> None:
        self.members = members
        self.loc = loc

    def _at(self, name: str) -> Loc:
        return (*self.loc, name)

    def has(self, name: str) -> bool:
        """Tell whether the member is there and not null."""
        return self.members.get(name) is not None

    def _required(self, name: str) -> object:
        value = self.members.get(name)
        if value is None:
            raise BadField(self._at(name), "Field required")
        return value

    def text(self, name: str, *, most: int | None = None) -> str:
        """Return a required text."""
        value = self._required(name)
        if not isinstance(value, str):
            raise BadField(self._at(name), "Input should be a valid string")
        if not value or (most is not None and len(value) > most):
            raise BadField(self._at(name), f"String should have 1 to {most or 'many'} characters")
        return value

    def optional_text(self, name: str, *, most: int | None = None) -> str | None:
        """Return a text, or None when it is missing or null."""
        return self.text(name, most=most) if self.has(name) else None

    def amount(self, name: str, *, above: Decimal | None = None, least: Decimal | None = None) -> Decimal:
        """Return a required amount, sent as a number or as decimal text."""
        value = self._required(name)
        if isinstance(value, str):
            try:
                value = Decimal(value)
            except InvalidOperation:
                raise BadField(self._at(name), "Input should be a valid decimal") from None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise BadField(self._at(name), "Input should be a valid decimal")
        amount = Decimal(value)
        if above is not None and amount <= above:
            raise BadField(self._at(name), f"Input should be greater than {above}")
        if least is not None and amount < least:
            raise BadField(self._at(name), f"Input should be greater than or equal to {least}")
        return amount

    def optional_amount(self, name: str, *, least: Decimal | None = None) -> Decimal | None:
        """Return an amount, or None when it is missing or null."""
        return self.amount(name, least=least) if self.has(name) else None

    def instant(self, name: str) -> str:
        """Return a required ISO 8601 instant, in UTC with Z."""
        return read_instant(self.text(name), self._at(name))

    def optional_instant(self, name: str) -> str | None:
        """Return an instant, or None when it is missing or null."""
        return self.instant(name) if self.has(name) else None

    def optional_mapping(self, name: str) -> Mapping[str, object] | None:
        """Return an object, or None when it is missing or null."""
        if not self.has(name):
            return None
        value = self.members[name]
        if not isinstance(value, dict):
            raise BadField(self._at(name), "Input should be a valid dictionary")
        return value

    def parts(self, name: str, *, least: int = 1) -> "list[Body]":
        """Return a required array of objects."""
        value = self._required(name) if least else self.members.get(name) or []
        return bodies(value, self._at(name), least=least)

    def texts(self, name: str) -> list[str]:
        """Return an array of texts; none where it is missing."""
        value = self.members.get(name) or []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise BadField(self._at(name), "Input should be a list of strings")
        return value


def bodies(value: object, loc: Loc, *, least: int = 1) -> list[Body]:
    """Return the objects of an array of 1 to 100."""
    if not isinstance(value, list):
        raise BadField(loc, "Input should be a valid list")
    if not least <= len(value) <= MOST_ITEMS:
        raise BadField(loc, f"List should have {least} to {MOST_ITEMS} items")
    found = []
    for index, item in enumerate(value):
        if not isinstance(item, dict):
            raise BadField((*loc, index), "Input should be a valid dictionary")
        found.append(Body(item, (*loc, index)))
    return found


def read_body(call: Call) -> object:
    """Parse the body of a call.

    Raises:
        BadField: It is not declared as JSON, or is none.
    """
    content_type = call.headers.get("Content-Type", "")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise BadField(("body",), "Input should be JSON")
    try:
        return read_json(call.body)
    except ValueError:
        raise BadField(("body",), "JSON decode error") from None


def body_of(call: Call) -> Body:
    """Return the body as one object."""
    parsed = read_body(call)
    if not isinstance(parsed, dict):
        raise BadField(("body",), "Input should be a valid dictionary")
    return Body(parsed)


def batch_of(call: Call) -> list[Body]:
    """Return the body as an array of 1 to 100 objects."""
    return bodies(read_body(call), ("body",))


def read_instant(text: str, loc: Loc) -> str:
    """Return an instant in UTC with Z."""
    try:
        if _INSTANT.fullmatch(text) is None:
            raise ValueError
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise BadField(loc, "Input should be a valid datetime with a zone") from None
    return moment.isoformat().replace("+00:00", "Z")


def query_text(call: Call, name: str) -> str | None:
    """Return a query parameter; None where it is missing or empty."""
    values = call.query.get(name)
    return values[0] if values and values[0] else None


def query_texts(call: Call, name: str) -> Sequence[str]:
    """Return the parts of a comma-separated query parameter."""
    value = query_text(call, name)
    return () if value is None else tuple(part for part in value.split(",") if part)


def query_instant(call: Call, name: str) -> str | None:
    """Return an instant of the query."""
    value = query_text(call, name)
    return None if value is None else read_instant(value, ("query", name))
