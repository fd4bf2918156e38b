"""Every write of the books, declared as data: what one more does, and what tells it from a second effect.

Reads send nothing and need no declaration. A commit is visible at once: nothing can turn up later, so
the settle bound of every write is zero.
"""

from invoicekit.adapter import Effect, Idempotency, Operation


def _append(name: str, idempotency: Idempotency) -> Operation:
    return Operation(
        name=name, effect=Effect.APPEND, idempotency=idempotency, settle_seconds=0.0, looks_after=False
    )


def _value(name: str) -> Operation:
    return Operation(
        name=name,
        effect=Effect.SET,
        idempotency=Idempotency.SET_VALUE,
        settle_seconds=0.0,
        looks_after=False,
    )


CREATE_INVOICE = _append("create_invoice", Idempotency.NATURAL_KEY)
UPDATE_INVOICE = _value("update_invoice")
SET_STATUS = _value("set_status")
DELETE_INVOICE = _value("delete_invoice")
DUPLICATE_INVOICE = _append("duplicate_invoice", Idempotency.NONE)
RECORD_PAYMENT = _append("record_payment", Idempotency.NATURAL_KEY)
DELETE_PAYMENT = _value("delete_payment")
REFUND = _append("refund", Idempotency.NATURAL_KEY)
CREATE_CREDIT_NOTE = _append("create_credit_note", Idempotency.NATURAL_KEY)
MARK_TIME_ENTRIES = _value("mark_time_entries")
LINK_TIME_ENTRIES = _value("link_time_entries")
CREATE_CUSTOMER = _append("create_customer", Idempotency.NATURAL_KEY)
