"""From a declared host and a path to an absolute URL that can lead nowhere else."""

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote

from invoicekit.errors import ConfigurationError, InvalidIdentifier
from invoicekit.transport import HttpRequest, check_url

# No '?', '#', '\\', space or control; every '%' begins an escape; no '.' or '..' segment, plain or escaped.
_PATH = re.compile(
    r"(?!.*/(?:\.|%2e){1,2}(?:/|$))(?!//)/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*",
    re.ASCII | re.IGNORECASE,
)
# What nearly every path looks like, and cheaper to see: no escape, no segment empty or dotted at its start.
_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9\-_~][A-Za-z0-9\-._~]*)+", re.ASCII)
_PLAIN_WORD = re.compile(r"[A-Za-z0-9\-._~]*", re.ASCII)


class AddressBook:
    """The base URLs of one site, checked once."""

    def __init__(self, hosts: Mapping[str, str]) -> None:
        self._bases = {name: _checked(name, base) for name, base in hosts.items()}

    def url(self, request: HttpRequest) -> str:
        """Return the absolute URL of a request.

        Raises:
            ConfigurationError: The request names a host the site does not declare; nothing was sent.
            InvalidIdentifier: The path could be read as leading elsewhere; nothing was sent.
        """
        if request.foreign_url:
            check_url(request.foreign_url)
            return request.foreign_url
        base = self._bases.get(request.host)
        if base is None:
            raise ConfigurationError(
                f"no host {request.host!r} is declared: there are {', '.join(self._bases)}"
            )
        path = request.path
        if not _leads_nowhere_else(path):
            raise InvalidIdentifier("a path that could lead to another endpoint was refused; check the ids")
        return f"{base}{path}{_query_text(request.query)}" if request.query else base + path


@lru_cache(maxsize=1024)
def _leads_nowhere_else(path: str) -> bool:
    return _PLAIN_PATH.fullmatch(path) is not None or _PATH.fullmatch(path) is not None


@lru_cache(maxsize=256)
def _query_text(query: tuple[tuple[str, str], ...]) -> str:
    return "?" + "&".join(f"{_quoted(key)}={_quoted(value)}" for key, value in query)


def _quoted(text: str) -> str:
    return text if _PLAIN_WORD.fullmatch(text) else quote(text, safe="")


def _checked(name: str, base: str) -> str:
    check_url(base)
    if "?" in base:
        raise ConfigurationError(f"host {name!r}: a base URL holds no query")
    return base.rstrip("/")
