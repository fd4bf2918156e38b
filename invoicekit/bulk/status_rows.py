"""What the rows of a file of statuses mean."""

from collections.abc import Callable

import attrs

from invoicekit.batch import Item
from invoicekit.bulk.record import Columns, Record
from invoicekit.bulk.rows import id_label, id_problem
from invoicekit.bulk.status_steps import STATUS_WORDS, Consent, StatusSteps
from invoicekit.bulk.wording import complaint
from invoicekit.model import InvoiceStatus

INVOICE_COLUMNS = Columns(required=("invoice_id",))
STATUS_COLUMNS = Columns(required=("invoice_id", "status"))


@attrs.frozen(kw_only=True)
class StatusRow:
    """One invoice and the status it is to get.

    Attributes:
        consents: What must be allowed before it is sent.
        refusal: Why it is not sent at all, with file and line; it still is what its invoice was to get,
            so a later row with another status contradicts it.
    """

    invoice_id: str
    status: InvoiceStatus
    consents: tuple[Consent, ...] = ()
    refusal: str = ""

    def content(self) -> bytes:
        """Return what is equal for rows that ask for the same status."""
        return self.status.value.encode()


def status_item(
    name: str, steps: StatusSteps, *, to: InvoiceStatus | None
) -> Callable[[Record], Item[StatusRow | None]]:
    """Return what turns a row into an item.

    Args:
        name: The file's, for problems.
        to: The status of every row; None takes the row's own.
    """

    def turn(record: Record) -> Item[StatusRow | None]:
        invoice_id = record.values.get("invoice_id", "")
        word = record.values.get("status", "") if to is None else to.value
        status = STATUS_WORDS.get(word)
        problem = record.problem
        if problem is None and (wrong := id_problem(invoice_id)):
            problem = complaint(name, record.line, wrong, column="invoice_id", value=invoice_id)
        if problem is None and status is None:
            message = f"is not a status; write {', '.join(STATUS_WORDS)}"
            problem = complaint(name, record.line, message, column="status", value=word)
        if problem is not None or status is None:
            return Item(position=record.line, id=id_label(invoice_id), payload=None, problem=problem)
        refusal = steps.refusal(status)
        if refusal:
            refusal = complaint(name, record.line, refusal, column="status", value=word)
        row = StatusRow(
            invoice_id=invoice_id, status=status, consents=steps.consents(status), refusal=refusal
        )
        return Item(position=record.line, id=invoice_id, payload=row, content=row.content())

    return turn
