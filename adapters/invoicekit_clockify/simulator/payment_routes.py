"""Payments: list, add, delete."""

import re
from collections.abc import Iterable

from invoicekit.simulate import Answer, Call, Route
from invoicekit_clockify.simulator import refusal
from invoicekit_clockify.simulator.account import Account
from invoicekit_clockify.simulator.behaviour import NoteRewrite, Verdict
from invoicekit_clockify.simulator.fields import Body
from invoicekit_clockify.simulator.invoice import Invoice, Payment
from invoicekit_clockify.simulator.invoice_document import invoice_document, payment_document
from invoicekit_clockify.simulator.paging import PageRequest
from invoicekit_clockify.simulator.workspace import DAY

PATH = "/api/v1/workspaces/{workspace_id}/invoices/{invoice_id}/payments"
LONGEST_NOTE = 1000
_TAG = re.compile(r"<[^>]*>")


class PaymentRoutes:
    """The payment calls of one account: additive, no key, no comparison with earlier payments."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        yield Route(operation="list_payments", method="GET", path=PATH, answer=self._list, is_write=False)
        yield Route(operation="add_payment", method="POST", path=PATH, answer=self._add, is_write=True)
        yield Route(
            operation="delete_payment",
            method="DELETE",
            path=PATH + "/{payment_id}",
            answer=self._delete,
            is_write=True,
        )

    def _list(self, call: Call) -> Answer:
        account = self._account
        _, invoice = account.invoice(call)
        page = PageRequest.of_query(call, account.behaviour)
        until = account.payments_seen_until()
        seen = [payment for payment in invoice.payments if until is None or payment.recorded_at <= until]
        rows, headers = page.cut(seen, account.behaviour)
        return Answer.json([payment_document(payment) for payment in rows], headers=headers)

    def _add(self, call: Call) -> Answer:
        account = self._account
        behaviour = account.behaviour
        workspace, invoice = account.invoice(call)
        body = Body.of(call)
        amount = body.integer("amount", least=1)
        note = body.optional_text("note", most=LONGEST_NOTE) or ""
        if behaviour.payment_date_required or body.has("paymentDate"):
            date = body.instant("paymentDate")
        else:
            date = account.now_seconds()
        self._check_state(invoice, amount)
        payment = Payment(
            id=workspace.new_id("payment"),
            amount=amount,
            note=_rewritten(note, behaviour.note_rewrite),
            date=date if behaviour.keeps_time_of_day else date - date % DAY,
            author=account.caller(call).user_id,
            recorded_at=account.clock.monotonic(),
            status_before=invoice.status,
        )
        invoice.add_payment(payment)
        return Answer.json(invoice_document(account, workspace, invoice, is_fresh=True), status=201)

    def _check_state(self, invoice: Invoice, amount: int) -> None:
        behaviour = self._account.behaviour
        if invoice.status == "VOID" and behaviour.payment_on_void is Verdict.REFUSE:
            raise refusal.broken_rule("Payment on a voided invoice is not allowed")
        if invoice.status == "UNSENT" and behaviour.payment_on_unsent is Verdict.REFUSE:
            raise refusal.broken_rule("Payment on an unsent invoice is not allowed")
        if amount > invoice.balance and behaviour.overpayment is Verdict.REFUSE:
            raise refusal.broken_rule(f"Payment of {amount} is above the balance")

    def _delete(self, call: Call) -> Answer:
        workspace, invoice = self._account.invoice(call)
        identifier = call.params["payment_id"]
        payment = next((one for one in invoice.payments if one.id == identifier), None)
        if payment is None:
            raise refusal.missing("Payment", identifier)
        invoice.remove_payment(payment)
        return Answer.json(invoice_document(self._account, workspace, invoice, is_fresh=True))


def _rewritten(note: str, rewrite: NoteRewrite) -> str:
    match rewrite:
        case NoteRewrite.KEEP:
            return note
        case NoteRewrite.TRIM:
            return note.strip()
        case NoteRewrite.STRIP_HTML:
            return _TAG.sub("", note)
        case NoteRewrite.DROP:
            return ""
