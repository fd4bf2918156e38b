"""Lines of an invoice: added, removed from the end, imported from tracked time.

None of these carries anything by which a repeat could be told from a second line, so none is ever repeated.
What settles doubt is the state that was read just before the send: it lives as long as the `Write` does, and
a new process can only ask a person.
"""

from collections.abc import Callable, Sequence

import attrs

from invoicekit.adapter import Done, Operation, Sender, Sighting, Write
from invoicekit.errors import Conflict, FieldLocked, MalformedResponse, UsageError
from invoicekit.model import Invoice, LineItem, NewLineItem
from invoicekit.transport import HttpRequest
from invoicekit.wire import canonical
from invoicekit_clockify.invoices import done_with, fetch_invoice
from invoicekit_clockify.operations import Writes
from invoicekit_clockify.requests import Requests
from invoicekit_clockify.status import LOCKED
from invoicekit_clockify.wire_invoice import InvoiceRecord, read_invoice
from invoicekit_clockify.wire_items import Line, TimeImport, encode_import, encode_item

_IMPORTS = frozenset({"TIME_ENTRY_IMPORT", "EXPENSE_IMPORT"})


class _Comparison:
    """One write that is seen by what it changes: read, send, and compare with what was read."""

    def __init__(
        self,
        requests: Requests,
        operation: Operation,
        invoice_id: str,
        request: HttpRequest,
        *,
        check: Callable[[InvoiceRecord], None],
        is_done: Callable[[InvoiceRecord, InvoiceRecord], bool],
        may_be_empty: bool = False,
    ) -> None:
        self._requests = requests
        self._operation = operation
        self._invoice_id = invoice_id
        self._request = request
        self._check = check
        self._is_done = is_done
        self._may_be_empty = may_be_empty
        self._before: InvoiceRecord | None = None

    async def perform(self, sender: Sender) -> Done[Invoice]:
        before = await fetch_invoice(sender, self._requests, self._invoice_id)
        _check_open(before)
        self._check(before)
        self._before = before
        response = await sender.send(self._operation, self._request)
        after = read_invoice(
            response.body,
            expected_id=self._invoice_id,
            where=f"invoice {self._invoice_id}",
            headers=response.shown_headers,
        )
        if not self._may_be_empty and not self._is_done(before, after):
            raise MalformedResponse(f"invoice {self._invoice_id} came back without the change asked for")
        return done_with(after)

    async def look(self, sender: Sender) -> Sighting[Invoice]:
        if self._before is None:
            return Sighting(is_complete=False)
        record = await fetch_invoice(sender, self._requests, self._invoice_id)
        return Sighting(matches=(done_with(record),)) if self._is_done(self._before, record) else Sighting()


def _write(
    comparison: _Comparison,
    operation: Operation,
    invoice_id: str,
    content: str,
    then: Callable[[Done[Invoice]], Write[Invoice] | None] | None = None,
) -> Write[Invoice]:
    return Write(
        operation=operation,
        target=invoice_id,
        content=content,
        perform=comparison.perform,
        look=comparison.look,
        recall=lambda _: Invoice(id=invoice_id),
        then=then,
    )


def _check_open(record: InvoiceRecord) -> None:
    if record.status in LOCKED:
        raise FieldLocked(
            f"invoice {record.id} is {record.status} and its lines cannot be changed; nothing was sent"
        )


def add_item(requests: Requests, writes: Writes, invoice_id: str, item: NewLineItem) -> Write[Invoice]:
    """Add one line to an invoice that can still be edited.

    Raises:
        UsageError, UnsupportedOperation, InvalidAmount: The line can never be; nothing was sent.
    """
    line = Line.of(item, requests.item_type)

    def is_done(before: InvoiceRecord, after: InvoiceRecord) -> bool:
        if line.count_in(after) <= line.count_in(before):
            return False
        line.check_amounts(after)
        return True

    comparison = _Comparison(
        requests,
        writes.add_item,
        invoice_id,
        requests.add_item(invoice_id, encode_item(line)),
        check=line.check_currency,
        is_done=is_done,
    )
    return _write(comparison, writes.add_item, invoice_id, canonical(invoice_id=invoice_id, line=line))


def remove_items(
    requests: Requests, writes: Writes, invoice_id: str, items: Sequence[LineItem]
) -> Write[Invoice]:
    """Remove lines, as they were read, the one at the highest position first.

    A line has no id but its position, and positions shift: before each removal the invoice is read again,
    and a line that is not the one expected at its place stops everything. Removing an imported line makes
    its time entries uninvoiced again.

    Answer: 200 with the full invoice.
    Source: vendor OpenAPI document of 2026, DELETE .../items/{order}, from 1; the unlinking: vendor help.
    Unverified: that the lines below move up.

    Raises:
        UsageError: No lines, or one without a position.
    """
    found = {item.position: item for item in items if item.position is not None}
    if not items or len(found) != len(items):
        raise UsageError("remove_items() takes lines as they were read, each with its own position")
    return _remove(requests, writes, invoice_id, sorted(found.items(), reverse=True))


def _remove(
    requests: Requests, writes: Writes, invoice_id: str, items: list[tuple[int, LineItem]]
) -> Write[Invoice]:
    (position, item), *rest = items
    operation = attrs.evolve(writes.remove_item, name=f"{writes.remove_item.name}_{position}")

    def check(record: InvoiceRecord) -> None:
        if not _stands_at(record, position, item):
            raise Conflict(
                f"line {position} of invoice {invoice_id} is not what it was when it was read; read it again"
            )

    def is_done(before: InvoiceRecord, after: InvoiceRecord) -> bool:
        return len(after.items) == len(before.items) - 1

    comparison = _Comparison(
        requests,
        operation,
        invoice_id,
        requests.remove_item(invoice_id, position),
        check=check,
        is_done=is_done,
    )
    return _write(
        comparison,
        operation,
        invoice_id,
        canonical(invoice_id=invoice_id, position=position, description=item.description, amount=item.amount),
        then=(lambda _: _remove(requests, writes, invoice_id, rest)) if rest else None,
    )


def _stands_at(record: InvoiceRecord, position: int, item: LineItem) -> bool:
    lines = record.invoice().line_items
    return isinstance(lines, tuple) and any(
        line.position == position
        and (line.description, line.quantity, line.amount, line.time_entry_ids)
        == (item.description, item.quantity, item.amount, item.time_entry_ids)
        for line in lines
    )


def import_items(requests: Requests, writes: Writes, invoice_id: str, wanted: TimeImport) -> Write[Invoice]:
    """Import tracked time of the invoice's client as lines; the entries become invoiced and linked.

    An entry is taken once: what is invoiced already, by an import or by a mark, is passed over. So a repeat
    finds nothing left; still it is never sent by itself, for nobody has proved what two in flight do.
    Mark nothing that is to be imported: the invoice would come out short.

    Unverified: an import that found nothing leaves no trace, so after doubt it looks as if it had not
        happened, which comes to the same.
    """
    request = requests.import_items(invoice_id, encode_import(wanted))
    comparison = _Comparison(
        requests,
        writes.import_items,
        invoice_id,
        request,
        check=lambda _: None,
        is_done=lambda before, after: _imported(after) > _imported(before),
        may_be_empty=True,
    )
    body = (request.body or b"").decode()
    return _write(comparison, writes.import_items, invoice_id, canonical(invoice_id=invoice_id, body=body))


def _imported(record: InvoiceRecord) -> int:
    return sum(item.import_type in _IMPORTS for item in record.items)
