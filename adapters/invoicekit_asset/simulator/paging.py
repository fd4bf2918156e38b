"""Cut lists into pages by opaque tokens."""

import base64
from collections.abc import Callable, Sequence
from typing import TypeVar

from invoicekit.simulate import Answer, Call
from invoicekit_asset.simulator.behaviour import Envelope
from invoicekit_asset.simulator.exact_json import answer_json
from invoicekit_asset.simulator.fields import query_text
from invoicekit_asset.simulator.refusal import BadField

Row = TypeVar("Row")

DEFAULT_SIZE = 50
"""The guide says 50, the reference pages 100; the smaller one shows who relies on it."""
LARGEST_SIZE = 100


def page_answer(
    call: Call, rows: Sequence[Row], document: Callable[[Row], object], envelope: Envelope
) -> Answer:
    """Answer with the page that the call's page_token and page_size name."""
    size_text = query_text(call, "page_size") or str(DEFAULT_SIZE)
    if not size_text.isdecimal() or not 1 <= int(size_text) <= LARGEST_SIZE:
        raise BadField(("query", "page_size"), f"Input should be 1 to {LARGEST_SIZE}")
    size = int(size_text)
    start = _position(query_text(call, "page_token"))
    end = start + size
    page = [document(row) for row in rows[start:end]]
    following = _token(end) if end < len(rows) else None
    earlier = _token(max(0, start - size)) if start else None
    if envelope is Envelope.GUIDE:
        return answer_json({"records": page, "next_page_token": following, "previous_page_token": earlier})
    pagination = {"next_page_token": following, "previous_page_token": earlier}
    return answer_json({"data": page, "pagination": pagination})


def _token(position: int) -> str:
    return base64.urlsafe_b64encode(f"at:{position}".encode()).decode()


def _position(token: str | None) -> int:
    if token is None:
        return 0
    try:
        mark, _, position = base64.urlsafe_b64decode(token).decode().partition(":")
        if mark == "at" and position.isdecimal():
            return int(position)
    except ValueError:
        pass
    raise BadField(("query", "page_token"), "Unknown page token")
