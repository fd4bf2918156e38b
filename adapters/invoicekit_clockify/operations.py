"""Every request this adapter sends, declared as data: what one more send does, and what settles doubt."""

import attrs

from invoicekit.operation import Effect, Idempotency, Operation

GET_INVOICE = Operation(name="get_invoice")
LIST_INVOICES = Operation(name="list_invoices")
SEARCH_INVOICES = Operation(name="search_invoices")
LIST_PAYMENTS = Operation(name="list_payments")
EXPORT_PDF = Operation(name="export_pdf", timeout_seconds=60.0)
GET_SETTINGS = Operation(name="get_invoice_settings")
LIST_CUSTOMERS = Operation(name="list_customers")
GET_CUSTOMER = Operation(name="get_customer")
LIST_PROJECTS = Operation(name="list_projects")
GET_PROJECT = Operation(name="get_project")
LIST_USERS = Operation(name="list_users")
GET_CURRENT_USER = Operation(name="get_current_user")
LIST_WORKSPACES = Operation(name="list_workspaces")
GET_WORKSPACE = Operation(name="get_workspace")
LIST_USER_TIME_ENTRIES = Operation(name="list_user_time_entries")
GET_TIME_ENTRY = Operation(name="get_time_entry")
GET_TIME_ENTRIES = Operation(name="get_time_entries")
DETAILED_REPORT = Operation(name="detailed_report", timeout_seconds=60.0)


@attrs.frozen(kw_only=True)
class Writes:
    """The declarations of all writes, for one configuration.

    Clockify reads no idempotency key: the same key sent twice made two objects. So an append is told
    from its repeat by what can be read back: a marker in the payment's note, an invoice's number, a
    client's name. Items and duplicates carry nothing of the kind and are never repeated.

    Source: peers' live probes of 2026 (idempotency keys ignored; a repeated payment makes a second one).
    Unverified: how long a write may stay invisible to reads; nobody declares a bound, so
        `settle_seconds` stays None unless the configuration gives one.
    """

    record_payment: Operation
    delete_payment: Operation
    create_invoice: Operation
    complete_invoice: Operation
    add_line: Operation
    update_invoice: Operation
    set_status: Operation
    delete_invoice: Operation
    duplicate_invoice: Operation
    add_item: Operation
    remove_item: Operation
    import_items: Operation
    import_time_entries: Operation
    mark_time_entries: Operation
    create_customer: Operation
    update_settings: Operation

    @classmethod
    def settling_within(cls, seconds: float | None) -> "Writes":
        """Declare every write, with the configured settle bound."""

        def value(name: str, *, looks: bool = True) -> Operation:
            return Operation(
                name=name,
                effect=Effect.SET,
                idempotency=Idempotency.SET_VALUE,
                settle_seconds=seconds,
                looks_before=looks,
                looks_after=looks,
            )

        def append(name: str, idempotency: Idempotency = Idempotency.NONE) -> Operation:
            # Without a key of any kind, a look before the send could tell nothing.
            looks = idempotency is not Idempotency.NONE
            return Operation(
                name=name,
                effect=Effect.APPEND,
                idempotency=idempotency,
                settle_seconds=seconds,
                looks_before=looks,
                looks_after=looks,
            )

        return cls(
            record_payment=append("record_payment", Idempotency.MARKER),
            delete_payment=value("delete_payment"),
            create_invoice=append("create_invoice", Idempotency.NATURAL_KEY),
            complete_invoice=value("complete_invoice"),
            add_line=append("add_line", Idempotency.NATURAL_KEY),
            update_invoice=value("update_invoice"),
            set_status=value("set_status"),
            delete_invoice=value("delete_invoice"),
            duplicate_invoice=append("duplicate_invoice"),
            add_item=append("add_item"),
            remove_item=append("remove_item"),
            import_items=append("import_items"),
            import_time_entries=append("import_time_entries", Idempotency.NATURAL_KEY),
            mark_time_entries=value("mark_time_entries", looks=False),
            create_customer=append("create_customer", Idempotency.NATURAL_KEY),
            update_settings=value("update_invoice_settings"),
        )
