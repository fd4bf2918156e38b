"""Invoices: list, read, create in batches, change status, lines and tags."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from invoicekit.simulate import Answer, Call, Route
from invoicekit_asset.simulator.behaviour import Generation, Verdict
from invoicekit_asset.simulator.books import STATUSES, Books, Invoice, Line
from invoicekit_asset.simulator.exact_json import answer_json
from invoicekit_asset.simulator.fields import Body, batch_of, body_of, query_instant
from invoicekit_asset.simulator.paging import page_answer
from invoicekit_asset.simulator.refusal import BadField, BrokenRule
from invoicekit_asset.simulator.tenant import Tenant

PATH = "/v0/business/{business_id}/invoice"
_BY_REFUND = frozenset({"refunded", "partially_refunded"})


class InvoiceRoutes:
    """The invoice calls of one tenant."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        one = PATH + "/{invoice_id}"
        yield Route(operation="list_invoices", method="GET", path=PATH, answer=self._list, is_write=False)
        yield Route(operation="get_invoice", method="GET", path=one, answer=self._get, is_write=False)
        yield Route(operation="create_invoices", method="POST", path=PATH, answer=self._create, is_write=True)
        yield Route(operation="update_invoice", method="PATCH", path=one, answer=self._update, is_write=True)

    def _list(self, call: Call) -> Answer:
        tenant = self._tenant
        books = tenant.books(call)
        start, end = query_instant(call, "due_at_start"), query_instant(call, "due_at_end")
        statuses = call.query.get("status", ()) if tenant.behaviour.filters_by_status else ()
        for word in statuses:
            if word not in STATUSES:
                raise BadField(("query", "status"), "Input should be a status")
        rows = [
            invoice
            for invoice in books.invoices.values()
            if (start is None or invoice.due_at >= start)
            and (end is None or invoice.due_at <= end)
            and (not statuses or invoice.status in statuses)
        ]
        return page_answer(call, rows, tenant.writer(books).invoice, tenant.behaviour.envelope)

    def _get(self, call: Call) -> Answer:
        books, invoice = self._tenant.invoice(call)
        return answer_json({"data": self._tenant.writer(books).invoice(invoice)})

    # --- create -------------------------------------------------------------------------------

    def _create(self, call: Call) -> Answer:
        tenant = self._tenant
        books = tenant.books(call)
        made: list[Invoice] = []
        errors: list[dict[str, str]] = []
        for item in batch_of(call):
            number = item.text("number")  # a batch that cannot be read is refused as a whole
            try:
                made.append(self._new(books, item, number, taken=made))
            except BrokenRule as fault:
                if not tenant.behaviour.tells_item_errors:
                    raise
                errors.append({"error": str(fault), "invoice_number": number})
        for invoice in made:
            invoice.actors.append(call.headers.get("x-user-id"))
            books.invoices[invoice.id] = invoice
        document: dict[str, object] = {"data": [tenant.writer(books).invoice(invoice) for invoice in made]}
        if tenant.behaviour.tells_item_errors:
            document["errors"] = errors
        return answer_json(document, status=tenant.behaviour.created_status)

    def _new(self, books: Books, item: Body, number: str, *, taken: Iterable[Invoice]) -> Invoice:
        behaviour = self._tenant.behaviour
        if behaviour.generation is not Generation.NEWEST and item.text("business_id") != books.business_id:
            raise BrokenRule("The invoice is another business's")
        description = item.text("description")
        lines = [self._line(line) for line in item.parts("lines")]
        due_at, sent_at = item.instant("due_at"), item.instant("sent_at")
        customer_id = self._customer_id(books, item)
        if behaviour.repeated_number is Verdict.REFUSE and any(
            one.number == number for one in (*books.invoices.values(), *taken)
        ):
            raise BrokenRule("An invoice of this number exists")
        return Invoice(
            id=books.mint.take("inv"),
            number=number,
            description=description,
            due_at=due_at,
            sent_at=sent_at,
            customer_id=customer_id,
            lines=lines,
            metadata=item.optional_mapping("metadata"),
            tags=_tags(item),
        )

    def _customer_id(self, books: Books, item: Body) -> str | None:
        identifier = item.optional_text("customer_id")
        external = item.optional_text("customer_external_id")
        if identifier is not None:
            if identifier not in books.customers:
                raise BrokenRule("Customer not found")
            return identifier
        if external is None:
            return None
        for customer in books.customers.values():
            if customer.external_id == external:
                return customer.id
        raise BrokenRule("Customer not found")

    def _line(self, line: Body) -> Line:
        if self._tenant.behaviour.generation is Generation.NEWEST:
            unit_price, quantity = line.amount("amount"), Decimal(1)
        else:
            unit_price, quantity = line.amount("unit_price"), line.amount("quantity")
        return Line(
            id=self._tenant.mint.take("inl"),
            description=line.text("description"),
            ledger_id=line.text("ledger_id"),
            unit_price=unit_price,
            quantity=quantity,
            metadata=line.optional_mapping("metadata") or line.optional_mapping("metadata_"),
        )

    # --- change -------------------------------------------------------------------------------

    def _update(self, call: Call) -> Answer:
        books, invoice = self._tenant.invoice(call)
        body = body_of(call)
        word = body.optional_text("status")
        if word is not None and word not in STATUSES:
            raise BadField(("body", "status"), "Input should be a status")
        changes = body.optional_mapping("line_changes")
        if self._tenant.behaviour.generation is not Generation.NEWEST and (changes or word is None):
            raise BadField(("body", "status"), "Field required")
        lines = invoice.lines if changes is None else self._changed_lines(invoice, changes)
        if word is not None:
            self._set_word(invoice, word)
        invoice.lines = lines
        if body.has("tags"):
            invoice.tags = _tags(body)
        invoice.actors.append(call.headers.get("x-user-id"))
        return answer_json({"data": self._tenant.writer(books).invoice(invoice)})

    def _changed_lines(self, invoice: Invoice, changes: Mapping[str, object]) -> list[Line]:
        wanted = Body(changes, ("body", "line_changes"))
        gone = wanted.texts("delete_lines")
        known = {line.id for line in invoice.lines}
        if not set(gone) <= known:
            raise BrokenRule("A line to delete is not on this invoice")
        added = [self._line(line) for line in wanted.parts("create_lines", least=0)]
        return [line for line in invoice.lines if line.id not in gone] + added

    def _set_word(self, invoice: Invoice, word: str) -> None:
        behaviour = self._tenant.behaviour
        before = invoice.status
        if before == "voided" and word != "voided" and behaviour.leave_voided is Verdict.REFUSE:
            raise BrokenRule("A voided invoice stays voided")
        if word == "voided" and invoice.payments and behaviour.void_paid is Verdict.REFUSE:
            raise BrokenRule("An invoice with payments cannot be voided")
        if word in _BY_REFUND and behaviour.refunded_by_patch is Verdict.REFUSE:
            raise BrokenRule("Refunds go through the refund call")
        if word == "paid" and before != "paid" and behaviour.paid_by_patch is Verdict.REFUSE:
            raise BrokenRule("Paid follows from payments")
        invoice.voided_at = self._tenant.now_text() if word == "voided" else None
        if word == "open":
            invoice.word = None if not invoice.payments or invoice.open_amount else "open"
        else:
            invoice.word = word


def _tags(body: Body) -> Mapping[str, str]:
    tags = body.optional_mapping("tags") or {}
    return {group: str(value) for group, value in tags.items()}
