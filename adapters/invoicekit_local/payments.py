"""Money received, given back and credited: each function is the work of one transaction."""

import sqlite3

from invoicekit.errors import (
    CurrencyMismatch,
    InvalidAmount,
    InvalidTransition,
    ReferenceReused,
    UsageError,
)
from invoicekit.model import Invoice, NewCreditNote, NewPayment, NewRefund
from invoicekit_local.ledger import invoice_row, new_id, read_invoice, totals
from invoicekit_local.rows import DRAFT, OPEN, VOID, instant
from invoicekit_local.totals import money, stored

Books = sqlite3.Connection


def payment_refusal(books: Books, payment: NewPayment) -> UsageError | None:
    """Say why an invoice, as it is, must not get this payment."""
    row = invoice_row(books, payment.invoice_id)
    if row["currency"] != payment.amount.currency:
        return CurrencyMismatch(
            f"invoice {row['number']} is in {row['currency']}, not {payment.amount.currency}"
        )
    if row["status"] != OPEN:
        return InvalidTransition(
            f"invoice {row['number']} is {row['status']}: only an open one takes payments"
        )
    due = totals(books, row).due
    if payment.amount.minor > due:
        return InvalidAmount(
            f"invoice {row['number']} owes {money(due, row['currency'])}, less than {payment.amount}"
        )
    return None


def record_payment(books: Books, payment: NewPayment) -> str:
    """Write a payment that `payment_refusal` has nothing against, and return its id."""
    return _insert_payment(
        books,
        payment.invoice_id,
        "payment",
        stored(payment.amount.minor),
        instant(payment.paid_at),
        payment.note,
        payment.reference,
    )


def refund(books: Books, asked: NewRefund) -> str:
    """Write a refund of what was paid, at most all of it, and return its id."""
    row = invoice_row(books, asked.invoice_id)
    if row["currency"] != asked.amount.currency:
        raise CurrencyMismatch(
            f"invoice {row['number']} is in {row['currency']}, not {asked.amount.currency}"
        )
    paid = totals(books, row).paid
    if asked.amount.minor > paid:
        raise InvalidAmount(f"invoice {row['number']} has {money(paid, row['currency'])} to give back")
    return _insert_payment(
        books,
        asked.invoice_id,
        "refund",
        stored(asked.amount.minor),
        books.execute("select strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now')").fetchone()[0],
        asked.reason,
        asked.reference,
    )


def create_credit_note(books: Books, note: NewCreditNote) -> Invoice:
    """Write an invoice of the negative amount, which takes it off another, and return it.

    Raises:
        InvalidAmount: Nothing, or with the other notes more than the invoice comes to.
        InvalidTransition: It stands against a credit note, a draft or a void invoice.
    """
    row = invoice_row(books, note.invoice_id)
    if row["currency"] != note.amount.currency:
        raise CurrencyMismatch(f"invoice {row['number']} is in {row['currency']}, not {note.amount.currency}")
    if row["credits"] is not None:
        raise InvalidTransition(f"{row['number']} is a credit note itself: void it instead")
    if row["status"] in {DRAFT, VOID}:
        raise InvalidTransition(
            f"invoice {row['number']} is {row['status']}: change it or let it be; only what was asked for is "
            "credited"
        )
    now = totals(books, row)
    left = now.total - now.credited
    if not 0 < note.amount.minor <= left:
        raise InvalidAmount(
            f"a credit note against invoice {row['number']} is of more than nothing and at most "
            f"{money(left, row['currency'])}, not {note.amount}"
        )
    note_id = new_id(books, "crn")
    day = note.issue_date.isoformat()
    books.execute(
        "insert into invoice "
        "(id, number, customer_id, currency, issue_date, due_date, status, subject, credits) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            note_id,
            note.number,
            row["customer_id"],
            row["currency"],
            day,
            day,
            OPEN,
            note.reason,
            note.invoice_id,
        ),
    )
    amount = -stored(note.amount.minor)
    books.execute(
        "insert into line values (?, 1, ?, '1', ?, ?, 'credit')",
        (note_id, note.reason or f"credit for {row['number']}", str(-note.amount.amount), amount),
    )
    return read_invoice(books, note_id)


def delete_payment(books: Books, invoice_id: str, payment_id: str) -> None:
    """Delete a payment or refund, as far as what is left makes sense.

    Raises:
        InvalidTransition: More would have been given back than was paid, or paid than the invoice comes
            to; or the invoice is void.
    """
    row = books.execute(
        "select * from payment where id = ? and invoice_id = ?", (payment_id, invoice_id)
    ).fetchone()
    if row is None:
        return
    invoice = invoice_row(books, invoice_id)
    if invoice["status"] == VOID:
        raise InvalidTransition(f"invoice {invoice['number']} is void and stays as it is")
    now = totals(books, invoice)
    if row["kind"] == "payment" and now.paid < row["amount_minor"]:
        raise InvalidTransition(f"payment {payment_id} was given back in part: delete the refund first")
    if row["kind"] == "refund" and now.total - now.paid < row["amount_minor"]:
        raise InvalidTransition(
            f"without refund {payment_id} invoice {invoice['number']} would be paid more than it comes to: "
            "delete the payment after it first"
        )
    books.execute("delete from payment where id = ?", (payment_id,))


def reference_taken(reference: str) -> ReferenceReused:
    """Return the refusal for a reference that stands for other money."""
    return ReferenceReused(
        f"reference {reference!r} stands for another invoice or amount in these books; nothing was written"
    )


def _insert_payment(
    books: Books, invoice_id: str, kind: str, minor: int, paid_at: str, note: str, reference: str
) -> str:
    payment_id = new_id(books, "pay" if kind == "payment" else "ref")
    books.execute(
        "insert into payment values (?, ?, ?, ?, ?, ?, ?)",
        (payment_id, invoice_id, kind, minor, paid_at, note, reference),
    )
    return payment_id
