"""What nobody has proved about Asset, as switches: a client must be right under every setting.

Each switch names an open question of the providers sheet, section 6, or a point in which versions of its
pages disagree. The defaults are the settings under which a careless client does the most harm.
"""

import enum

import attrs


class Verdict(enum.StrEnum):
    """Whether something is let through."""

    ACCEPT = "accept"
    REFUSE = "refuse"


class Generation(enum.StrEnum):
    """Which version of the pages the documents follow."""

    OLDEST = "oldest"
    """Lines by unit price and quantity, status, source and credit_amount; metadata_."""
    MIDDLE = "middle"
    """As the oldest; status and source shown."""
    NEWEST = "newest"
    """Lines by amount, metadata, tags, nullable transaction_id, is_write_off; errors[] beside data[]."""


class Envelope(enum.StrEnum):
    """How a page of a list is wrapped."""

    REFERENCE = "reference"
    """`data` and `pagination`."""
    GUIDE = "guide"
    """`records` and the two tokens beside it."""


class Expiry(enum.StrEnum):
    """What the token reply says about its end."""

    INSTANT = "instant"
    DURATION = "duration"
    ABSENT = "absent"


class Repeat(enum.StrEnum):
    """What a second creation with the caller's own id does."""

    ADD = "add"
    """A second record: the id is kept, not looked at."""
    RETURN_FIRST = "return_first"
    REFUSE = "refuse"


class ErrorShape(enum.StrEnum):
    """What an error answer looks like; its fields are on no page."""

    DETAIL = "detail"
    ERROR = "error"
    MESSAGE = "message"


class Matching(enum.StrEnum):
    """How the provider itself matches a transaction to an invoice."""

    OFF = "off"
    BY_DESCRIPTION = "by_description"
    """The invoice whose id or number stands in the description, else one of the same open amount."""
    BY_AMOUNT = "by_amount"
    """The oldest invoice of the same open amount, whoever's it is."""


@attrs.frozen(kw_only=True)
class Behaviour:
    """The settings of one simulator; values may be given as text.

    Attributes:
        generation: Which version of the documents is sent and taken.
        hides_status: True leaves status and source out of invoices, as the very newest samples do.
        envelope: How lists are wrapped.
        amounts_as_text: True sends amounts as decimal strings.
        tags_as_rows: True sends tags as rows of amount and value.
        expiry: What the token reply's expires_in is.
        longest_token_seconds: Tokens live no longer, whatever is asked for.
        transaction_lag_seconds: How long a transaction accepted with 202 stays invisible.
        filters_by_external_id: False ignores that filter, as before it was documented.
        filters_by_status: False ignores the invoice list's status filter.
        matching: Whether and how transactions are matched without being asked.
        match_after_seconds: How long after its acceptance a transaction is matched.
        repeated_transaction: A transaction_id that was used before.
        repeated_refund: A refund_external_id that was used before.
        repeated_customer: A customer external_id that was used before.
        repeated_number: An invoice number that is taken.
        reapplying: Applying a transaction again where it is applied already, or beyond its amount.
        overpaying: An explicit amount above what is open; accepted, the surplus becomes credit.
        paid_by_patch: PATCH status paid; accepted, it is only a word.
        refunded_by_patch: PATCH status refunded or partially_refunded.
        leave_voided: PATCH status away from voided.
        void_paid: PATCH status voided on an invoice that holds payments.
        pay_closed: A payment on a voided or uncollectible invoice.
        created_status: HTTP status of creations other than transactions.
        reports_batch_errors: False refuses the whole batch for one bad item, as the older generations do.
        error_shape: The fields of an error answer.
    """

    generation: Generation = attrs.field(default=Generation.NEWEST, converter=Generation)
    hides_status: bool = False
    envelope: Envelope = attrs.field(default=Envelope.REFERENCE, converter=Envelope)
    amounts_as_text: bool = False
    tags_as_rows: bool = False
    expiry: Expiry = attrs.field(default=Expiry.INSTANT, converter=Expiry)
    longest_token_seconds: int = 3600
    transaction_lag_seconds: float = 0.0
    filters_by_external_id: bool = True
    filters_by_status: bool = True
    matching: Matching = attrs.field(default=Matching.OFF, converter=Matching)
    match_after_seconds: float = 0.0
    repeated_transaction: Repeat = attrs.field(default=Repeat.ADD, converter=Repeat)
    repeated_refund: Repeat = attrs.field(default=Repeat.ADD, converter=Repeat)
    repeated_customer: Repeat = attrs.field(default=Repeat.ADD, converter=Repeat)
    repeated_number: Verdict = attrs.field(default=Verdict.ACCEPT, converter=Verdict)
    reapplying: Verdict = attrs.field(default=Verdict.ACCEPT, converter=Verdict)
    overpaying: Verdict = attrs.field(default=Verdict.ACCEPT, converter=Verdict)
    paid_by_patch: Verdict = attrs.field(default=Verdict.ACCEPT, converter=Verdict)
    refunded_by_patch: Verdict = attrs.field(default=Verdict.ACCEPT, converter=Verdict)
    leave_voided: Verdict = attrs.field(default=Verdict.ACCEPT, converter=Verdict)
    void_paid: Verdict = attrs.field(default=Verdict.ACCEPT, converter=Verdict)
    pay_closed: Verdict = attrs.field(default=Verdict.ACCEPT, converter=Verdict)
    created_status: int = 201
    reports_batch_errors: bool = True
    error_shape: ErrorShape = attrs.field(default=ErrorShape.DETAIL, converter=ErrorShape)

    @property
    def tells_item_errors(self) -> bool:
        """Whether a batch succeeds in parts, with errors[] beside data[]."""
        return self.reports_batch_errors and self.generation is Generation.NEWEST
