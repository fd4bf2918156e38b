"""Headers of an answer: any case finds them, and what could be a secret is hidden."""

import copy
import pickle

import pytest

from invoicekit.model import NO_HEADERS, Headers
from invoicekit.transport import HttpResponse

SENT = {
    "x-request-id": "req-1",
    "x-ratelimit-remaining": "299",
    "idempotency-key": "ik-1",
    "etag": 'W/"1"',
    "link": '<https://api.example/v1/invoices?page=2>; rel="next"',
}
SECRET = {
    "set-cookie": "session=s3cret; HttpOnly",
    "authorization": "s3cret",
    "www-authenticate": "s3cret",
    "x-api-key": "s3cret",
    "x-addon-token": "s3cret",
    "x-csrf-protection": "s3cret",
    "x-amz-signature": "s3cret",
    "client-secret": "s3cret",
    "x-session": "s3cret",
    "x-echo": "Bearer s3cret",
    "x-echo-basic": "basic s3cret",
    "location": "https://files.example/1.pdf?expires=1&X-Amz-Signature=s3cret",
    "refresh": "0; url=https://api.example/?access_token=s3cret",
}


def test_what_says_something_is_shown() -> None:
    """Request ids, limits and the like come through as sent."""
    assert dict(Headers(SENT)) == SENT


@pytest.mark.parametrize("name", SECRET)
def test_what_could_be_a_secret_is_hidden(name: str) -> None:
    """The name stays, for that a cookie was set is worth knowing; its value does not."""
    assert dict(Headers({name: SECRET[name]})) == {name: "***"}


def test_any_case_finds_a_header() -> None:
    """As headers go, and a name that was not sent is no header."""
    headers = Headers(SENT)

    assert headers["X-Request-Id"] == headers.get("x-request-id") == "req-1"
    assert "X-Request-ID" in headers
    assert headers.get("x-other") is None


@pytest.mark.parametrize(
    "say",
    [
        repr,
        str,
        lambda headers: repr(dict(headers)),
        lambda headers: repr(copy.deepcopy(headers)),
        lambda headers: pickle.dumps(headers).decode("latin-1"),
        lambda headers: repr(HttpResponse(status=200, headers=SECRET, body=b"")),
    ],
    ids=["repr", "str", "dict", "copy", "pickle", "answer"],
)
def test_no_way_of_showing_them_shows_a_secret(say: object) -> None:
    """Logs, tracebacks with locals and pickles go where the keys must not."""
    assert callable(say)
    assert "s3cret" not in say(Headers(SECRET))


def test_an_answer_keeps_its_headers_whole() -> None:
    """What the channel and the adapters read is what was sent."""
    answer = HttpResponse(status=200, headers=SECRET, body=b"")

    assert answer.headers == SECRET
    assert answer.shown_headers["set-cookie"] == "***"


def test_nothing_was_answered() -> None:
    """Empty, and false."""
    assert not NO_HEADERS
