"""The smallest adapter: invoices of Acorn, read and never written. `AcornSimulator` is what judges it."""

import re

import attrs
from invoicekit_acorn.simulator import AcornSimulator as AcornSimulator

from invoicekit import adapter as ik
from invoicekit import errors
from invoicekit.model import Invoice, InvoiceStatus
from invoicekit.wire import MINOR_BY_EXPONENT, Codec, PathTemplate

CODEC, READ, UNKNOWN = Codec(), ik.Operation(name="read"), InvoiceStatus.UNKNOWN
INVOICE = PathTemplate("/v1/invoices/{invoice}", pattern=re.compile(r"[a-z]{3}-[0-9]{6}"))
STATUSES = {word: InvoiceStatus(word) for word in ("draft", "open", "paid", "void")}


@attrs.frozen(kw_only=True)
class ReaderConfig:
    """Where Acorn is, and who we are there."""

    api_key: ik.Secret
    base_url: str = "https://api.acorn.example"


@attrs.frozen(kw_only=True)
class _Wire:
    id: str
    currency: str
    status: str
    total: int


class AcornReader(ik.Adapter[ReaderConfig]):
    """Reads one Acorn account; all else is refused before any request."""

    name, api, config_type = "acorn", 1, ReaderConfig
    capabilities = ik.Capabilities(operations={"get_invoice": ik.Capability.reading(READ)})

    @classmethod
    def site(cls, config: ReaderConfig) -> ik.Site:
        """Say where the account is, as whom we call, and how often."""
        key, windows = ik.HeaderKey("X-Acorn-Key", config.api_key), (ik.RateWindow(limit=5, seconds=1.0),)
        return ik.Site(hosts={"api": config.base_url}, credentials=key, account="acorn", windows=windows)

    @classmethod
    def refusal(cls, response: ik.HttpResponse) -> errors.NotApplied | None:
        """Say what certainly had no effect; Acorn answers 400 for what is not there."""
        kind = {400: errors.NotFound, 401: errors.AuthenticationError}.get(response.status)
        return None if kind is None else kind("Acorn refused it", status=response.status)

    async def get_invoice(self, invoice_id: str) -> Invoice:
        """Read one invoice."""
        request = ik.HttpRequest(method="GET", path=INVOICE.fill(invoice=invoice_id))
        response = await self.sender.send(READ, request)
        wire, headers = CODEC.decode(response.body, _Wire), response.shown_headers
        if wire.id != invoice_id:
            raise errors.MalformedResponse("the answer is about another invoice")
        status, total = STATUSES.get(wire.status, UNKNOWN), MINOR_BY_EXPONENT.read(wire.total, wire.currency)
        read = Invoice(id=wire.id, status=status, raw_status=wire.status, total=total, headers=headers)
        return attrs.evolve(read, raw=CODEC.decode(response.body, dict[str, object]))
