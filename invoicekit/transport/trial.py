"""Whether this aiohttp can be used without its session: one exchange with nobody."""

import asyncio
from typing import TYPE_CHECKING, Any, Final

import aiohttp

from invoicekit.transport.direct import DirectExchange
from invoicekit.transport.exchange import ExchangeFailed, Outgoing
from invoicekit.transport.message import HttpResponse

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler

_REQUEST: Final = Outgoing(
    method="POST", url="https://trial.invalid/a?b=c", headers={"X-Trial": "1"}, body=b"{}"
)
_HEAD: Final = b"POST /a?b=c HTTP/1.1\r\nHost: trial.invalid\r\n"
_TAIL: Final = b"\r\nX-Trial: 1\r\nContent-Length: 2\r\n\r\n{}"
_ANSWER: Final = (
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nX-Id: 7\r\nContent-Length: 4\r\n\r\ndone"
)
_EXPECTED: Final = HttpResponse(status=201, headers={"x-id": "7", "content-length": "4"}, body=b"done")
_SURPRISES: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ExchangeFailed,
    ImportError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    aiohttp.ClientError,
)


def is_fit() -> bool:
    """Tell whether an exchange past the session writes, reads and lets go as it does with aiohttp 3.14.5."""
    try:
        return _passes()
    except _SURPRISES:
        return False


def _passes() -> bool:
    from aiohttp.client_proto import ResponseHandler

    loop = asyncio.get_running_loop()
    echo = Echo(ResponseHandler(loop))
    direct = DirectExchange(echo, aiohttp.ClientTimeout())
    prepared = direct.prepare(_REQUEST)
    if prepared is None:
        return False
    exchange = direct.exchange(_REQUEST, *prepared)
    try:
        exchange.send(None)  # nothing in it has to wait
    except StopIteration as ended:
        is_sent = echo.written.startswith(_HEAD) and echo.written.endswith(_TAIL)
        is_left_clean = echo.is_released and not echo.protocol.should_close
        echo.protocol.data_received(_ANSWER)
        return ended.value == _EXPECTED and is_sent and is_left_clean and echo.protocol.should_close
    exchange.close()
    return False


class Echo(asyncio.Transport):
    """A connector, its only connection, and that one's transport, which answers while it is written to.

    Attributes:
        written: All that was.
        is_released: Whether the connection was given back, and not closed or cut off.
    """

    def __init__(self, protocol: "ResponseHandler") -> None:
        super().__init__()
        self.protocol = protocol
        self.transport = self
        self.written = b""
        self.is_released = False
        protocol.connection_made(self)

    async def connect(self, *_: object) -> Any:  # stands in for aiohttp's own class
        """Return the connection, which stands in for aiohttp's own."""
        return self

    def write(self, data: Any) -> None:
        """Keep what is sent, and answer."""
        self.written += data
        self.protocol.data_received(_ANSWER)

    def get_write_buffer_size(self) -> int:
        """Say that all of it left."""
        return 0

    def is_closing(self) -> bool:
        """Say that it stays open."""
        return False

    def abort(self) -> None:
        """Take note."""
        self.is_released = False

    def close(self) -> None:
        """Take note."""
        self.is_released = False

    def release(self) -> None:
        """Take note."""
        self.is_released = True
