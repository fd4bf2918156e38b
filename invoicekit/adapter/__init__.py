"""The contract for adapter authors."""

from invoicekit.adapter.capabilities import Capabilities, Capability, Support
from invoicekit.adapter.contract import ADAPTER_API, Adapter, Probe
from invoicekit.adapter.write import Done, Sighting, Write
from invoicekit.operation import Effect, Idempotency, Operation
from invoicekit.secret import Secret
from invoicekit.transport import (
    Credentials,
    HttpRequest,
    HttpResponse,
    RateWindow,
    Sender,
    Site,
    Token,
    TokenSource,
)

__all__ = [
    "ADAPTER_API",
    "Adapter",
    "Capabilities",
    "Capability",
    "Credentials",
    "Done",
    "Effect",
    "HttpRequest",
    "HttpResponse",
    "Idempotency",
    "Operation",
    "Probe",
    "RateWindow",
    "Secret",
    "Sender",
    "Sighting",
    "Site",
    "Support",
    "Token",
    "TokenSource",
    "Write",
]
