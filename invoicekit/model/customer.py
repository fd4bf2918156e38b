"""Who is invoiced."""

from collections.abc import Mapping

import attrs

from invoicekit.model.absence import MISSING, Absent


@attrs.frozen(kw_only=True)
class Customer:
    """One customer; providers also say client or contact.

    Attributes:
        raw: Everything the provider sent.
    """

    id: str
    name: str | Absent | None = MISSING
    email: str | Absent | None = MISSING
    address: str | Absent | None = MISSING
    note: str | Absent | None = MISSING
    currency: str | Absent | None = MISSING
    is_archived: bool | Absent | None = MISSING
    raw: Mapping[str, object] = attrs.field(factory=dict, repr=False, eq=False)
