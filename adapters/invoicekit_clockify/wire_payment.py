"""Payments, from and to Clockify's JSON, and the marker that tells ours from others."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

import attrs

from invoicekit.adapter import markers_in
from invoicekit.errors import InvalidAmount, UsageError
from invoicekit.model import MISSING, NO_HEADERS, Absent, NewPayment, Payment
from invoicekit.wire import Unparsed, read_instant, write_instant
from invoicekit_clockify.wire import AMOUNT, CODEC, Text, document_of, rows_of

NOTE_LIMIT = 1000
"""Source: vendor OpenAPI document, maxLength of a payment's note."""

_WORD = re.compile(r"[0-9A-Za-z_]")


@attrs.frozen(kw_only=True)
class WirePayment:
    """One row of the payments list: without a currency, and with paymentDate read back as date.

    Source: vendor OpenAPI document, GET /v1/workspaces/{workspaceId}/invoices/{invoiceId}/payments.
    """

    id: str
    amount: int
    date: Text = MISSING
    note: Text = MISSING
    author: Text = MISSING


_WIRE_PAYMENTS = tuple[WirePayment, ...]


class _Answer:
    """One page as it came, parsed when a row is asked for: most are only passed over."""

    __slots__ = ("_body", "_rows", "_where", "headers")

    def __init__(self, body: bytes, where: str, headers: Mapping[str, str]) -> None:
        self._body = body
        self._where = where
        self._rows: list[object] | None = None
        self.headers = headers

    def row(self, index: int) -> Mapping[str, object]:
        if self._rows is None:
            self._rows = rows_of(CODEC.parse(self._body, where=self._where), where=self._where)
        return document_of(self._rows[index])


class PaymentRecord:
    """A payment as the wire had it, beside its raw document."""

    __slots__ = ("_answer", "_index", "wire")

    def __init__(self, wire: WirePayment, answer: _Answer, index: int) -> None:
        self.wire = wire
        self._answer = answer
        self._index = index

    @property
    def id(self) -> str:
        """The payment's id."""
        return self.wire.id

    @property
    def raw(self) -> Mapping[str, object]:
        """Everything sent, parsed when somebody looks into it."""
        return Unparsed(partial(self._answer.row, self._index))

    @property
    def headers(self) -> Mapping[str, str]:
        """Of the answer that held it."""
        return self._answer.headers

    def payment(self, invoice_id: str, currency: str, *, reference: str | None = None) -> Payment:
        """Say it in the neutral words; the currency is the invoice's."""
        return Payment(
            id=self.wire.id,
            invoice_id=invoice_id,
            amount=AMOUNT.read(self.wire.amount, currency),
            paid_at=self.paid_at,
            note=self.wire.note,
            author=self.wire.author,
            reference=reference,
            raw=self.raw,
            headers=self.headers,
        )

    @property
    def paid_at(self) -> datetime | Absent | None:
        """When the money moved, as recorded."""
        return read_instant(self.wire.date) if isinstance(self.wire.date, str) else self.wire.date

    def carries(self, marker: str) -> bool:
        """Tell whether the note holds the marker as a token of its own, whatever stands around it.

        Unverified: that the note comes back byte for byte. Trimmed blanks, stripped or escaped markup
            and text added around the marker do no harm; a marker inside a longer word is not ours.
        """
        note = self.wire.note
        if not marker or not isinstance(note, str):
            return False
        at = note.find(marker)
        while at >= 0:
            if not (_WORD.match(note, at + len(marker)) or (at and _WORD.match(note, at - 1))):
                return True
            at = note.find(marker, at + 1)
        return False

    @property
    def carries_any_marker(self) -> bool:
        """Whether the note holds a marker of ours as a whole, of whatever reference."""
        return isinstance(self.wire.note, str) and bool(markers_in(self.wire.note))


def read_payments(
    body: bytes, *, where: str = "payments", headers: Mapping[str, str] = NO_HEADERS
) -> list[PaymentRecord]:
    """Read one page of payments.

    Shape: a bare array, not an envelope.
    Source: vendor OpenAPI document; live.

    Raises:
        MalformedResponse: Anything else.
    """
    wires = CODEC.skim(body, _WIRE_PAYMENTS, where=where)
    whole = _Answer(body, where, headers)
    return [PaymentRecord(wire, whole, index) for index, wire in enumerate(wires)]


def note_of(payment: NewPayment) -> str:
    """Return the note to be sent: the caller's own words, then the marker.

    Raises:
        UsageError: The two together are longer than Clockify keeps; nothing was sent.
    """
    note = f"{payment.note} {payment.marker}" if payment.note else payment.marker
    if len(note) > NOTE_LIMIT:
        most = NOTE_LIMIT - len(payment.marker) - 1
        raise UsageError(
            f"the note of a payment may have {most} characters beside our marker; nothing was sent"
        )
    return note


def units_of(payment: NewPayment) -> int:
    """Return the amount in wire units.

    Raises:
        InvalidAmount: Zero, negative, or with more decimals than the wire has; nothing was sent.
    """
    units = AMOUNT.write(payment.amount)
    if units < 1:
        raise InvalidAmount("a payment must be more than nothing; Clockify knows no refunds")
    return units


def encode_payment(payment: NewPayment, *, units: int, note: str) -> bytes:
    """Write one payment as Clockify wants it.

    Shape: {"amount": int, "note": str, "paymentDate": "yyyy-MM-ddThh:mm:ssZ"}; amount in minor units, >= 1,
    in the invoice's currency, which the body cannot name.
    Answer: 201 with the whole invoice, not the payment; the payment's id must be read back. A repeat
    records a second payment, with or without an idempotency key.
    Source: vendor OpenAPI document, POST /v1/workspaces/{workspaceId}/invoices/{invoiceId}/payments; the
        answer and the repeat: peer's live probes of 2026-06-23 and 2026-08-09.
    Unverified: whether paymentDate may be left out (probes disagree), so it is always sent; whether its
        time of day is kept.

    Args:
        units, note: What `units_of` and `note_of` made of the payment.
    """
    return CODEC.encode(
        {
            "amount": units,
            "note": note,
            "paymentDate": write_instant(payment.paid_at, truncate=True),
        }
    )


def is_same_day(one: datetime | Absent | None, other: datetime) -> bool:
    """Tell whether two payments are of one UTC day; the time of day may not be kept."""
    return isinstance(one, datetime) and one.astimezone(UTC).date() == other.astimezone(UTC).date()
