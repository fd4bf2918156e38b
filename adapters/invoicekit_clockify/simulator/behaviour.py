"""What nobody has proved about Clockify, as switches: a client must be right under every setting.

Each switch names an open question of the providers/clockify sheet, section 12, or a habit seen only at
times. The defaults are the settings under which a careless client does the most harm.
"""

import enum

import attrs


class Verdict(enum.StrEnum):
    """Whether something is let through."""

    ACCEPT = "accept"
    REFUSE = "refuse"


class PaidByPatch(enum.StrEnum):
    """What PATCH status PAID does while money is still owed."""

    REFUSE = "refuse"
    FLAG = "flag"
    PAYMENT = "payment"


class Keeping(enum.StrEnum):
    """Whether something survives."""

    KEEP = "keep"
    DROP = "drop"


class BadIdInBatch(enum.StrEnum):
    """What PATCH invoiced does with a batch that holds an unknown id."""

    REFUSE_ALL = "refuse_all"
    PARTIAL = "partial"
    SKIP = "skip"


class NoteRewrite(enum.StrEnum):
    """What becomes of a payment's note."""

    KEEP = "keep"
    TRIM = "trim"
    STRIP_HTML = "strip_html"
    DROP = "drop"


class MissingPercent(enum.StrEnum):
    """What a PUT without its percent fields does."""

    REFUSE = "refuse"
    ZERO = "zero"


@attrs.frozen(kw_only=True)
class Behaviour:
    """The settings of one simulator; values may be given as text.

    Attributes:
        paid_by_patch: PATCH PAID with a positive balance is refused, flips the flag, or records a payment.
        sent_from_paid: PATCH SENT on a paid invoice keeps its payments, or drops them.
        overpayment: A payment above the balance.
        payment_on_void: A payment on a VOID invoice.
        payment_on_unsent: A payment on an UNSENT invoice.
        duplicate_number: A second invoice of the same number.
        leave_void: PATCH status away from VOID.
        edit_settled: PUT on a PAID, PARTIALLY_PAID or VOID invoice; the vendor's own pages do not offer it.
        read_only_in_put: amount, status and the like in a PUT body; accepted means ignored.
        missing_percent: A PUT without taxPercent, tax2Percent or discountPercent.
        bad_id_in_batch: Refuse the whole batch; mark the others and still refuse; mark the others silently.
        unmark_imported: Unmarking an imported entry keeps or drops its link to the invoice line.
        note_rewrite: The note comes back as sent, trimmed, without tags, or not at all.
        payment_date_required: False makes a payment without paymentDate one of today.
        keeps_time_of_day: False cuts a payment's date to midnight.
        report_lag_seconds: How long the report shows an entry's former invoiced state.
        payment_lag_seconds: How long reads do not show a new payment.
        sends_last_page: Lists carry Last-Page.
        sends_last_page_on_search: So do invoice search and report.
        short_pages: Every page holds one row less than asked for, though more follow.
        largest_page: The largest page-size of lists.
        largest_report_page: The largest pageSize of the detailed report.
    """

    paid_by_patch: PaidByPatch = attrs.field(default=PaidByPatch.REFUSE, converter=PaidByPatch)
    sent_from_paid: Keeping = attrs.field(default=Keeping.KEEP, converter=Keeping)
    overpayment: Verdict = attrs.field(default=Verdict.ACCEPT, converter=Verdict)
    payment_on_void: Verdict = attrs.field(default=Verdict.REFUSE, converter=Verdict)
    payment_on_unsent: Verdict = attrs.field(default=Verdict.ACCEPT, converter=Verdict)
    duplicate_number: Verdict = attrs.field(default=Verdict.ACCEPT, converter=Verdict)
    leave_void: Verdict = attrs.field(default=Verdict.ACCEPT, converter=Verdict)
    edit_settled: Verdict = attrs.field(default=Verdict.ACCEPT, converter=Verdict)
    read_only_in_put: Verdict = attrs.field(default=Verdict.REFUSE, converter=Verdict)
    missing_percent: MissingPercent = attrs.field(default=MissingPercent.REFUSE, converter=MissingPercent)
    bad_id_in_batch: BadIdInBatch = attrs.field(default=BadIdInBatch.REFUSE_ALL, converter=BadIdInBatch)
    unmark_imported: Keeping = attrs.field(default=Keeping.KEEP, converter=Keeping)
    note_rewrite: NoteRewrite = attrs.field(default=NoteRewrite.KEEP, converter=NoteRewrite)
    payment_date_required: bool = True
    keeps_time_of_day: bool = True
    report_lag_seconds: float = 0.0
    payment_lag_seconds: float = 0.0
    sends_last_page: bool = True
    sends_last_page_on_search: bool = False
    short_pages: bool = False
    largest_page: int = 5000
    largest_report_page: int = 1000
