"""The temporary address of an invoice's PDF."""

from collections.abc import Iterable
from datetime import UTC, timedelta

from invoicekit.simulate import Answer, Call, Route
from invoicekit_kukkingu.simulator import refusal
from invoicekit_kukkingu.simulator.access import Access, shown
from invoicekit_kukkingu.simulator.behaviour import Verdict
from invoicekit_kukkingu.simulator.files import FileShelf, StoredFile
from invoicekit_kukkingu.simulator.pdf import one_page

PATH = "/api/v1/invoices/{invoice_id}/pdf"


class FileRoutes:
    """The PDF call; it answers with JSON, and the file waits elsewhere.

    Attributes:
        origin: Where; None for this port, under the machine's other name.
        lives_seconds: How long an address is good.
    """

    def __init__(self, access: Access, files: FileShelf) -> None:
        self._access = access
        self._files = files
        self.origin: str | None = None
        self.lives_seconds = 300

    def routes(self) -> Iterable[Route]:
        """Return the routes; the files' own among them."""
        yield Route(operation="get_invoice_pdf", method="GET", path=PATH, answer=self._link, is_write=False)
        yield self._files.route()

    def _link(self, call: Call) -> Answer:
        tenant = self._access.tenant(call)
        invoice = shown(tenant.invoices, "Invoice", call.params["invoice_id"])
        if invoice.status == "DRAFT" and self._access.behaviour.draft_pdf is Verdict.REFUSE:
            raise refusal.conflict("Invoice is a draft")
        ends = self._access.clock.now() + timedelta(seconds=self.lives_seconds)
        name = f"{invoice.number}.pdf"
        text = f"Invoice {invoice.number}: {tenant.amount_of(invoice)} {invoice.currency}"
        key = self._files.put(StoredFile(name=name, content=one_page(text), ends=ends))
        return Answer.json(
            {
                "data": {
                    "id": invoice.id,
                    "url": f"{self.origin or _other_name(call)}/files/{key}",
                    "fileName": name,
                    "expiresIn": self.lives_seconds,
                    "expiresAt": ends.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                    "createdAt": tenant.now(),
                }
            }
        )


def _other_name(call: Call) -> str:
    """Name this port as another origin: a browser, and a careful client, keep the two apart."""
    host = call.headers.get("Host", "localhost")
    name, _, port = host.rpartition(":")
    return f"http://localhost:{port}" if name == "127.0.0.1" else f"http://{host}"
