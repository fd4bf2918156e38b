"""Which of a provider's payments is what we record, or recorded, from a statement line."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

import attrs

from invoicekit.guard import marker_of
from invoicekit.journal import IntentKey
from invoicekit.model import Payment
from invoicekit.reconcile.identity import payment_reference
from invoicekit.service import InvoiceService

_OPERATION = "record_payment"


@attrs.frozen(kw_only=True)
class Account:
    """Where payments are recorded.

    Attributes:
        keeps_notes: Whether payments there carry a note.
    """

    provider: str
    name: str
    keeps_notes: bool = True

    @classmethod
    def of(cls, service: InvoiceService) -> "Account":
        """Return the account that a service works on."""
        fields = service.capabilities().fields_of(Payment)
        keeps_notes = fields is None or "note" in fields.carried
        return cls(provider=service.provider, name=service.account, keeps_notes=keeps_notes)

    def find(
        self, payments: Iterable[Payment], *, line_id: str, invoice_id: str, booked: date
    ) -> Payment | None:
        """Return the payment that was recorded from a line, where the provider shows it.

        It is told by the marker or the reference in it. A provider that keeps neither shows when it was
        paid, and then a payment of that instant is taken for ours: whoever records it asks the provider
        under the reference, which tells them apart.
        """
        reference = payment_reference(line_id, invoice_id)
        marker = marker_of(IntentKey(self.provider, self.name, _OPERATION, reference))
        listed = list(payments)
        for payment in listed:
            words = payment.note.split() if isinstance(payment.note, str) else ()
            if reference == payment.reference or marker in words or marker == payment.id:
                return payment
        for payment in listed:
            shows_itself = isinstance(payment.note, str) or payment.reference is not None
            if not shows_itself and payment.paid_at == paid_at(booked):
                return payment
        return None


def paid_at(booked: date) -> datetime:
    """Return the instant that a booking day stands for: noon in UTC, which is that day nearly everywhere."""
    return datetime.combine(booked, time(12), tzinfo=UTC)
