"""The error table: what certainly had no effect, and what is left in doubt."""

import pytest
from clockify_desk import answer

from invoicekit.adapter import HttpResponse
from invoicekit.errors import (
    AuthenticationError,
    Conflict,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    Rejected,
)
from invoicekit_clockify import Clockify

GONE = "Invoice with id 65f0 doesn't belong to Workspace"


@pytest.mark.parametrize(
    ("status", "code", "message", "kind"),
    [
        (400, 501, GONE, NotFound),
        (400, 501, "Client doesn\u2019t exist", NotFound),
        (400, 501, "Project does not exist.", NotFound),
        (400, 501, "Client with this name already exists", InvalidRequest),
        (400, 501, "value must exist to belong to nobody", InvalidRequest),
        (400, 3000, GONE, InvalidRequest),
        (400, 3001, "Required request parameter", InvalidRequest),
        (400, 3002, "not readable", InvalidRequest),
        (401, 1000, "Full authentication is required", AuthenticationError),
        (401, 4003, "Api key does not exist", AuthenticationError),
        (401, 4017, "token", AuthenticationError),
        (403, 501, "Access is denied", PermissionDenied),
        (404, 501, "Unknown item type: doesn't exist", InvalidRequest),
        (404, 3000, "No static resource", InvalidRequest),
        (405, 3000, "Request method PUT", InvalidRequest),
        (409, 1, "Someone was faster", Conflict),
        (415, 3000, "Content-Type text/x", InvalidRequest),
    ],
)
def test_the_providers_own_words_are_a_refusal(
    status: int, code: int, message: str, kind: type[Rejected]
) -> None:
    """Status, numeric code and, for 400/501, the phrase decide; only the first two are kept."""
    refused = Clockify.refusal(answer({"message": message, "code": code}, status=status))

    assert type(refused) is kind
    assert (refused.status, refused.code) == (status, str(code))
    assert message not in str(refused)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>403</html>",
        b"[]",
        b"null",
        b'"text"',
        b'{"message": "no code"}',
        b'{"code": 501}',
        b'{"message": "x", "code": "501"}',
        b'{"message": "x", "code": true}',
        b'{"message": "x", "code": 501.5}',
        b'{"message": null, "code": 501}',
        b'{"message": "cut',
    ],
)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 415])
def test_foreign_words_are_no_refusal(status: int, body: bytes) -> None:
    """A proxy's page or an empty body may come after the request was passed on."""
    assert Clockify.refusal(HttpResponse(status=status, headers={}, body=body)) is None


@pytest.mark.parametrize("status", [408, 425, 429, 499, 500, 501, 502, 503, 504, 520])
def test_a_server_error_is_never_a_refusal(status: int) -> None:
    """A 5xx in Clockify's own words may come after the write; 429 is the channel's to judge."""
    assert Clockify.refusal(answer({"message": GONE, "code": 501}, status=status)) is None
