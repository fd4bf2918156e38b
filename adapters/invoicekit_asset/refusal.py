"""Asset's ways of refusing: by HTTP status, where the body is a JSON error at all."""

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
from invoicekit_asset.wire import CODEC

_BY_STATUS: tuple[tuple[int, type[Rejected], str], ...] = (
    (400, InvalidRequest, "calls the request invalid"),
    (401, AuthenticationError, "does not accept the token"),
    (403, PermissionDenied, "does not allow this to these credentials: check the scopes and business_id"),
    (404, NotFound, "knows no such thing in this business"),
    (405, InvalidRequest, "does not offer this verb here; check base_url"),
    (409, Conflict, "says its own state contradicts the request"),
    (413, InvalidRequest, "calls the request too large"),
    (415, InvalidRequest, "does not take this content type"),
    (422, InvalidRequest, "calls the content of the request invalid"),
)

_ERROR_MEMBERS = frozenset({"detail", "error", "errors", "message"})


def read_refusal(response: HttpResponse) -> NotApplied | None:
    """Classify an error answer; None where it is not certain that Asset itself refused.

    Shape: a JSON object with `detail`, `error`, `errors` or `message`. What fields ErrorResponse has is on
    no page; the first is FastAPI's, which the vendor's operation ids point to, the others are usual.
    Unverified: all of them. An answer that is no JSON object (a proxy's page) proves nothing, and no 5xx
    does: the vendor's own rate limiter answers 500 after a write that was carried out.
    Source: statuses 401, 403, 404 and 422 by api-reference/reports; the 500: providers sheet, 2.9.

    The body is read and dropped: it repeats submitted values, so it must not reach logs.
    """
    row = next((row for row in _BY_STATUS if row[0] == response.status), None)
    if row is None or not _is_own(response.body):
        return None
    _, kind, meaning = row
    return kind(
        f"Asset {meaning} (HTTP {response.status})",
        status=response.status,
        request_id=response.headers.get("x-request-id"),
    )


def _is_own(body: bytes) -> bool:
    try:
        document = CODEC.parse(body)
    except MalformedResponse:
        return False
    return isinstance(document, dict) and not _ERROR_MEMBERS.isdisjoint(document)
