"""Requests and answers, shown: a traceback with locals prints whatever a frame holds."""

from invoicekit.transport import HttpRequest, HttpResponse


def test_a_request_does_not_show_its_body() -> None:
    """The request for a token carries the client's secret in its body."""
    request = HttpRequest(method="POST", path="/token", body=b"client_secret=top-secret")

    assert "top-secret" not in repr(request)


def test_an_answer_does_not_show_its_body() -> None:
    """The answer to it carries the token."""
    response = HttpResponse(status=200, headers={}, body=b'{"access_token":"top-secret"}')

    assert "top-secret" not in repr(response)
