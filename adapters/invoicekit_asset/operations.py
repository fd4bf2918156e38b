"""Every request this adapter sends, declared as data: what one more send does, and what settles doubt."""

import attrs

from invoicekit.operation import Effect, Idempotency, Operation

GET_INVOICE = Operation(name="get_invoice")
LIST_INVOICES = Operation(name="list_invoices")
LIST_TRANSACTIONS = Operation(name="list_transactions")
LIST_REFUNDS = Operation(name="list_refunds")
LIST_INVOICE_REFUNDS = Operation(name="list_invoice_refunds")
LIST_CREDIT_MEMOS = Operation(name="list_credit_memos")
GET_CREDIT_MEMO = Operation(name="get_credit_memo")
LIST_CUSTOMERS = Operation(name="list_customers")
CUSTOMER_CREDITS = Operation(name="customer_credits")


@attrs.frozen(kw_only=True)
class Writes:
    """The declarations of all writes, for one configuration.

    No page names an idempotency header, so an append is told from its repeat by what can be read back:
    the transaction's own id, an invoice's or credit memo's number, a refund's external id, a customer's
    name. A payment from credit and a write-off carry nothing of the kind and are never repeated.

    Source: vendor docs; what a repeated transaction_id does is documented nowhere.
    Unverified: how long a write may stay invisible to reads; nobody declares a bound, so
        `settle_seconds` stays None unless the configuration gives one.
    """

    create_transaction: Operation
    record_payment: Operation
    apply_credit: Operation
    write_off: Operation
    refund: Operation
    create_credit_note: Operation
    void_credit_memo: Operation
    create_invoice: Operation
    create_invoices: Operation
    change_lines: Operation
    update_invoice: Operation
    set_status: Operation
    create_customer: Operation
    update_customer: Operation

    @classmethod
    def settling_within(cls, seconds: float | None) -> "Writes":
        """Declare every write, with the configured settle bound."""

        def value(name: str) -> Operation:
            return Operation(
                name=name,
                effect=Effect.SET,
                idempotency=Idempotency.SET_VALUE,
                settle_seconds=seconds,
            )

        def append(
            name: str,
            idempotency: Idempotency = Idempotency.NATURAL_KEY,
            *,
            before: bool = True,
            after: bool = True,
        ) -> Operation:
            return Operation(
                name=name,
                effect=Effect.APPEND,
                idempotency=idempotency,
                settle_seconds=seconds,
                looks_before=before,
                looks_after=after,
            )

        return cls(
            # A 202 is only an acceptance: `perform` itself looks whether the transaction is there.
            create_transaction=append("create_transaction", after=False),
            record_payment=append("record_payment"),
            apply_credit=append("apply_credit", Idempotency.NONE, before=False, after=False),
            write_off=append("write_off", Idempotency.NONE),
            refund=append("refund"),
            create_credit_note=append("create_credit_note", after=False),
            void_credit_memo=value("void_credit_memo"),
            create_invoice=append("create_invoice"),
            create_invoices=append("create_invoices", after=False),
            change_lines=append("change_lines", Idempotency.MARKER),
            update_invoice=value("update_invoice"),
            set_status=value("set_status"),
            create_customer=append("create_customer", after=False),
            update_customer=value("update_customer"),
        )
