"""What a tenant keeps: frozen records, so that a change is a new record and the old one stays tellable."""

from collections.abc import Mapping

import attrs


@attrs.frozen(kw_only=True)
class Client:
    """A customer."""

    id: str
    created_at: str
    updated_at: str
    name: str
    description: str | None = None
    order: int | None = None


@attrs.frozen(kw_only=True)
class Contract:
    """What is agreed with a client; its invoices hang on it."""

    id: str
    created_at: str
    updated_at: str
    client_id: str
    name: str
    amount: int
    currency: str
    description: str | None = None
    order: int | None = None
    valid_from: str | None = None
    valid_to: str | None = None


@attrs.frozen(kw_only=True)
class Project:
    """What time is tracked on."""

    id: str
    created_at: str
    updated_at: str
    contract_id: str
    name: str
    description: str | None = None
    order: int | None = None


@attrs.frozen(kw_only=True)
class Invoice:
    """An invoice.

    Attributes:
        status: DRAFT, FINALIZED or VOID.
        amount: As sent, in minor units; `Behaviour.amounts` says whether it is what is shown.
        issued_at, due_at, paid_at: As sent; None where they were never set.
    """

    id: str
    created_at: str
    updated_at: str
    contract_id: str
    number: str
    exchange_rate: int | float
    currency: str
    amount: int
    status: str = "DRAFT"
    issued_at: str | None = None
    due_at: str | None = None
    paid_at: str | None = None


@attrs.frozen(kw_only=True)
class Billable:
    """A line of an invoice."""

    id: str
    created_at: str
    updated_at: str
    invoice_id: str
    description: str
    quantity: int | float
    amount: int
    currency: str
    reference_type: str | None = None
    reference_id: str | None = None
    metadata: Mapping[str, str] | None = None
    order: int | None = None


@attrs.frozen(kw_only=True)
class TimeEntry:
    """A stretch of time on one day; it is billed while it hangs on a billable."""

    id: str
    created_at: str
    updated_at: str
    project_id: str
    date: str
    seconds: int
    billable_id: str | None = None
    description: str | None = None
    reference_source: str | None = None
    reference_id: str | None = None


@attrs.frozen(kw_only=True)
class Deed:
    """One change that took effect, for those who judge a client.

    Attributes:
        kind: "finalize", "void", "set_paid_at", "link", "unlink" and the like.
        target: The id of what changed.
        value: What it changed to, where that matters.
    """

    kind: str
    target: str
    value: str = ""
