"""Error answers: which are Kukkingu's own, and what they mean for the money."""

import json

import pytest

from invoicekit.adapter import HttpResponse
from invoicekit.errors import (
    AuthenticationError,
    Conflict,
    InvalidRequest,
    NotFound,
    PermissionDenied,
)
from invoicekit_kukkingu import Kukkingu


def response(status: int, document: object) -> HttpResponse:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return HttpResponse(status=status, headers={}, body=body)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequest),
        (401, AuthenticationError),
        (403, PermissionDenied),
        (404, NotFound),
        (409, Conflict),
        (422, InvalidRequest),
        (423, Conflict),
    ],
)
def test_own_words_are_a_refusal(status: int, kind: type[Exception]) -> None:
    """The shape of the one documented error stands for all: it certainly had no effect."""
    found = Kukkingu.refusal(response(status, {"error": "Unauthorized", "message": "Unauthorized"}))

    assert type(found) is kind
    assert found is not None
    assert (found.status, found.code) == (status, "Unauthorized")


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html>Forbidden</html>",
        b"[]",
        {"message": "no"},
        {"error": "no"},
        {"error": 5, "message": "no"},
        {"error": {"code": 1}, "message": "no"},
    ],
)
@pytest.mark.parametrize("status", [400, 401, 404, 409])
def test_foreign_words_prove_nothing(status: int, document: object) -> None:
    """A proxy may have passed the request on."""
    assert Kukkingu.refusal(response(status, document)) is None


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_5xx_is_no_refusal(status: int) -> None:
    """Whatever its words: the write may have run. 429 is the channel's."""
    assert Kukkingu.refusal(response(status, {"error": "x", "message": "x"})) is None


def test_the_message_is_dropped() -> None:
    """It may repeat submitted values."""
    found = Kukkingu.refusal(response(400, {"error": "Bad", "message": "invoiceNumber SECRET-1 is bad"}))

    assert "SECRET-1" not in str(found)
