"""What all of Asset's documents share: the codec, amounts, envelopes."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import attrs

from invoicekit.errors import MalformedResponse
from invoicekit.model import Absent, Money
from invoicekit.wire import MAJOR_DECIMAL, Codec, DecimalText, read_date

CODEC = Codec()

AMOUNT = MAJOR_DECIMAL
"""Amounts are decimal major units, in a currency that no document names.

Source: vendor docs (520.56, 150.75). Written as numbers with exact digits; read as numbers or decimal
strings, for the pages leave the type of amounts blank as they do for a union.
"""

Text = str | Absent | None
Flag = bool | Absent | None
Number = Decimal | DecimalText | Absent | None
AnyNumber = Decimal | DecimalText


@attrs.frozen(kw_only=True)
class Rows:
    """One page of a list, not yet structured.

    Attributes:
        next_token: Where the next page starts; None where the provider says there is none.
    """

    rows: list[object]
    next_token: str | None


def data_of(body: bytes, *, where: str) -> object:
    """Return what `data` wraps.

    Raises:
        MalformedResponse: There is no such envelope.
    """
    document = CODEC.parse(body, where=where)
    if not isinstance(document, dict) or "data" not in document:
        raise MalformedResponse(f"{where}: no data in the answer", paths=("$.data: missing",))
    return document["data"]


def rows_of(value: object, *, where: str) -> list[object]:
    """Return a JSON array.

    Raises:
        MalformedResponse: It is something else.
    """
    if not isinstance(value, list):
        raise MalformedResponse(f"{where}: expected an array", paths=("$.data: expected array",))
    return value


def page_of(body: bytes, *, where: str) -> Rows:
    """Read one page in either envelope: `data` with `pagination`, or `records` beside the two tokens.

    Source: vendor docs, reference pages and apioverview/pagination, which disagree.

    Raises:
        MalformedResponse: Neither, or nothing says whether there is more: a list that may be cut is none.
    """
    document = CODEC.parse(body, where=where)
    if isinstance(document, dict):
        rows = document.get("data", document.get("records"))
        tokens = document.get("pagination", document)
        if isinstance(rows, list) and isinstance(tokens, dict) and "next_page_token" in tokens:
            following = tokens["next_page_token"]
            if following is None or isinstance(following, str):
                return Rows(rows=rows, next_token=following or None)
    raise MalformedResponse(
        f"{where}: not a page that says whether there is more", paths=("$.pagination.next_page_token",)
    )


def document_of(value: object) -> Mapping[str, object]:
    """Return a decoded JSON object as it came; empty for anything else."""
    return value if isinstance(value, dict) else {}


def text_or_none(value: Text) -> str | None:
    """Return a text that says something, else None."""
    return value if isinstance(value, str) and value.strip() else None


def money_of(value: Number, currency: str) -> Money | Absent | None:
    """Turn a wire amount into money of the configured currency."""
    return AMOUNT.read(value, currency) if isinstance(value, Decimal) else value


def day_of(value: Text, *, where: str) -> date | Absent | None:
    """Turn an instant into its UTC day."""
    return read_date(value, where=where) if isinstance(value, str) else value
