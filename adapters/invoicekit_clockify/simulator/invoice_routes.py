"""Invoices: list, create, get, replace, status, delete, duplicate, export."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

import attrs

from invoicekit.simulate import Answer, Call, Route
from invoicekit_clockify.simulator import refusal
from invoicekit_clockify.simulator.account import Account
from invoicekit_clockify.simulator.behaviour import Keeping, MissingPercent, PaidByPatch, Verdict
from invoicekit_clockify.simulator.entries import Mark
from invoicekit_clockify.simulator.fields import Body, query_choice, query_text, query_texts
from invoicekit_clockify.simulator.invoice import (
    SETTLED,
    STATUSES,
    TAX_TYPES,
    ZERO_FIELDS,
    Invoice,
    Item,
    Payment,
)
from invoicekit_clockify.simulator.invoice_document import created_document, invoice_document, invoice_row
from invoicekit_clockify.simulator.paging import PageRequest
from invoicekit_clockify.simulator.pdf import invoice_pdf
from invoicekit_clockify.simulator.workspace import Workspace

PATH = "/api/v1/workspaces/{workspace_id}/invoices"
SORT_ORDERS = ("ASCENDING", "DESCENDING")
READ_ONLY = frozenset(
    {
        *("id", "amount", "paid", "balance", "status", "subtotal", "items", "userId"),
        *("discountAmount", "taxAmount", "tax2Amount"),
    }
)


def invoice_sort_keys(workspace: Workspace) -> dict[str, Callable[[Invoice], object]]:
    """Return what each sort column compares."""
    return {
        "ID": lambda invoice: invoice.id,
        "CLIENT": lambda invoice: workspace.clients[invoice.client_id].name,
        "DUE_ON": lambda invoice: invoice.due,
        "ISSUE_DATE": lambda invoice: invoice.issued,
        "AMOUNT": lambda invoice: invoice.amount,
        "BALANCE": lambda invoice: invoice.balance,
    }


class InvoiceRoutes:
    """The invoice calls of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        one = PATH + "/{invoice_id}"
        yield Route(operation="list_invoices", method="GET", path=PATH, answer=self._list, is_write=False)
        yield Route(operation="create_invoice", method="POST", path=PATH, answer=self._create, is_write=True)
        yield Route(operation="get_invoice", method="GET", path=one, answer=self._get, is_write=False)
        yield Route(operation="update_invoice", method="PUT", path=one, answer=self._replace, is_write=True)
        yield Route(operation="delete_invoice", method="DELETE", path=one, answer=self._delete, is_write=True)
        yield Route(
            operation="set_status",
            method="PATCH",
            path=one + "/status",
            answer=self._set_status,
            is_write=True,
        )
        yield Route(
            operation="duplicate_invoice",
            method="POST",
            path=one + "/duplicate",
            answer=self._duplicate,
            is_write=True,
        )
        yield Route(
            operation="export_invoice",
            method="GET",
            path=one + "/export",
            answer=self._export,
            is_write=False,
        )

    def _list(self, call: Call) -> Answer:
        account = self._account
        workspace = account.billing(call)
        page = PageRequest.of_query(call, account.behaviour)
        wanted = query_texts(call, "statuses")
        for status in wanted:
            if status not in STATUSES:
                raise refusal.unreadable_parameter("statuses", status)
        sort_keys = invoice_sort_keys(workspace)
        column = query_choice(call, "sort-column", sort_keys)
        order = query_choice(call, "sort-order", SORT_ORDERS)
        invoices: Sequence[Invoice] = list(workspace.invoices.values())
        if wanted:
            now, as_of = account.now_seconds(), account.payments_seen_until()
            invoices = [one for one in invoices if one.shown_status(now=now, as_of=as_of) in wanted]
        if column is not None or order is not None:
            invoices = sorted(
                invoices,
                key=lambda one: (sort_keys[column or "ID"](one), one.id),
                reverse=order == "DESCENDING",
            )
        rows, headers = page.cut(invoices, account.behaviour)
        listed = [invoice_row(account, workspace, invoice) for invoice in rows]
        return Answer.json({"total": len(invoices), "invoices": listed}, headers=headers)

    def _create(self, call: Call) -> Answer:
        account = self._account
        workspace = account.billing(call)
        body = Body.of(call)
        client_id = body.text("clientId", least=1)
        currency = body.text("currency", least=1, most=100)
        due, issued = body.instant("dueDate"), body.instant("issuedDate")
        number = body.text("number", least=1)
        body.optional_choice("timeViewMode", ("TIME_SENSITIVE_VIEW", "AGGREGATED_TIME_VIEW"), "")
        if client_id not in workspace.clients:
            raise refusal.missing("Client", client_id)
        self._check_number(workspace, number)
        # note and subject are not read here: the settings' placeholders stand in their place.
        invoice = workspace.add_invoice(
            client_id=client_id, number=number, currency=currency, issued=issued, due=due
        )
        invoice.user_id = account.caller(call).user_id
        return Answer.json(created_document(invoice), status=201)

    def _get(self, call: Call) -> Answer:
        workspace, invoice = self._account.invoice(call)
        return Answer.json(invoice_document(self._account, workspace, invoice, is_fresh=False))

    def _replace(self, call: Call) -> Answer:
        account = self._account
        workspace, invoice = account.invoice(call)
        body = Body.of(call)
        if account.behaviour.read_only_in_put is Verdict.REFUSE:
            for name in body.members:
                if name in READ_ONLY:
                    raise refusal.unreadable_body(f"{name} cannot be set")
        is_settled = invoice.status in SETTLED or invoice.status == "VOID"
        if is_settled and account.behaviour.edit_settled is Verdict.REFUSE:
            raise refusal.broken_rule(f"Invoice in status {invoice.status} can't be edited")
        for name, value in self._read_replacement(workspace, invoice, body).items():
            setattr(invoice, name, value)
        return Answer.json(invoice_document(account, workspace, invoice, is_fresh=True))

    def _read_replacement(self, workspace: Workspace, invoice: Invoice, body: Body) -> dict[str, object]:
        """Read all that PUT sets: what the body leaves out is wiped. Unverified: that clientId is not."""
        client_id = body.optional_text("clientId") or invoice.client_id
        if client_id not in workspace.clients:
            raise refusal.missing("Client", client_id)
        number = body.text("number", least=1)
        self._check_number(workspace, number, besides=invoice.id)
        has_zero_fields = body.has("visibleZeroFields")
        zero_fields = body.choices("visibleZeroFields", ZERO_FIELDS) if has_zero_fields else []
        return {
            "client_id": client_id,
            "number": number,
            "currency": body.text("currency", least=1, most=100),
            "due": body.instant("dueDate"),
            "issued": body.instant("issuedDate"),
            "discount": self._percent(body, "discountPercent"),
            "tax": self._percent(body, "taxPercent"),
            "tax2": self._percent(body, "tax2Percent"),
            "tax_type": body.optional_choice("taxType", TAX_TYPES, "NONE"),
            "company_id": body.optional_text("companyId") or "",
            "note": body.optional_text("note") or "",
            "subject": body.optional_text("subject") or "",
            "bill_from": body.optional_text("billFrom") or "",
            "client_address": body.optional_text("clientAddress") or "",
            "visible_zero_fields": tuple(zero_fields),
        }

    def _percent(self, body: Body, name: str) -> Decimal:
        is_lenient = self._account.behaviour.missing_percent is MissingPercent.ZERO
        if is_lenient and not body.has(name):
            return Decimal(0)
        percent = Decimal(str(body.number(name)))
        if not 0 <= percent <= 100:
            raise refusal.broken_rule(f"{name} must be 0 to 100: {percent}")
        return percent

    def _check_number(self, workspace: Workspace, number: str, *, besides: str | None = None) -> None:
        if self._account.behaviour.duplicate_number is Verdict.ACCEPT:
            return
        if workspace.is_number_taken(number, besides=besides):
            raise refusal.broken_rule(f"Invoice number {number} is already used")

    def _set_status(self, call: Call) -> Answer:
        account = self._account
        workspace, invoice = account.invoice(call)
        status = Body.of(call).choice("invoiceStatus", STATUSES)
        behaviour = account.behaviour
        if invoice.status == "VOID" and status != "VOID" and behaviour.leave_void is Verdict.REFUSE:
            raise refusal.broken_rule("Voided invoice can't change its status")
        if status == "PAID" and invoice.balance > 0:
            self._mark_paid(call, workspace, invoice)
            return Answer()
        is_reopened = status == "SENT" and invoice.status in SETTLED
        if status == "UNSENT" or (is_reopened and behaviour.sent_from_paid is Keeping.DROP):
            invoice.drop_payments()
        invoice.status = status
        return Answer()

    def _mark_paid(self, call: Call, workspace: Workspace, invoice: Invoice) -> None:
        account = self._account
        choice = account.behaviour.paid_by_patch
        if choice is PaidByPatch.REFUSE:
            raise refusal.broken_rule("Invoice has an unpaid amount")
        if choice is PaidByPatch.FLAG:
            invoice.status = "PAID"
            return
        payment = Payment(
            id=workspace.new_id("payment"),
            amount=invoice.balance,
            note="",
            date=account.now_seconds(),
            author=account.caller(call).user_id,
            recorded_at=account.clock.monotonic(),
            status_before=invoice.status,
        )
        invoice.add_payment(payment)

    def _delete(self, call: Call) -> Answer:
        account = self._account
        workspace, invoice = account.invoice(call)
        for item in invoice.items:
            release(account, workspace, invoice, item)
        del workspace.invoices[invoice.id]
        return Answer()

    def _duplicate(self, call: Call) -> Answer:
        workspace, invoice = self._account.invoice(call)
        copy = attrs.evolve(
            invoice,
            id=workspace.new_id("invoice"),
            number=workspace.next_number(),
            status="UNSENT",
            open_status="UNSENT",
            items=[attrs.evolve(item, entries=()) for item in invoice.items],
            payments=[],
        )
        workspace.invoices[copy.id] = copy
        return Answer.json(invoice_document(self._account, workspace, copy, is_fresh=True), status=201)

    def _export(self, call: Call) -> Answer:
        _, invoice = self._account.invoice(call)
        if query_text(call, "userLocale") is None:
            raise refusal.missing_parameter("userLocale")
        return Answer(body=invoice_pdf(invoice), content_type="application/pdf")


def release(account: Account, workspace: Workspace, invoice: Invoice, item: Item) -> None:
    """Make the entries of a line uninvoiced again, as far as they are still billed by its invoice."""
    store = workspace.entries
    store.mark(
        [number for number in item.entries if store.mark_of(number).invoice_id == invoice.id],
        Mark(invoiced=False, invoice_id=None),
        now=account.clock.monotonic(),
        lag_seconds=account.behaviour.report_lag_seconds,
    )
