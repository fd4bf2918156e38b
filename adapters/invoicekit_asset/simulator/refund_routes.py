"""Refunds: the only way to refunded and partially_refunded."""

from collections.abc import Iterable

from invoicekit.simulate import Answer, Call, Route
from invoicekit_asset.simulator.behaviour import Repeat
from invoicekit_asset.simulator.books import ZERO, Books, Refund, RefundPart
from invoicekit_asset.simulator.exact_json import answer_json
from invoicekit_asset.simulator.fields import Body, body_of, query_text
from invoicekit_asset.simulator.paging import page_answer
from invoicekit_asset.simulator.refusal import BadField, BrokenRule
from invoicekit_asset.simulator.tenant import Tenant

PATH = "/v0/business/{business_id}"
_METHODS = frozenset({"cash", "check", "credit_card", "ach", "credit_balance", "other"})
_STATUSES = frozenset({"pending", "completed", "voided"})
_LONGEST = 255


class RefundRoutes:
    """The refund calls of one tenant."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        yield Route(
            operation="create_refund",
            method="POST",
            path=f"{PATH}/refund",
            answer=self._create,
            is_write=True,
        )
        yield Route(
            operation="list_refunds",
            method="GET",
            path=f"{PATH}/refunds",
            answer=self._list,
            is_write=False,
        )
        yield Route(
            operation="list_invoice_refunds",
            method="GET",
            path=f"{PATH}/invoice/{{invoice_id}}/refunds",
            answer=self._list_of_invoice,
            is_write=False,
        )
        yield Route(
            operation="apply_refund_payment",
            method="POST",
            path=f"{PATH}/refund-payment",
            answer=self._pay,
            is_write=True,
        )

    def _create(self, call: Call) -> Answer:
        tenant = self._tenant
        books = tenant.books(call)
        body = body_of(call)
        external_id = body.text("refund_external_id", most=_LONGEST)
        amount = body.amount("amount", above=ZERO)
        method = body.text("method")
        if method not in _METHODS:
            raise BadField(("body", "method"), "Input should be a method")
        refunded_at = body.instant("refunded_at")
        earlier = next((one for one in books.refunds.values() if one.external_id == external_id), None)
        if earlier is not None and tenant.behaviour.repeated_refund is not Repeat.ADD:
            if tenant.behaviour.repeated_refund is Repeat.REFUSE:
                raise tenant.refused(409, "A refund of this id exists")
            return answer_json({"data": tenant.writer(books).refund(earlier)}, status=201)
        parts = [self._part(books, part) for part in body.parts("invoices_to_refund")]
        if sum((part.amount for part in parts), ZERO) != amount:
            raise BrokenRule("The parts do not add up to the refund")
        refund = Refund(
            id=books.mint.take("rfu"),
            external_id=external_id,
            amount=amount,
            refunded_at=refunded_at,
            method=method,
            memo=body.optional_text("memo", most=_LONGEST),
            processor=body.optional_text("processor", most=_LONGEST),
            is_return=body.members.get("is_return") is True,
            parts=parts,
        )
        books.refunds[refund.id] = refund
        for part in parts:
            invoice = books.invoices[part.invoice_id]
            is_whole = books.refunded(invoice.id) >= invoice.total
            invoice.word = "refunded" if is_whole else "partially_refunded"
        return answer_json({"data": tenant.writer(books).refund(refund)}, status=201)

    def _part(self, books: Books, part: Body) -> RefundPart:
        invoice = self._tenant.invoice_in(books, part.text("invoice_id"))
        amount = part.amount("amount", above=ZERO)
        line_id = part.optional_text("invoice_line_id")
        left = invoice.paid - books.refunded(invoice.id)
        if amount > left:
            raise BrokenRule("More than was paid cannot be given back")
        if line_id is None and amount < invoice.total:
            raise BrokenRule("A partial refund must name the line")
        if line_id is not None and line_id not in {line.id for line in invoice.lines}:
            raise BrokenRule("The line is not on this invoice")
        return RefundPart(
            id=books.mint.take("rfi"),
            invoice_id=invoice.id,
            line_id=line_id,
            amount=amount,
            memo=part.optional_text("memo", most=_LONGEST),
        )

    def _list(self, call: Call) -> Answer:
        tenant = self._tenant
        books = tenant.books(call)
        status = query_text(call, "status")
        if status is not None and status not in _STATUSES:
            raise BadField(("query", "status"), "Input should be a status")
        writer = tenant.writer(books)
        documents = [writer.refund(refund) for refund in books.refunds.values()]
        rows = [document for document in documents if status in (None, document["status"])]
        return page_answer(call, rows, lambda document: document, tenant.behaviour.envelope)

    def _list_of_invoice(self, call: Call) -> Answer:
        books, invoice = self._tenant.invoice(call)
        writer = self._tenant.writer(books)
        rows = [
            refund
            for refund in books.refunds.values()
            if any(part.invoice_id == invoice.id for part in refund.parts)
        ]
        return answer_json({"data": [writer.refund(refund) for refund in rows]})

    def _pay(self, call: Call) -> Answer:
        tenant = self._tenant
        books = tenant.books(call)
        body = body_of(call)
        refund = books.refunds.get(body.text("refund_id"))
        transaction = books.transactions.get(body.text("transaction_id"))
        if refund is None or transaction is None:
            raise tenant.refused(404, "Refund or transaction not found")
        amount = body.optional_amount("payment_amount", least=ZERO)
        refund.payments.append(
            (books.mint.take("rfp"), transaction.id, abs(transaction.amount) if amount is None else amount)
        )
        return answer_json({"data": tenant.writer(books).refund(refund)}, status=201)
