"""Who is invoiced."""

from collections.abc import Mapping

import attrs

from invoicekit.model.absence import MISSING, Absent
from invoicekit.model.headers import NO_HEADERS


@attrs.frozen(kw_only=True)
class Customer:
    """One customer; providers also say client or contact.

    Attributes:
        raw: Everything the provider sent.
        headers: Of the answer that brought it; rows of one page share theirs. See `Headers`.
    """

    id: str
    name: str | Absent | None = MISSING
    email: str | Absent | None = MISSING
    address: str | Absent | None = MISSING
    note: str | Absent | None = MISSING
    currency: str | Absent | None = MISSING
    is_archived: bool | Absent | None = MISSING
    raw: Mapping[str, object] = attrs.field(factory=dict, repr=False, eq=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False, eq=False)
