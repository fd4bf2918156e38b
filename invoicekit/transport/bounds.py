"""Which URLs may be called at all."""

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

from invoicekit.errors import ConfigurationError

_CLEAN: Final = re.compile(r"[!-\[\]-~]+")
"""Printable ASCII without space and backslash: what is left out is read differently by different parsers."""


def check_url(url: str, *, allow_loopback_http: bool = True) -> None:
    """Refuse a URL that credentials must not be sent to.

    Allowed are https anywhere, and http to this machine: 127.0.0.0/8, ::1 and localhost.

    Args:
        url: Absolute and percent-encoded.
        allow_loopback_http: Whether plain http to this machine is fine.

    Raises:
        ConfigurationError: Another scheme, user info, a fragment, no host, or not plain ASCII.
    """
    if not _CLEAN.fullmatch(url):
        raise ConfigurationError("a base URL is empty or holds a space, a backslash or a non-ASCII character")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ConfigurationError("a base URL cannot be parsed") from None
    # The URL itself stays out of the messages: its user info may hold a password.
    if not host or port == 0:
        raise ConfigurationError("a base URL needs a host, as in https://api.example.com")
    if "@" in parts.netloc:
        raise ConfigurationError(f"the base URL of {host} holds user info; pass credentials as settings")
    if "#" in url:
        raise ConfigurationError(f"the base URL of {host} holds a fragment")
    if parts.scheme == "https" or (parts.scheme == "http" and allow_loopback_http and _is_loopback(host)):
        return
    raise ConfigurationError(f"the base URL of {host} must start with https://")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # a name, or a spelling like 127.1 that not everyone reads alike
        return False
    return address.is_loopback and getattr(address, "ipv4_mapped", None) is None
