"""What each error says about whether the request has left."""

import inspect
import ssl
from types import ModuleType

import aiohttp
import pytest
from aiohttp import client_exceptions

from invoicekit.transport import Departed
from invoicekit.transport.failure import FINDINGS, explain
from invoicekit.transport.strict import Dropped

NOT_OF_REQUESTS = {
    aiohttp.EofStream,
    aiohttp.WebSocketError,
    aiohttp.WSMessageTypeError,
    aiohttp.BadContentDispositionHeader,
    aiohttp.BadContentDispositionParam,
}
"""Web sockets, multipart bodies and warnings: nothing that an exchange raises."""

PROVING = {
    aiohttp.ClientConnectorError,
    aiohttp.ClientConnectorDNSError,
    aiohttp.ClientSSLError,
    aiohttp.ClientConnectorSSLError,
    aiohttp.ClientConnectorCertificateError,
    aiohttp.ServerFingerprintMismatch,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientProxyConnectionError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
    aiohttp.InvalidUrlClientError,
    aiohttp.NonHttpUrlClientError,
}


def exceptions_of(module: ModuleType) -> set[type[BaseException]]:
    return {
        member
        for name, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, BaseException) and not name.startswith("_")
    }


def raised(kind: type[BaseException]) -> Exception:
    """Make an error of that kind without knowing its arguments."""
    error = kind.__new__(kind)
    assert isinstance(error, Exception)
    return error


def test_every_public_exception_of_aiohttp_has_its_own_row() -> None:
    """A kind that a new aiohttp adds has to be decided on, not inherited by accident."""
    named = exceptions_of(aiohttp) | {getattr(client_exceptions, name) for name in client_exceptions.__all__}

    assert named - NOT_OF_REQUESTS - set(FINDINGS) == set()


def test_only_errors_before_a_connection_prove_anything() -> None:
    """Exactly these kinds say that nothing left; everything else is doubt."""
    assert {kind for kind, finding in FINDINGS.items() if finding.departed is Departed.NO} == PROVING


@pytest.mark.parametrize("kind", sorted(FINDINGS, key=str))
def test_the_most_specific_row_wins(kind: type[BaseException]) -> None:
    """An error is read by its own kind, whatever else it inherits from."""
    failure = explain(raised(kind))

    assert failure.reason.startswith(FINDINGS[kind].reason)
    assert failure.departed is FINDINGS[kind].departed
    assert failure.is_final is FINDINGS[kind].is_final


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("Connection closed."),
        ValueError("x"),
        ssl.SSLError(1, "x"),
        ExceptionGroup("x", [OSError()]),
    ],
)
def test_an_unforeseen_error_is_doubt(error: Exception) -> None:
    """What we do not know cannot prove that nothing happened."""
    assert explain(error).departed is Departed.MAYBE


def test_the_systems_word_is_quoted_and_nothing_else() -> None:
    """The reason names the system's error, and nothing that was sent or received."""
    error = aiohttp.ClientOSError(104, "secret text of the peer")

    assert explain(error).reason == "the connection broke before the whole answer came (ECONNRESET)"


def test_the_session_tells_as_much_as_the_direct_way() -> None:
    """What keeps aiohttp's session from sending twice does not hide how the connection ended."""
    hung_up, wrapped = aiohttp.ServerDisconnectedError(), Dropped()
    wrapped.__cause__ = hung_up

    assert explain(wrapped).reason == explain(hung_up).reason
    assert explain(wrapped).departed is Departed.MAYBE
