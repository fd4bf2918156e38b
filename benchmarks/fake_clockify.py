"""A provider that costs next to nothing: the answers of Clockify's payment path, written from templates.

Run as a process of its own (``python fake_clockify.py``) it prints its port and answers until its standard
input ends. It keeps the payments of every invoice, so that a payment posted is found by the next read.
It answers what it is asked at once and checks nothing: correctness is the simulator's business.
"""

import asyncio
import json
import sys
from collections import defaultdict

WORKSPACE = "64c777ddd3fcab07cfbb210c"
PAYMENTS_BEFORE = 1

_INVOICE_PATH = f"/api/v1/workspaces/{WORKSPACE}/invoices/".encode()
_ID_LENGTH = 24

_INVOICE = json.dumps(
    {
        "id": "%ID%",
        "number": "202306121129",
        "clientId": "98h687e29ae1f428e7ebe707",
        "clientName": "Client X",
        "clientAddress": "Ground Floor, ABC Bldg., Palo Alto, California, USA 94020",
        "companyId": "04g687e29ae1f428e7ebe123",
        "billFrom": "Business X",
        "userId": "12t687e29ae1f428e7ebe202",
        "currency": "EUR",
        "issuedDate": "2026-06-01T00:00:00Z",
        "dueDate": "2026-07-01T00:00:00Z",
        "status": "PARTIALLY_PAID",
        "subject": "June salary",
        "note": "This is a sample note for this invoice.",
        "items": [
            {
                "order": 1,
                "itemType": "Item type",
                "description": "This is a description of an invoice item.",
                "quantity": 1000,
                "unitPrice": 2000,
                "amount": 20000,
                "applyTaxes": "NONE",
                "importType": "NOT_IMPORTED",
                "timeEntryIds": ["5b715448b079875110792222", "5b715448b079875110791111"],
                "expenseIds": [],
            }
        ],
        "subtotal": 20000,
        "discount": 0.0,
        "discountAmount": 0,
        "tax": 0.0,
        "taxAmount": 0,
        "tax2": 0.0,
        "tax2Amount": 0,
        "taxType": "SIMPLE",
        "calculationType": "INVOICE_BASED",
        "amount": 20000,
        "paid": 1000,
        "balance": 19000,
        "containsImportedTimes": False,
        "containsImportedExpenses": False,
        "visibleZeroFields": ["TAX", "TAX_2", "DISCOUNT"],
    }
)
_INVOICE_HEAD, _INVOICE_TAIL = (half.encode() for half in _INVOICE.split("%ID%"))

_PAYMENT_BEFORE = (
    b'{"id": "5b715448b079875110790000", "amount": 1000, "author": "Jane Doe", '
    b'"date": "2026-06-15T08:00:00Z", "note": "first part"}'
)


def an_invoice(invoice_id: str) -> bytes:
    """Write one invoice."""
    return _INVOICE_HEAD + invoice_id.encode() + _INVOICE_TAIL


def _answer(body: bytes, status: bytes = b"200 OK", last_page: bytes = b"") -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%b\r\n%b" % (
        status,
        len(body),
        last_page,
        body,
    )


class Books:
    """What the provider remembers, and what it was asked.

    Attributes:
        seen: Method, target and body of each request; kept only where asked for.
    """

    def __init__(self, *, keep_requests: bool = False) -> None:
        self.seen: list[tuple[str, str, bytes]] | None = [] if keep_requests else None
        self._payments: dict[bytes, list[bytes]] = defaultdict(lambda: [_PAYMENT_BEFORE] * PAYMENTS_BEFORE)
        self._count = 0

    def answer(self, method: bytes, target: bytes, body: bytes) -> bytes:
        """Return the whole answer to a request."""
        if self.seen is not None:
            self.seen.append((method.decode(), target.decode(), body))
        path = target.partition(b"?")[0]
        if not path.startswith(_INVOICE_PATH):
            return _answer(b'{"message": "no such path"}', b"404 Not Found")
        invoice = path[len(_INVOICE_PATH) :][:_ID_LENGTH]
        document = an_invoice(invoice.decode())
        if not path.endswith(b"/payments"):
            return _answer(document)
        if method == b"POST":
            self._record(invoice, body)
            return _answer(document, b"201 Created")
        rows = b"[%b]" % b", ".join(self._payments[invoice])
        return _answer(rows, last_page=b"Last-Page: true\r\n")

    def _record(self, invoice: bytes, body: bytes) -> None:
        sent = json.loads(body)
        self._count += 1
        row = {
            "id": f"5b71{self._count:08x}b07987511079",
            "amount": sent["amount"],
            "author": "John Doe",
            "date": sent["paymentDate"],
            "note": sent["note"],
        }
        self._payments[invoice].append(json.dumps(row).encode())


class Answering(asyncio.Protocol):
    """Answer request after request on one connection."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._left = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that has come whole."""
        data = self._left + data
        while True:
            head, found, rest = data.partition(b"\r\n\r\n")
            if not found:
                break
            size = _content_length(head)
            if len(rest) < size:
                break
            method, target, _ = head.split(b" ", 2)
            if self._transport is not None:
                self._transport.write(self._books.answer(method, target, rest[:size]))
            data = rest[size:]
        self._left = data


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line[:15].lower() == b"content-length:":
            return int(line[15:])
    return 0


async def listen(books: Books) -> asyncio.Server:
    """Start answering on a free loopback port."""
    return await asyncio.get_running_loop().create_server(lambda: Answering(books), "127.0.0.1", 0)


def port_of(server: asyncio.Server) -> int:
    """Return the port that was free."""
    return int(server.sockets[0].getsockname()[1])


async def _until_input_ends() -> None:
    server = await listen(Books())
    print(port_of(server), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_until_input_ends())
