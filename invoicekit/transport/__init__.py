"""One HTTP exchange: messages, the sender protocol, failures with evidence."""

from invoicekit.transport.exchange import Departed, ExchangeFailed, Outgoing, Transport
from invoicekit.transport.message import HttpRequest, HttpResponse
from invoicekit.transport.sender import Sender
from invoicekit.transport.site import Credentials, RateWindow, Site

__all__ = [
    "Credentials",
    "Departed",
    "ExchangeFailed",
    "HttpRequest",
    "HttpResponse",
    "Outgoing",
    "RateWindow",
    "Sender",
    "Site",
    "Transport",
]
