"""The contract for adapter authors."""

from invoicekit.adapter.capabilities import (
    Capabilities,
    Capability,
    Fields,
    Limits,
    Scale,
    Support,
    Webhooks,
)
from invoicekit.adapter.contract import ADAPTER_API, Adapter, Probe
from invoicekit.adapter.marker import MARKER_PREFIX, markers_in
from invoicekit.adapter.oauth import ClientCredentials
from invoicekit.adapter.write import Done, Sighting, Write
from invoicekit.operation import Effect, Idempotency, Operation
from invoicekit.secret import Secret
from invoicekit.transport import (
    Credentials,
    HeaderKey,
    HttpRequest,
    HttpResponse,
    NoKey,
    RateWindow,
    Sender,
    Site,
    Token,
    TokenSource,
    parse_rate,
)

__all__ = [
    "ADAPTER_API",
    "MARKER_PREFIX",
    "Adapter",
    "Capabilities",
    "Capability",
    "ClientCredentials",
    "Credentials",
    "Done",
    "Effect",
    "Fields",
    "HeaderKey",
    "HttpRequest",
    "HttpResponse",
    "Idempotency",
    "Limits",
    "NoKey",
    "Operation",
    "Probe",
    "RateWindow",
    "Scale",
    "Secret",
    "Sender",
    "Sighting",
    "Site",
    "Support",
    "Token",
    "TokenSource",
    "Webhooks",
    "Write",
    "markers_in",
    "parse_rate",
]
