"""What the rows of entries and payments mean."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b

import attrs

from invoicekit.batch import Item
from invoicekit.bulk.days import Days
from invoicekit.bulk.record import Columns, Record
from invoicekit.bulk.wording import complaint, shown
from invoicekit.errors import UsageError
from invoicekit.guard import check_reference
from invoicekit.model import Money

ENTRY_COLUMNS = Columns(required=("time_entry_id",), optional=("start",), instants=("start",))
PAYMENT_COLUMNS = Columns(
    required=("reference", "invoice_id", "amount", "currency", "paid_at"),
    optional=("note",),
    amounts=("amount",),
    instants=("paid_at",),
)

_ID = re.compile(r"[A-Za-z0-9_:~-](?:[A-Za-z0-9_.:~-]{0,126}[A-Za-z0-9_:~-])?")
_AMOUNT = re.compile(r"-?[0-9]{1,24}(?:\.[0-9]{1,12})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MOST_NOTE_CHARACTERS = 4000
_CONTENT_BYTES = 15


@attrs.frozen(kw_only=True)
class PaymentRow:
    """One payment to record.

    Attributes:
        amount: Above zero, exact in the currency's minor unit.
        paid_at: In UTC, whole seconds.
    """

    reference: str
    invoice_id: str
    amount: Money
    paid_at: datetime
    note: str = ""

    def content(self) -> bytes:
        """Return a digest of all but the reference: equal for rows that ask for the same payment."""
        parts = (
            self.invoice_id,
            format(self.amount.amount.normalize(), "f"),
            self.amount.currency,
            self.paid_at.isoformat(),
            self.note,
        )
        return blake2b("\x1f".join(parts).encode(), digest_size=_CONTENT_BYTES).digest()


class _Unusable(Exception):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


def entry_item(name: str, days: Days | None = None) -> Callable[[Record], Item[None]]:
    """Return what turns a row of `ENTRY_COLUMNS` into an item.

    Args:
        name: The file's, for problems.
        days: Gets the day on which each entry started; else nobody asks for it, and it may be anything.
    """

    def turn(record: Record) -> Item[None]:
        entry_id, start = (record.values.get(column, "") for column in ENTRY_COLUMNS.known)
        problem = record.problem
        if problem is None and (wrong := id_problem(entry_id)):
            problem = complaint(name, record.line, wrong, column="time_entry_id", value=entry_id)
        if problem is None and days is not None and start and not _is_noted(start, days):
            wrong = "is not a day or an instant; write it like 2026-01-31 or 2026-01-31T09:30:00Z"
            problem = complaint(name, record.line, wrong, column="start", value=start)
        return Item(position=record.line, id=id_label(entry_id), payload=None, problem=problem)

    return turn


def _is_noted(text: str, days: Days) -> bool:
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        return False
    if start.tzinfo is None:
        days.add(start.date())
    else:
        days.add_instant(start)
    return True


def payment_item(name: str) -> Callable[[Record], Item[PaymentRow | None]]:
    """Return what turns a row of `PAYMENT_COLUMNS` into an item; `name` is the file's, for problems."""

    def turn(record: Record) -> Item[PaymentRow | None]:
        values = record.values
        reference = values.get("reference", "")
        problem = record.problem
        payment = None
        if problem is None:
            try:
                payment = _payment(values)
            except _Unusable as reason:
                value = values[reason.column]
                problem = complaint(name, record.line, str(reason), column=reason.column, value=value)
        return Item(
            position=record.line,
            id=id_label(reference) if payment is None else reference,
            payload=payment,
            content=b"" if payment is None else payment.content(),
            lane="" if payment is None else payment.invoice_id,
            problem=problem,
        )

    return turn


def _payment(values: Mapping[str, str]) -> PaymentRow:
    return PaymentRow(
        reference=_reference(values["reference"]),
        invoice_id=_invoice_id(values["invoice_id"]),
        amount=_amount(values["amount"], values["currency"]),
        paid_at=_instant(values["paid_at"]),
        note=_note(values["note"]),
    )


def id_label(value: str) -> str:
    """Return an id as a report may show it: a wrong one is escaped and shortened."""
    return value if _ID.fullmatch(value) else shown(value)[1:-1]


def id_problem(value: str) -> str:
    """Say why a value cannot be an id; empty where it can."""
    if _ID.fullmatch(value):
        return ""
    if not value.strip():
        return "is empty; put the id there"
    return "cannot be an id: letters, digits and - _ . : ~ only, no blanks, slashes or line ends"


def _invoice_id(text: str) -> str:
    if wrong := id_problem(text):
        raise _Unusable("invoice_id", wrong)
    return text


def _reference(text: str) -> str:
    try:
        return check_reference(text)
    except UsageError as refusal:
        raise _Unusable("reference", f"cannot be used: {refusal}") from None


def _amount(text: str, currency: str) -> Money:
    if _AMOUNT.fullmatch(text) is None:
        hint = "; where its decimals stand after a comma, say --decimal ," if "," in text else ""
        raise _Unusable("amount", f"is not an amount; write major units with a point, like 120.00{hint}")
    if _CURRENCY.fullmatch(currency) is None:
        raise _Unusable("currency", "is not a currency; write the ISO 4217 code in capitals, like EUR")
    amount = Money(Decimal(text), currency)
    if amount.amount <= 0:
        raise _Unusable("amount", "is not above zero; leave rows without a payment out")
    try:
        Money.zero(currency).minor  # noqa: B018 -- the currency first: an unknown one is not the amount's fault
    except UsageError:
        raise _Unusable("currency", "is not a currency ISO 4217 knows; correct the code") from None
    try:
        minor = amount.minor
    except UsageError:
        raise _Unusable("amount", f"has more decimals than {currency} has; round it first") from None
    if minor >= 2**63:
        raise _Unusable("amount", "is larger than any provider can take")
    return amount


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise _Unusable("paid_at", "is not an instant; write it like 2026-01-31T09:30:00Z") from None
    if instant.tzinfo is None:
        raise _Unusable("paid_at", "has no time zone; add Z or an offset like +02:00")
    if instant.microsecond:
        raise _Unusable("paid_at", "has parts of a second, which providers drop; leave them out")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise _Unusable("paid_at", "lies outside the calendar; correct the year") from None


def _note(text: str) -> str:
    if len(text) > _MOST_NOTE_CHARACTERS:
        raise _Unusable("note", f"is longer than {_MOST_NOTE_CHARACTERS} characters; shorten it")
    if not all(each.isprintable() or each in "\n\t" for each in text):
        raise _Unusable("note", "holds control characters; remove them")
    return text
