"""A write as a value: what to do, how to see whether it was done.

An adapter never sends a write by itself. It returns a `Write`, and the guard decides whether, when
and how often it is performed: journal first, look, perform, look again.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, Protocol, TypeVar

import attrs

from invoicekit.model import NO_HEADERS
from invoicekit.operation import Operation
from invoicekit.transport import Sender

T = TypeVar("T")


class Recorded(Protocol):
    """A record that was read: `Invoice`, `Payment`, `Customer` and their like."""

    @property
    def id(self) -> str | None:
        """The provider's id of it."""
        ...

    @property
    def raw(self) -> Mapping[str, object]:
        """Everything the provider sent."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Of the answer that brought it."""
        ...


R = TypeVar("R", bound=Recorded)


@attrs.frozen(kw_only=True)
class Done(Generic[T]):
    """What a confirmed send gave back.

    Attributes:
        value: The thing written, as far as the answer shows it.
        resource_id: The provider's id of it, kept in the journal; None where the answer has none.
        raw: The answer as sent.
        headers: The headers it came with, as `HttpResponse.shown_headers` gives them.
    """

    value: T
    resource_id: str | None = None
    raw: Mapping[str, object] = attrs.field(factory=dict, repr=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False)

    @classmethod
    def of(cls, value: R) -> "Done[R]":
        """Return a record as it was read: its own id, raw and headers go with it."""
        return Done(value=value, resource_id=value.id, raw=value.raw, headers=value.headers)

    def seen_as(self, found: "Done[T]") -> "Done[T]":
        """Return what a read showed of it, with the answer to the write where that held something."""
        return Done(
            value=found.value,
            resource_id=found.resource_id,
            raw=self.raw or found.raw,
            headers=self.headers or found.headers,
        )


@attrs.frozen(kw_only=True)
class Sighting(Generic[T]):
    """What a read-back saw.

    Attributes:
        matches: What is there and is certainly ours (marker, natural key), or shows the value asked
            for. More than one match of an append is a duplicate.
        is_complete: Whether the whole list was seen, to the provider's own end signal. Only a complete
            sighting without a match counts as "not there".
        strangers: Look the same but do not carry our marker: shown to people, never taken for ours.
        refusal: Why the present state forbids the write; the guard raises it instead of sending,
            unless it is already in doubt about this very write.
    """

    matches: tuple[Done[T], ...] = ()
    is_complete: bool = True
    strangers: tuple[T, ...] = ()
    refusal: Exception | None = None


@attrs.frozen(kw_only=True)
class Write(Generic[T]):
    """One write, ready to be performed at most once at a time.

    Attributes:
        operation: Its declaration.
        target: What it acts on: the lease's key, e.g. the invoice id.
        content: Everything asked for, as canonical text: the same reference with another content is
            refused. It holds no secret; only its hash is stored.
        perform: Sends it through the sender given. Any read it needs goes through the same sender.
            A 2xx that cannot be decoded raises `MalformedResponse`, which the guard takes as doubt. A 2xx
            that says the one item sent was refused raises a `Rejected` with that 2xx as its status, and
            certainly had no effect.
        look: Reads whether it is there; None where no read can tell.
        recall: Builds the value from a journalled resource id, without I/O, for ALREADY_APPLIED.
        acts_directly: `perform` takes effect without the sender, and no read can tell whether it did: the
            guard then records the send before it, as it does for what goes through the sender.
        then: The next write of a chain, from the value of this one; each is an intent of its own.
    """

    operation: Operation
    target: str
    content: str
    perform: Callable[[Sender], Awaitable[Done[T]]]
    look: Callable[[Sender], Awaitable[Sighting[T]]] | None = None
    recall: Callable[[str | None], T] | None = None
    acts_directly: bool = False
    then: Callable[[Done[T]], "Write[T] | None"] | None = None
