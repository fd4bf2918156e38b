"""What a simulator reads and what it answers, without any HTTP machinery."""

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NoReturn

import attrs

from invoicekit.simulate.watched import Watched, unread

_NO_HEADERS: Mapping[str, str] = {}
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


@attrs.frozen(kw_only=True)
class Call:
    """One request, as a simulator's handler sees it.

    Attributes:
        operation: The name of the matched route, e.g. "add_payment".
        path: The path as it stood on the wire, still percent-encoded, without the query.
        params: The values of the route's variables, still percent-encoded.
        query: Decoded query parameters; a repeated key keeps all its values.
        headers: Header fields; look-ups ignore case.
    """

    operation: str
    method: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: bytes
    _parsed: list[object] = attrs.field(factory=list, init=False, repr=False, eq=False)

    def json(self, *, exact: bool = False) -> object:
        """Parse the body strictly: no NaN, no Infinity, no nesting beyond the interpreter's depth.

        Args:
            exact: Read fractions as the Decimal that was written, where amounts are numbers.

        Raises:
            ValueError: The body is not a JSON text.
        """
        try:
            parsed: object = json.loads(
                self.body,
                parse_constant=_refuse_constant,
                parse_float=Decimal if exact else None,
                object_pairs_hook=Watched,
            )
        except RecursionError as failure:
            raise ValueError("nested too deeply") from failure
        self._parsed.append(parsed)
        return parsed

    def unread(self) -> tuple[str, ...]:
        """Name the query parameters and the members of the body that no handler looked at."""
        bodies = [set(unread(one)) for one in self._parsed]
        return tuple(sorted({*unread(self.query), *(set.intersection(*bodies) if bodies else ())}))


@attrs.frozen(kw_only=True)
class Answer:
    """One answer: status, body and the headers that carry meaning."""

    status: int = 200
    body: bytes = b""
    content_type: str | None = None
    headers: Mapping[str, str] = _NO_HEADERS

    @classmethod
    def json(cls, value: object, *, status: int = 200, headers: Mapping[str, str] = _NO_HEADERS) -> "Answer":
        """Answer with a JSON document; a Decimal is a number with exactly its digits."""
        return cls(
            status=status,
            body=encode_json(value),
            content_type="application/json;charset=UTF-8",
            headers=headers,
        )

    @property
    def is_success(self) -> bool:
        """Tell whether the status says that the request was carried out."""
        return 200 <= self.status < 300


class Refusal(Exception):
    """A handler's way to end a call with an error answer; nothing was changed."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"refused with {answer.status}")
        self.answer = answer


Handler = Callable[[Call], Answer]


@attrs.frozen(kw_only=True)
class Route:
    """One operation of a provider.

    Attributes:
        path: The template, e.g. "/api/v1/workspaces/{workspace_id}/invoices".
        answer: Called once for each request that is let through; synchronous, so a call is atomic.
        is_write: True when the call may change the provider's state.
    """

    operation: str
    method: str
    path: str
    answer: Handler
    is_write: bool


def encode_json(value: object) -> bytes:
    """Write one JSON text without spaces; a Decimal is a number with exactly its digits.

    Raises:
        TypeError: Something JSON has no word for.
        ValueError: A number that is none.
    """
    try:
        return _encode(value).encode()
    except TypeError:
        return _exact(value).encode()


def _exact(value: object) -> str:
    """Write what holds a Decimal somewhere, of which the standard library knows nothing."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is not JSON")
        return format(value, "f")
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_encode(str(name))}:{_exact(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_exact, value)) + "]"
    return _encode(value)
