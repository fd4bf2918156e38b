"""Which URLs credentials may be sent to."""

import pytest

from invoicekit.errors import ConfigurationError
from invoicekit.transport import check_url


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com",
        "https://api.example.com:8443/v1",
        "https://api.example.com/v1/items?page=1",
        "http://127.0.0.1:8080/api",
        "http://127.8.9.10",
        "http://[::1]:80",
        "http://localhost:1",
        "http://LOCALHOST:1",
    ],
)
def test_https_and_this_machine_are_fine(url: str) -> None:
    """https goes anywhere, http only to this machine."""
    check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://0.0.0.0",
        "http://127.1",
        "http://2130706433",
        "http://0x7f000001",
        "http://[::ffff:127.0.0.1]",
        "http://10.0.0.1",
        "http://[fe80::1]",
    ],
)
def test_plain_http_elsewhere_is_refused(url: str) -> None:
    """A key in clear text leaves this machine under no spelling of the host."""
    with pytest.raises(ConfigurationError, match="must start with https"):
        check_url(url)


def test_loopback_http_can_be_refused() -> None:
    """Whoever wants https everywhere gets it."""
    with pytest.raises(ConfigurationError):
        check_url("http://127.0.0.1", allow_loopback_http=False)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.example.com",
        "/v1",
        "//api.example.com/v1",
        "https://",
        "https:///v1",
        "https:api.example.com",
        "ftp://api.example.com",
        "file:///etc/passwd",
        "wss://api.example.com",
        "https://api.example.com#part",
        "https://api.example.com/#",
        "https://api.example.com:0",
        "https://api.example.com:99999",
        "https://api.example.com:x",
        "https://[::1",
        "https://good.example\\@evil.example",
        "https://api.example.com/ x",
        "https://api.example.com/\r\nX: y",
        "https://api.exämple.com",
        " https://api.example.com",
    ],
)
def test_unclear_urls_are_refused(url: str) -> None:
    """What two parsers may read differently, or what is no base URL, is not called."""
    with pytest.raises(ConfigurationError):
        check_url(url)


@pytest.mark.parametrize(
    "url",
    ["https://user:hunter2@api.example.com", "https://hunter2@api.example.com", "https://@api.example.com"],
)
def test_user_info_is_refused_and_not_shown(url: str) -> None:
    """A password in the URL is neither used nor repeated in the message."""
    with pytest.raises(ConfigurationError, match="user info") as caught:
        check_url(url)

    assert "hunter2" not in str(caught.value)
