"""Kukkingu's ways of refusing: HTTP status and an error code with a message."""

from invoicekit.errors import (
    AuthenticationError,
    Conflict,
    InvalidRequest,
    MalformedResponse,
    NotApplied,
    NotFound,
    PermissionDenied,
    Rejected,
)
from invoicekit.transport import HttpResponse
from invoicekit_kukkingu.wire import CODEC

_BY_STATUS: tuple[tuple[int, type[Rejected], str], ...] = (
    (400, InvalidRequest, "calls the request invalid"),
    (401, AuthenticationError, "does not accept the token"),
    (402, PermissionDenied, "wants a higher plan"),
    (403, PermissionDenied, "does not allow this to the token or in this tenant"),
    (404, NotFound, "knows no such thing in this tenant, or no such route"),
    (405, InvalidRequest, "does not offer this verb here; check base_url"),
    (409, Conflict, "says its own state contradicts the request"),
    (413, InvalidRequest, "calls the request too large"),
    (415, InvalidRequest, "does not take this content type"),
    (422, InvalidRequest, "calls the request invalid"),
    (423, Conflict, "says that the record is locked"),
)
_LONGEST_CODE = 60


def read_refusal(response: HttpResponse) -> NotApplied | None:
    """Classify an error answer by its own words; None where they are not Kukkingu's.

    Shape: {"error": code, "message": text}, both texts. A route that does not exist is taken to answer in
    the same shape, by the web framework's default.
    Source: vendor's pages, 401 on delete client and delete project.
    Unverified: every other status, none of which is shown on any page read.

    An empty or foreign body (a proxy's page) is never taken for a refusal: who answered there may have
    passed the request on. 429 is the channel's, and no 5xx is a refusal.

    The message is read and dropped: it may repeat submitted values, so it must not reach logs.
    """
    row = next((row for row in _BY_STATUS if row[0] == response.status), None)
    if row is None:
        return None
    code = _own_code(response.body)
    if code is None:
        return None
    _, kind, meaning = row
    return kind(f"Kukkingu {meaning} (HTTP {response.status}, {code})", status=response.status, code=code)


def _own_code(body: bytes) -> str | None:
    try:
        document = CODEC.parse(body)
    except MalformedResponse:
        return None
    if not isinstance(document, dict):
        return None
    code, message = document.get("error"), document.get("message")
    if not isinstance(code, str) or not isinstance(message, str) or not code.isprintable():
        return None
    return code[:_LONGEST_CODE]
