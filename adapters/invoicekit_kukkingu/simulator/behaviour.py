"""What nobody has proved about Kukkingu, as switches: a client must be right under every setting.

Each switch names an open question of the providers sheet, section 6. The defaults are the settings under
which a careless client does the most harm.
"""

import enum

import attrs


class Verdict(enum.StrEnum):
    """Whether something is let through."""

    ACCEPT = "accept"
    REFUSE = "refuse"


class Amounts(enum.StrEnum):
    """How an invoice's amountMinor and its billables hang together."""

    FREE = "free"
    """They are two statements that nobody compares."""
    COMPUTED = "computed"
    """The amount sent is dropped; the billables' sum stands in its place."""
    CHECKED = "checked"
    """A draft whose billables come to another sum cannot be finalized."""


class BillableAmount(enum.StrEnum):
    """What a billable's amountMinor says."""

    UNIT_PRICE = "unit_price"
    LINE_TOTAL = "line_total"


class BadMember(enum.StrEnum):
    """What a call does that holds one bad billable."""

    REFUSE_ALL = "refuse_all"
    PARTIAL = "partial"


@attrs.frozen(kw_only=True)
class Behaviour:
    """The settings of one simulator; values may be given as text.

    Attributes:
        get_invoice: Whether there is a route to read one invoice; no page shows it.
        created_status: What creating answers with, 200 or 201.
        locked_status: What a status lock answers with.
        duplicate_number: A second invoice of the same number.
        void_draft: Voiding a draft.
        void_paid: Voiding an invoice whose paidAt is set.
        void_keeps_paid_at: False takes paidAt away with the voiding.
        act_again: Finalizing what is finalized, voiding what is void; accepted means nothing changes.
        put_unlinks: False keeps an entry's billable where a PUT leaves billableId out.
        amounts: How an invoice's amount and its billables hang together.
        billable_amount: What a billable's amount says.
        bad_billable: Refuse the whole call, or keep the good ones and refuse all the same.
        lines_of_locked: Adding a billable to an invoice that is no draft.
        unlinked_is_null: An unbilled entry shows a null, where it otherwise shows nothing.
        expands: False answers with ids whatever `expand` asks for.
        keeps_instants: True answers instants as they were sent, False as a server's clock prints them.
        draft_pdf: A PDF of a draft.
        lag_seconds: How long reads of invoices, billables and entries show the former state.
    """

    get_invoice: bool = True
    created_status: int = 201
    locked_status: int = 409
    duplicate_number: Verdict = attrs.field(default=Verdict.ACCEPT, converter=Verdict)
    void_draft: Verdict = attrs.field(default=Verdict.ACCEPT, converter=Verdict)
    void_paid: Verdict = attrs.field(default=Verdict.ACCEPT, converter=Verdict)
    void_keeps_paid_at: bool = True
    act_again: Verdict = attrs.field(default=Verdict.REFUSE, converter=Verdict)
    put_unlinks: bool = True
    amounts: Amounts = attrs.field(default=Amounts.FREE, converter=Amounts)
    billable_amount: BillableAmount = attrs.field(default=BillableAmount.UNIT_PRICE, converter=BillableAmount)
    bad_billable: BadMember = attrs.field(default=BadMember.REFUSE_ALL, converter=BadMember)
    lines_of_locked: Verdict = attrs.field(default=Verdict.REFUSE, converter=Verdict)
    unlinked_is_null: bool = False
    expands: bool = True
    keeps_instants: bool = False
    draft_pdf: Verdict = attrs.field(default=Verdict.ACCEPT, converter=Verdict)
    lag_seconds: float = 0.0
