"""What all of Kukkingu's documents share: the codec, the envelope, amounts, instants, relations."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

import attrs

from invoicekit.errors import InvalidAmount, InvalidInstant, MalformedResponse
from invoicekit.model import MISSING, Absent, Money
from invoicekit.wire import MINOR_BY_EXPONENT, Codec, read_instant, write_instant

CODEC = Codec()

MOST_MINOR = 9_007_199_254_740_991
"""Source: seed, the bound of every amountMinor that is sent."""

W = TypeVar("W")

Text = str | Absent | None
Units = int | Absent | None
Number = Decimal | Absent | None
Document = Mapping[str, object]
Relation = str | Document | Absent | None
"""An id, or the related object where it was asked for. Source: vendor's page, list invoices, `expand`."""


def document_of(value: object) -> Document:
    """Return a decoded JSON object as it came; empty for anything else."""
    return value if isinstance(value, dict) else {}


def content_of(body: bytes, *, where: str) -> object:
    """Return what the success envelope holds.

    Shape: {"data": …}. Source: seed, "Standard success response payload wrapped in a data property".

    Raises:
        MalformedResponse: There is no such envelope.
    """
    document = CODEC.parse(body, where=where)
    if not isinstance(document, dict) or "data" not in document:
        raise MalformedResponse(f"{where}: expected an object with data", paths=("$.data: missing",))
    return document["data"]


def read_one(body: bytes, cls: type[W], *, where: str) -> tuple[W, Document]:
    """Read one enveloped object as a wire class, beside its raw document."""
    content = content_of(body, where=where)
    return CODEC.structure(content, cls, where=where), document_of(content)


def read_all(body: bytes, cls: type[W], *, where: str) -> list[tuple[W, Document]]:
    """Read an enveloped array; it is the whole list, for no call is paged.

    Source: vendor's pages, list clients ("every client") and its siblings; no cursor and no limit exist.
    """
    content = content_of(body, where=where)
    if not isinstance(content, list):
        raise MalformedResponse(f"{where}: expected an array in data", paths=("$.data: expected array",))
    return [
        (CODEC.structure(row, cls, where=f"{where}[{at}]"), document_of(row))
        for at, row in enumerate(content)
    ]


def text_or_none(value: object) -> str | None:
    """Return a text that says something, else None."""
    return value if isinstance(value, str) and value.strip() else None


@attrs.frozen(kw_only=True)
class Related:
    """The other end of a relation.

    Attributes:
        id: None where the answer does not tell it.
        document: The object where it was written out, else empty.
    """

    id: str | None
    document: Document = attrs.field(factory=dict)

    @classmethod
    def of(cls, relation: object) -> "Related":
        """Read an id or an object."""
        document = document_of(relation)
        return cls(id=text_or_none(document.get("id") if document else relation), document=document)

    def related(self, name: str) -> "Related":
        """Return what the object itself is related to."""
        return Related.of(self.document.get(name))

    def known_id(self) -> str | Absent:
        """Return the id, or MISSING."""
        return MISSING if self.id is None else self.id

    def text(self, name: str) -> str | Absent:
        """Return a text of the object, or MISSING."""
        found = text_or_none(self.document.get(name))
        return MISSING if found is None else found


def money_of(units: Units, currency: str | None) -> Money | Absent | None:
    """Turn minor units into money; without a currency that has minor units there is none to be had."""
    if not isinstance(units, int):
        return units
    if currency is None:
        return MISSING
    try:
        return MINOR_BY_EXPONENT.read(units, currency)
    except MalformedResponse:
        return MISSING  # a code outside ISO 4217: the number stays in `raw`


def minor_of(money: Money, *, what: str) -> int:
    """Turn money into the minor units that may be sent.

    Raises:
        InvalidAmount: Negative, finer than the currency's minor unit, or beyond 2^53 - 1; nothing was sent.
    """
    units = MINOR_BY_EXPONENT.write(money)
    if not 0 <= units <= MOST_MINOR:
        raise InvalidAmount(
            f"{what} of {money} is not within 0 and {MOST_MINOR} minor units; nothing was sent"
        )
    return units


def instant_of(text: Text) -> datetime | Absent | None:
    """Read an instant."""
    return read_instant(text) if isinstance(text, str) else text


def utc_of(instant: datetime) -> datetime:
    """Return an aware instant in UTC.

    Raises:
        InvalidInstant: It has no time zone, or in UTC it lies outside of all years; nothing was sent.
    """
    if instant.utcoffset() is None:
        raise InvalidInstant("an instant needs a time zone; use datetime(..., tzinfo=UTC)")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise InvalidInstant("the instant lies outside the years 1 to 9999 in UTC") from None


def write_utc(instant: datetime) -> str:
    """Write an instant in whole seconds, a fraction cut off, with the Z that Kukkingu insists on.

    Source: seed, the pattern of every instant ends in (?:Z); ``+00:00`` does not match it.
    """
    return write_instant(instant, truncate=True)
