"""Payments recorded against invoices."""

from collections.abc import Mapping
from datetime import datetime

import attrs

from invoicekit.model.absence import MISSING, Absent
from invoicekit.model.headers import NO_HEADERS
from invoicekit.model.money import Money


@attrs.frozen(kw_only=True)
class Payment:
    """One payment the provider holds.

    Attributes:
        id: The provider's id; None where the answer to the write did not carry it and reading back
            was not possible.
        reference: The caller's reference, where this process knows it.
        paid_at: Aware UTC instant.
        note: The note as stored, our marker included.
        raw: Everything the provider sent.
        headers: Of the answer that brought it; rows of one page share theirs. See `Headers`.
    """

    id: str | None
    invoice_id: str
    amount: Money
    paid_at: datetime | Absent | None = MISSING
    note: str | Absent | None = MISSING
    author: str | Absent | None = MISSING
    reference: str | None = None
    raw: Mapping[str, object] = attrs.field(factory=dict, repr=False, eq=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False, eq=False)
