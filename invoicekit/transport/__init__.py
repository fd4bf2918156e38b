"""One HTTP exchange: messages, the sender protocol, failures with evidence."""

from typing import TYPE_CHECKING

from invoicekit.transport.bounds import check_url
from invoicekit.transport.exchange import Departed, ExchangeFailed, Outgoing, Transport
from invoicekit.transport.message import HttpRequest, HttpResponse
from invoicekit.transport.rate_text import parse_rate
from invoicekit.transport.sender import Sender
from invoicekit.transport.site import (
    Credentials,
    HeaderKey,
    NoKey,
    RateWindow,
    Site,
    Token,
    TokenSource,
)
from invoicekit.transport.under_way import UnderWay

if TYPE_CHECKING:
    from invoicekit.transport.aiohttp_client import AiohttpTransport

__all__ = [
    "AiohttpTransport",
    "Credentials",
    "Departed",
    "ExchangeFailed",
    "HeaderKey",
    "HttpRequest",
    "HttpResponse",
    "NoKey",
    "Outgoing",
    "RateWindow",
    "Sender",
    "Site",
    "Token",
    "TokenSource",
    "Transport",
    "UnderWay",
    "check_url",
    "parse_rate",
]


def __getattr__(name: str) -> object:
    # Only who opens connections pays for importing aiohttp: every adapter imports this package.
    if name == "AiohttpTransport":
        from invoicekit.transport.aiohttp_client import AiohttpTransport

        return AiohttpTransport
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
