"""Where Asset is: sandbox, production, or a URL of one's own."""

import ipaddress
from urllib.parse import urlsplit

HOSTS = (
    ("sandbox", "https://api.sandbox.getasset.com"),
    ("production", "https://api.getasset.com"),
)
"""Source: vendor docs, api-reference/reports/retrieve-the-customer-credit-balance-report.md (servers)."""


class UnusablePlace(ValueError):
    """A host setting that cannot be used; `setting` names it."""

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(reason)
        self.setting = setting
        self.reason = reason


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def parse_url(url: str) -> str:
    """Return a base URL without trailing slash and version, or refuse it.

    Plain http is for loopback alone: anywhere else it would show the secret to the network.

    Raises:
        UnusablePlace: Not an absolute http(s) URL, or with a query, fragment, user or odd characters.
    """
    if not url.isascii() or not url.isprintable() or any(sign in url for sign in " \\%"):
        raise UnusablePlace("base_url", "holds characters that do not belong into a base URL")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UnusablePlace("base_url", "is not a URL") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise UnusablePlace("base_url", "must start with https:// and name a host")
    if "?" in url or "#" in url or "@" in parts.netloc:
        raise UnusablePlace("base_url", "must have no query, fragment or user name")
    if parts.scheme == "http" and not _is_loopback(host):
        raise UnusablePlace("base_url", "must use https; plain http is accepted for loopback alone")
    path = parts.path.rstrip("/").removesuffix("/v0")
    if ".." in path.split("/") or "//" in path:
        raise UnusablePlace("base_url", "has a path that is not plain")
    return f"{parts.scheme}://{parts.netloc.lower()}{path}"


def base_of(*, environment: str | None, base_url: str | None) -> str:
    """Return the base URL; nothing is assumed, because the two environments hold different money.

    Raises:
        UnusablePlace: Neither or both are given, or one is unusable.
    """
    if base_url is not None:
        if environment is not None:
            raise UnusablePlace("environment", "cannot be combined with base_url")
        return parse_url(base_url)
    for name, url in HOSTS:
        if environment == name:
            return url
    raise UnusablePlace("environment", "must be sandbox or production, unless base_url is given")
