"""Where one Clockify workspace is: the hosts of the core and the reports API."""

import ipaddress
import re
from urllib.parse import urlsplit

import attrs

GLOBAL_CORE = "https://api.clockify.me/api"
GLOBAL_REPORTS = "https://reports.api.clockify.me"
_VENDOR = "clockify.me"
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class UnusablePlace(ValueError):
    """A host setting that cannot be used; `setting` names it."""

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(reason)
        self.setting = setting
        self.reason = reason


@attrs.frozen(kw_only=True)
class Place:
    """The two base URLs, without trailing slash; every path below them starts with ``/v1``."""

    core: str
    reports: str


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def parse_url(url: str, setting: str) -> str:
    """Return a base URL without trailing slash and version, or refuse it.

    Plain http is for loopback alone: anywhere else it would show the key to the network.

    Raises:
        UnusablePlace: Not an absolute http(s) URL, or with a query, fragment, user or odd characters.
    """
    if not url.isascii() or not url.isprintable() or any(sign in url for sign in " \\%"):
        raise UnusablePlace(setting, "holds characters that do not belong into a base URL")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UnusablePlace(setting, "is not a URL") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise UnusablePlace(setting, "must start with https:// and name a host")
    if "?" in url or "#" in url or "@" in parts.netloc:
        raise UnusablePlace(setting, "must have no query, fragment or user name")
    if parts.scheme == "http" and not _is_loopback(host):
        raise UnusablePlace(setting, "must use https; plain http is accepted for loopback alone")
    path = parts.path.rstrip("/").removesuffix("/v1")
    if ".." in path.split("/") or "//" in path:
        raise UnusablePlace(setting, "has a path that is not plain")
    return f"{parts.scheme}://{parts.netloc.lower()}{path}"


def check_vendor(url: str, setting: str) -> str:
    """Return a base URL that a token named, if it is the vendor's own.

    Raises:
        UnusablePlace: It is anybody else's host: a token must not be able to send itself there.
    """
    parsed = parse_url(url, setting)
    host = urlsplit(parsed).hostname or ""
    if not parsed.startswith("https://") or not (host == _VENDOR or host.endswith(f".{_VENDOR}")):
        raise UnusablePlace(setting, f"names a host outside {_VENDOR}; give base_url if that is meant")
    return parsed


def _label(value: str, setting: str) -> str:
    if _LABEL.fullmatch(value) is None:
        raise UnusablePlace(setting, "must be one name of lower-case letters, digits and dashes")
    return value


def core_of(*, base_url: str | None, region: str | None) -> str:
    """Return the core API's base URL.

    Source: vendor OpenAPI document of 2026: global host, ``{region}.clockify.me/api`` for euc1, use2,
        euw2, apse2, and ``developer.clockify.me/api``. Unverified live: the regional ones.
    """
    if base_url is not None:
        if region is not None:
            raise UnusablePlace("region", "cannot be combined with base_url")
        return parse_url(base_url, "base_url")
    return GLOBAL_CORE if region is None else f"https://{_label(region, 'region')}.{_VENDOR}/api"


def reports_of(core: str, *, reports_url: str | None, subdomain: str | None) -> str:
    """Return the reports API's base URL: another host for the global region, a path elsewhere.

    Source: vendor OpenAPI document of 2026: ``https://reports.api.clockify.me`` globally,
        ``https://{region}.clockify.me/report`` by region and ``https://{subdomain}.clockify.me/report``
        for a workspace with a subdomain, whose core stays where it is. Unverified live: the last two.
    """
    if reports_url is not None:
        return parse_url(reports_url, "reports_url")
    if subdomain is not None:
        return f"https://{_label(subdomain, 'subdomain')}.{_VENDOR}/report"
    if core == GLOBAL_CORE:
        return GLOBAL_REPORTS
    if core.endswith("/api"):
        return core.removesuffix("api") + "report"
    raise UnusablePlace("reports_url", "must be given where base_url does not end in /api")
