"""A request as bytes holds the lines that were meant, and no others."""

import pytest

from invoicekit.transport import Departed, ExchangeFailed
from invoicekit.transport.head import write_lines, write_request

HOST = b"Host: api.example.com\r\n"


def test_head_and_body_are_one_piece() -> None:
    """The target as it is, the headers, then the length."""
    assert write_request("POST", "/x?a=%20", HOST, b"{}") == (
        b"POST /x?a=%20 HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: 2\r\n\r\n{}"
    )


@pytest.mark.parametrize(
    ("method", "length"),
    [("POST", 1), ("PUT", 1), ("PATCH", 1), ("DELETE", 1), ("GET", 0), ("HEAD", 0)],
)
def test_a_write_without_a_body_says_so(method: str, length: int) -> None:
    """A host must not wait for a body that does not come."""
    written = write_request(method, "/x", HOST, None)

    assert written.count(b"Content-Length: 0\r\n") == length
    assert written.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("mark", ["\r\n", "\n", "\r", "\0", "\x0b", "\x7f", "\r\nX: y", "\ud800"])
def test_no_value_ends_its_line_early(mark: str) -> None:
    """A value that brought a line of its own could end the request and begin another."""
    with pytest.raises(ExchangeFailed) as caught:
        write_lines({"Accept": f"a{mark}b"})

    assert (caught.value.departed, caught.value.is_final) == (Departed.NO, True)


@pytest.mark.parametrize(
    "target", ["/x y", "/x HTTP/1.1", "/x\ty", "/x\r\nX: y", "/x\n", "/x\0", "/x\x7f", "/é", "/\ud800"]
)
def test_nothing_ends_the_target_early(target: str) -> None:
    """What follows a blank would be read as the protocol's version, what follows a line end as a header."""
    with pytest.raises(ExchangeFailed) as caught:
        write_request("POST", target, HOST, b"{}")

    assert (caught.value.departed, caught.value.is_final) == (Departed.NO, True)


def test_a_value_may_hold_what_http_allows() -> None:
    """Tabs, and text beyond ASCII as UTF-8."""
    assert write_lines({"X": "a\tb é", "Y": ""}) == b"X: a\tb \xc3\xa9\r\nY: \r\n"


@pytest.mark.parametrize(
    "name",
    ["Content-Length", "transfer-encoding", "HOST", "Connection", "Expect", "X: y", "X Y", "X\r\nY", "", "É"],
)
def test_a_header_that_changes_the_framing_is_not_written(name: str) -> None:
    """Two lengths, or a length and an encoding, are read differently by different hosts."""
    assert write_lines({"Accept": "3", name: "1"}) is None
