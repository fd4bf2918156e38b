"""Clockify's ways of refusing: HTTP status, numeric code and, for one code, a phrase."""

import re

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
from invoicekit_clockify.wire import CODEC

MISSING = "501"
"""The code of a `NotFound` that says so of the thing itself, and not of the route."""

_BUSINESS_RULE = 501
_ROUTE_OR_CONVERSION = 3000

# One code for all business rules: only together with this phrase does it mean that the entity is missing.
_MISSING = re.compile(r"\b(?:doesn['\u2019]?t|does not) (?:belong to|exist)\b", re.IGNORECASE)

_BY_STATUS: tuple[tuple[int, type[Rejected], str], ...] = (
    (400, InvalidRequest, "calls the request invalid"),
    (401, AuthenticationError, "does not accept the credentials"),
    (402, PermissionDenied, "wants a higher plan"),
    (403, PermissionDenied, "does not allow this to these credentials or on this plan"),
    (404, InvalidRequest, "does not know a name in the request, such as an item type"),
    (405, InvalidRequest, "does not offer this verb here; check base_url"),
    (409, Conflict, "says its own state contradicts the request"),
    (413, InvalidRequest, "calls the request too large"),
    (415, InvalidRequest, "does not take this content type"),
    (422, InvalidRequest, "calls the request invalid"),
)


def read_refusal(response: HttpResponse) -> NotApplied | None:
    """Classify an error answer by its own words; None where they are not Clockify's.

    Shape: {"message": text, "code": number}. Known pairs: 400/501 with the phrase "doesn't belong to" or
    "doesn't exist" for an entity that is missing, deleted or another workspace's (one answer for all
    three); 400/501 without it for any other business rule; 400/3000 for a parameter that cannot be
    converted, 400/3001 for a missing one, 400/3002 for an unreadable body; 401 with 1000 (none or several
    credentials), 4003 (unknown key) or 4017 (bad add-on token); 403 for plan or role; 404/501 for an
    unknown item type; 404/3000 for a route that does not exist; 405/3000 for a wrong verb; 415.
    Source: peer's live probes of 2026; the vendor's document models no error. 403: vendor help.
    Unverified: 402, 409, 413 and 422, which nobody has seen.

    An empty or foreign body (a proxy's page) is never taken for a refusal, not even with 401 or 403: who
    answered there may have passed the request on. 429 is the channel's, and no 5xx is a refusal.

    The message is read and dropped: it repeats submitted values, so it must not reach logs.
    """
    row = next((row for row in _BY_STATUS if row[0] == response.status), None)
    if row is None:
        return None
    words = _own_words(response.body)
    if words is None:
        return None
    code, message = words
    _, kind, meaning = row
    if response.status == 400 and code == _BUSINESS_RULE and _MISSING.search(message):
        kind, meaning = NotFound, "knows no such thing in this workspace"
    elif response.status == 404 and code == _ROUTE_OR_CONVERSION:
        meaning = "has no such route; check base_url"
    return kind(
        f"Clockify {meaning} (HTTP {response.status}, code {code})", status=response.status, code=str(code)
    )


def _own_words(body: bytes) -> tuple[int, str] | None:
    try:
        document = CODEC.parse(body)
    except MalformedResponse:
        return None
    if not isinstance(document, dict):
        return None
    code, message = document.get("code"), document.get("message")
    if type(code) is not int or not isinstance(message, str):
        return None
    return code, message
