"""No request leaves the declared hosts, and no id leads to another endpoint."""

import pytest

from invoicekit.channel.address import AddressBook
from invoicekit.errors import ConfigurationError, InvalidIdentifier
from invoicekit.transport import HttpRequest


def url(path: str, *query: tuple[str, str], host: str = "api", base: str = "https://x.test/v1") -> str:
    return AddressBook({"api": base}).url(HttpRequest(method="GET", path=path, query=query, host=host))


def test_joins_base_path_and_query() -> None:
    """Base, path and query make one URL; queries are escaped, keys may repeat, order stays."""
    found = url("/w/1/invoices", ("status", "a b"), ("status", "ü&=/"), ("page", "2"))

    assert found == "https://x.test/v1/w/1/invoices?status=a%20b&status=%C3%BC%26%3D%2F&page=2"


@pytest.mark.parametrize(
    "base", ["https://x.test", "https://x.test/", "http://127.0.0.1:81/", "http://[::1]:81"]
)
def test_base_needs_no_care_about_slashes(base: str) -> None:
    """One slash stands between base and path, and loopback may speak http."""
    assert url("/a", base=base) == base.rstrip("/") + "/a"


@pytest.mark.parametrize(
    "base",
    [
        "http://x.test",
        "x.test",
        "ftp://x.test",
        "https://",
        "https://u:p@x.test",
        "https://x.test?a",
        "https://x .t",
    ],
)
def test_a_bad_base_is_refused_at_once(base: str) -> None:
    """Keys go to https hosts that are written plainly, or to this machine."""
    with pytest.raises(ConfigurationError):
        AddressBook({"api": base})


def test_an_undeclared_host_is_refused() -> None:
    """A request names a host of the site, or is not sent."""
    with pytest.raises(ConfigurationError, match="reports"):
        url("/a", host="reports")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a",
        "//evil.test/a",
        "/a/../b",
        "/..",
        "/a/./b",
        "/a/%2e%2e/b",
        "/a/.%2E",
        "/a?b",
        "/a#b",
        "/a b",
        "/a\\b",
        "/a\r\nHost: evil",
        "/a%zz",
        "/a%2",
        "/ü",
        "@evil.test/a",
    ],
)
def test_a_path_that_may_lead_elsewhere_is_refused(path: str) -> None:
    """Dot segments, queries, fragments, white space and broken escapes never become part of a URL."""
    with pytest.raises(InvalidIdentifier):
        url(path)


@pytest.mark.parametrize(
    "path", ["/", "/a", "/a/b-1_2.3~x", "/a%2Fb", "/a/...", "/a..b", "/.a", "/a;b=c,d:e@f"]
)
def test_ordinary_paths_pass_unchanged(path: str) -> None:
    """What is percent-encoded already is taken as it is."""
    assert url(path) == "https://x.test/v1" + path
