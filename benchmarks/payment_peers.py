"""Three ways to record the same payment by the same four requests: ours, and what is written by hand.

Every side reads the payments, reads the invoice, posts the payment and reads the payments again, at the
same addresses with the same query and the same JSON. No side follows pages that are not there.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal

import aiohttp
import attrs
from fake_clockify import WORKSPACE

from invoicekit import InvoiceService, Money, Outcome

API_KEY = "a-key-of-32-characters-or-so-0001"
AMOUNT_UNITS = 5000
PAID_AT = datetime(2026, 6, 20, 9, 30, tzinfo=UTC)
PAGE = "page=1&page-size=200"

Pay = Callable[[str, str], Awaitable[None]]
"""Record one payment: invoice id, reference."""


# --- ours -------------------------------------------------------------------------------------------


def connect(base: str) -> InvoiceService:
    """Connect to the fake with a memory journal and a limit that never binds."""
    return InvoiceService.connect(
        "clockify", api_key=API_KEY, workspace_id=WORKSPACE, base_url=base, rate="100000000/s"
    )


def paying(service: InvoiceService) -> Pay:
    """Pay by the whole path: service, guard, journal, channel, transport, strict decode, neutral model."""
    amount = Money(Decimal("50.00"), "EUR")

    async def pay(invoice_id: str, reference: str) -> None:
        result = await service.record_payment(invoice_id, amount, reference=reference, paid_at=PAID_AT)
        assert result.outcome is Outcome.APPLIED
        assert result.verified
        assert result.attempts == 1

    return pay


# --- (a) what an ordinary script does -----------------------------------------------------------------


def session_for_peers() -> aiohttp.ClientSession:
    """Open a session as ours: signed, not limited to fewer connections, no cookies to look for."""
    return aiohttp.ClientSession(headers={"X-Api-Key": API_KEY}, raise_for_status=True)


def _document(note: str) -> dict[str, object]:
    return {"amount": AMOUNT_UNITS, "note": note, "paymentDate": "2026-06-20T09:30:00Z"}


def paying_barely(session: aiohttp.ClientSession, base: str) -> Pay:
    """Pay by aiohttp alone: ``json=`` out, ``r.json()`` in, dictionaries throughout."""

    async def pay(invoice_id: str, reference: str) -> None:
        invoice_url = f"{base}/v1/workspaces/{WORKSPACE}/invoices/{invoice_id}"
        payments_url = f"{invoice_url}/payments"
        async with session.get(f"{payments_url}?{PAGE}") as response:
            before = await response.json()
        assert not any(reference in row["note"] for row in before)
        async with session.get(invoice_url) as response:
            invoice = await response.json()
        assert invoice["currency"] == "EUR"
        async with session.post(payments_url, json=_document(reference)) as response:
            invoice = await response.json()
        assert invoice["id"] == invoice_id
        async with session.get(f"{payments_url}?{PAGE}") as response:
            after = await response.json()
        assert [row["id"] for row in after if reference in row["note"]]

    return pay


# --- (b) the usual stack ------------------------------------------------------------------------------


@attrs.frozen
class Item:
    """A line, as a default converter takes it."""

    order: int
    description: str
    itemType: str  # noqa: N815 - the wire's name
    quantity: int
    unitPrice: int  # noqa: N815
    amount: int
    applyTaxes: str  # noqa: N815
    importType: str  # noqa: N815
    timeEntryIds: list[str]  # noqa: N815


@attrs.frozen
class Invoice:
    """An invoice, as such a stack declares it once for all its calls."""

    id: str
    number: str
    clientId: str  # noqa: N815
    clientName: str  # noqa: N815
    currency: str
    issuedDate: str  # noqa: N815
    dueDate: str  # noqa: N815
    status: str
    subject: str
    note: str
    items: list[Item]
    subtotal: int
    discount: float
    tax: float
    tax2: float
    amount: int
    paid: int
    balance: int


@attrs.frozen
class InvoiceHead:
    """An invoice, with the fields alone that ours reads on this path."""

    id: str
    currency: str
    status: str


@attrs.frozen
class PaymentRow:
    """A payment, with the fields that ours reads."""

    id: str
    amount: int
    date: str
    note: str
    author: str


def paying_usually(
    session: aiohttp.ClientSession, base: str, model: type[Invoice] | type[InvoiceHead] = Invoice
) -> Pay:
    """Pay by aiohttp, aiolimiter, tenacity's decorator and cattrs as they come."""
    import cattrs
    from aiolimiter import AsyncLimiter
    from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

    limiter = AsyncLimiter(1_000_000, 0.01)
    converter = cattrs.Converter()
    retrying = retry(
        retry=retry_if_exception_type(aiohttp.ClientError),
        stop=stop_after_attempt(3),
        wait=wait_exponential_jitter(),
        reraise=True,
    )

    @retrying
    async def read(url: str) -> object:
        async with limiter, session.get(url) as response:
            return await response.json()

    @retrying
    async def post(url: str, document: dict[str, object]) -> object:
        async with limiter, session.post(url, json=document) as response:
            return await response.json()

    async def pay(invoice_id: str, reference: str) -> None:
        invoice_url = f"{base}/v1/workspaces/{WORKSPACE}/invoices/{invoice_id}"
        payments_url = f"{invoice_url}/payments"
        before = converter.structure(await read(f"{payments_url}?{PAGE}"), list[PaymentRow])
        assert not any(reference in row.note for row in before)
        invoice = converter.structure(await read(invoice_url), model)
        assert invoice.currency == "EUR"
        invoice = converter.structure(await post(payments_url, _document(reference)), model)
        assert invoice.id == invoice_id
        after = converter.structure(await read(f"{payments_url}?{PAGE}"), list[PaymentRow])
        assert [row.id for row in after if reference in row.note]

    return pay


# --- the least that a session of aiohttp costs ----------------------------------------------------------


def spare_session() -> aiohttp.ClientSession:
    """Open a session that looks for nothing."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())


def paying_sparingly(session: aiohttp.ClientSession, base: str) -> Pay:
    """Pay by bytes written in advance, URLs taken as they are, no timers, and a decoder in C."""
    import msgspec
    from yarl import URL

    decode = msgspec.json.Decoder().decode
    signed = {"X-Api-Key": API_KEY, "Accept": "application/json"}
    signed_json = {**signed, "Content-Type": "application/json"}
    untimed = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)

    async def read(url: str) -> object:
        response = await session.request(
            "GET", URL(url, encoded=True), headers=signed, allow_redirects=False, timeout=untimed
        )
        return decode(await response.read())

    async def post(url: str, body: bytes) -> object:
        response = await session.request(
            "POST",
            URL(url, encoded=True),
            data=body,
            headers=signed_json,
            allow_redirects=False,
            timeout=untimed,
        )
        return decode(await response.read())

    async def pay(invoice_id: str, reference: str) -> None:
        invoice_url = f"{base}/v1/workspaces/{WORKSPACE}/invoices/{invoice_id}"
        payments_url = f"{invoice_url}/payments"
        await read(f"{payments_url}?{PAGE}")
        await read(invoice_url)
        body = f'{{"amount":{AMOUNT_UNITS},"note":"{reference}","paymentDate":"2026-06-20T09:30:00Z"}}'
        await post(payments_url, body.encode())
        await read(f"{payments_url}?{PAGE}")

    return pay
