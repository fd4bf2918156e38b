"""A request as bytes holds the lines that were meant, and no others."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from invoicekit.transport import Departed, ExchangeFailed, Outgoing
from invoicekit.transport.head import is_plain, write_request

FIXED = "Host: api.example.com\r\nUser-Agent: us\r\n"


def outgoing(
    method: str = "POST", body: bytes | None = b"{}", headers: Mapping[str, str] = MappingProxyType({})
) -> Outgoing:
    return Outgoing(method=method, url="https://api.example.com/x", headers=headers, body=body)


def test_head_and_body_are_one_piece() -> None:
    """The target as it is, the fixed lines first, then the request's own, then the length."""
    written = write_request(outgoing(headers={"Accept": "application/json"}), "/x?a=%20", FIXED)

    assert written == (
        b"POST /x?a=%20 HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: us\r\n"
        b"Accept: application/json\r\nContent-Length: 2\r\n\r\n{}"
    )


@pytest.mark.parametrize(
    ("method", "length"),
    [("POST", 1), ("PUT", 1), ("PATCH", 1), ("DELETE", 1), ("GET", 0), ("HEAD", 0)],
)
def test_a_write_without_a_body_says_so(method: str, length: int) -> None:
    """A host must not wait for a body that does not come."""
    written = write_request(outgoing(method, None), "/x", FIXED)

    assert written.count(b"Content-Length: 0\r\n") == length
    assert written.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("mark", ["\r\n", "\n", "\r", "\0", "\x0b", "\x7f", "\r\nX: y", "\ud800"])
@pytest.mark.parametrize("place", ["value", "target"])
def test_nothing_ends_a_line_early(mark: str, place: str) -> None:
    """A value that brought a line of its own could end the request and begin another."""
    given = outgoing(headers={"Accept": f"a{mark}b" if place == "value" else "a"})
    target = f"/x{mark}y" if place == "target" else "/x"

    with pytest.raises(ExchangeFailed) as caught:
        write_request(given, target, FIXED)

    assert (caught.value.departed, caught.value.is_final) == (Departed.NO, True)


@pytest.mark.parametrize("target", ["/x y", "/x HTTP/1.1", "/x\ty", "/é"])
def test_nothing_ends_the_target_early(target: str) -> None:
    """What follows a blank would be read as the protocol's version."""
    with pytest.raises(ExchangeFailed) as caught:
        write_request(outgoing(), target, FIXED)

    assert (caught.value.departed, caught.value.is_final) == (Departed.NO, True)


def test_a_value_may_hold_what_http_allows() -> None:
    """Tabs, and text beyond ASCII as UTF-8."""
    assert b"X: a\tb \xc3\xa9\r\n" in write_request(outgoing(headers={"X": "a\tb é"}), "/x", FIXED)


@pytest.mark.parametrize(
    "name",
    ["Content-Length", "transfer-encoding", "HOST", "Connection", "Expect", "X: y", "X Y", "X\r\nY", "", "É"],
)
def test_a_header_that_changes_the_framing_is_not_plain(name: str) -> None:
    """Two lengths, or a length and an encoding, are read differently by different hosts."""
    assert not is_plain(outgoing(headers={name: "1"}))
    assert is_plain(outgoing(headers={"X-Api-Key": "1", "Authorization": "2", "Accept": "3"}))


@pytest.mark.parametrize("method", ["CONNECT", "OPTIONS", "TRACE", "post", "POST /y"])
def test_an_unusual_method_is_not_plain(method: str) -> None:
    """What is written is known for the methods that requests have."""
    assert not is_plain(outgoing(method))
