"""Every request this adapter sends, declared as data: what one more send does, and what settles doubt."""

import attrs

from invoicekit.operation import Effect, Idempotency, Operation

GET_INVOICE = Operation(name="get_invoice")
LIST_INVOICES = Operation(name="list_invoices", timeout_seconds=60.0)
LIST_BILLABLES = Operation(name="list_billables", timeout_seconds=60.0)
LIST_TIME_ENTRIES = Operation(name="list_time_entries", timeout_seconds=60.0)
GET_TIME_ENTRY = Operation(name="get_time_entry")
LIST_CUSTOMERS = Operation(name="list_customers", timeout_seconds=60.0)
LIST_CONTRACTS = Operation(name="list_contracts", timeout_seconds=60.0)
GET_CONTRACT = Operation(name="get_contract")
LIST_PROJECTS = Operation(name="list_projects", timeout_seconds=60.0)
GET_HEALTH = Operation(name="get_health")
GET_PDF_LINK = Operation(name="get_pdf_link")
DOWNLOAD_PDF = Operation(name="download_pdf", timeout_seconds=60.0)


@attrs.frozen(kw_only=True)
class Writes:
    """The declarations of all writes, for one configuration.

    No page mentions an idempotency key. Appends are told from their repeats by an invoice's number within
    its contract, a client's name, a contract's name within its client, and a referenceId on every line and
    time entry.
    Everything else sets a value that a read shows.

    Unverified: how long a write may stay invisible to reads; nobody declares a bound, so `settle_seconds`
        stays None unless the configuration gives one.
    """

    record_payment: Operation
    create_invoice: Operation
    add_lines: Operation
    update_invoice: Operation
    set_status: Operation
    mark_time_entries: Operation
    create_customer: Operation
    create_contract: Operation
    create_time_entry: Operation
    delete_customer: Operation
    delete_contract: Operation

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

        def append(name: str, idempotency: Idempotency) -> Operation:
            return Operation(name=name, effect=Effect.APPEND, idempotency=idempotency, settle_seconds=seconds)

        return cls(
            record_payment=value("record_payment"),
            create_invoice=append("create_invoice", Idempotency.NATURAL_KEY),
            add_lines=append("add_lines", Idempotency.MARKER),
            update_invoice=value("update_invoice"),
            # One name for finalizing and voiding: a void never overtakes a finalize that is in doubt.
            set_status=value("set_status"),
            # One name for linking and unlinking, for the same reason.
            mark_time_entries=value("mark_time_entries"),
            create_customer=append("create_customer", Idempotency.NATURAL_KEY),
            create_contract=append("create_contract", Idempotency.NATURAL_KEY),
            create_time_entry=append("create_time_entry", Idempotency.MARKER),
            delete_customer=value("delete_customer"),
            delete_contract=value("delete_contract"),
        )
