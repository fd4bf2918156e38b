"""The PDF of an invoice: asked for here, fetched elsewhere, without our credentials."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from invoicekit.adapter import Sender
from invoicekit.errors import ConfigurationError, MalformedResponse
from invoicekit.transport import check_url
from invoicekit_kukkingu import requests
from invoicekit_kukkingu.operations import DOWNLOAD_PDF, GET_PDF_LINK
from invoicekit_kukkingu.wire_invoice import read_pdf_link


@asynccontextmanager
async def open_pdf(sender: Sender, invoice_id: str, *, is_local: bool) -> AsyncIterator[AsyncIterator[bytes]]:
    """Stream the PDF from its temporary address.

    Source: vendor's page, get invoice pdf: a download address that ends, not the file.
    Unverified: on which host; whichever it is, it gets neither the token nor the tenant.

    Args:
        is_local: The API itself is on this machine, so its files may be too.

    Raises:
        MalformedResponse: The address is none that may be fetched.
    """
    response = await sender.send(GET_PDF_LINK, requests.get_pdf_link(invoice_id))
    link = read_pdf_link(response.body, invoice_id=invoice_id)
    try:
        check_url(link.url, allow_loopback_http=is_local)
    except ConfigurationError:
        problem = "not an https address without user info"
    else:
        problem = ""
    if problem:
        raise MalformedResponse(f"PDF of invoice {invoice_id}: {problem}", paths=(f"$.data.url: {problem}",))
    async with sender.stream(DOWNLOAD_PDF, requests.download_pdf(link.url)) as pieces:
        yield pieces
