"""Lines of invoices: list, read, create by the hundred, change, delete."""

from collections.abc import Iterable

import attrs

from invoicekit.simulate import Answer, Call, Refusal, Route
from invoicekit_kukkingu.simulator import refusal
from invoicekit_kukkingu.simulator.access import Access, kept, shown
from invoicekit_kukkingu.simulator.behaviour import BadMember, Verdict
from invoicekit_kukkingu.simulator.fields import Body, query_expand, query_text
from invoicekit_kukkingu.simulator.records import Billable, Invoice
from invoicekit_kukkingu.simulator.tenant import Tenant

PATH = "/api/v1/billables"
MOST_IN_A_CALL = 100
_EXPAND = frozenset({"invoice", "invoice.contract", "invoice.contract.client"})


class BillableRoutes:
    """The calls about lines; nothing is compared with earlier ones, so a repeat adds them again."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        one = PATH + "/{billable_id}"
        yield Route(operation="list_billables", method="GET", path=PATH, answer=self._list, is_write=False)
        yield Route(operation="get_billable", method="GET", path=one, answer=self._get, is_write=False)
        for operation, method, path, answer in (
            ("create_billables", "POST", PATH, self._create),
            ("patch_billable", "PATCH", one, self._patch),
            ("delete_billable", "DELETE", one, self._delete),
        ):
            yield Route(operation=operation, method=method, path=path, answer=answer, is_write=True)

    def _list(self, call: Call) -> Answer:
        tenant, writer = self._access.tenant(call), self._access.writer(call)
        expand = query_expand(call, _EXPAND)
        invoice_id = query_text(call, "invoiceId")
        found = [
            writer.billable(line, expand)
            for line in tenant.billables.all_shown()
            if invoice_id in (None, line.invoice_id)
        ]
        return Answer.json({"data": found})

    def _get(self, call: Call) -> Answer:
        expand = query_expand(call, _EXPAND)
        line = shown(self._access.tenant(call).billables, "Billable", call.params["billable_id"])
        return Answer.json({"data": self._access.writer(call).billable(line, expand)})

    def _create(self, call: Call) -> Answer:
        tenant, behaviour = self._access.tenant(call), self._access.behaviour
        body = Body.of(call)
        invoice = self._open_invoice(tenant, body.text("invoiceId"))
        members = body.parts("billables", least=1, most=MOST_IN_A_CALL)
        lines: list[Billable] = []
        bad: Refusal | None = None
        for member in members:
            try:
                lines.append(_line(tenant, invoice, member))
            except Refusal as failure:
                bad = bad or failure
        if bad is not None and behaviour.bad_billable is BadMember.REFUSE_ALL:
            raise bad
        for line in lines:
            tenant.billables.put(line)
            tenant.did("create_billable", invoice.id, line.reference_id or "")
        if bad is not None:
            raise bad
        writer = self._access.writer(call)
        return Answer.json(
            {"data": [writer.billable(line) for line in lines]}, status=behaviour.created_status
        )

    def _patch(self, call: Call) -> Answer:
        tenant = self._access.tenant(call)
        line = kept(tenant.billables, "Billable", call.params["billable_id"])
        self._open_invoice(tenant, line.invoice_id)
        body = Body.of(call)
        changed = attrs.evolve(
            line,
            description=body.optional_text("description") or line.description,
            quantity=body.number("quantity") if body.has("quantity") else line.quantity,
            amount=body.whole("amountMinor") if body.has("amountMinor") else line.amount,
            currency=body.currency("currencyCode") if body.has("currencyCode") else line.currency,
            updated_at=tenant.now(),
        )
        tenant.billables.put(changed)
        tenant.did("change_billable", line.id)
        return Answer.json({"data": self._access.writer(call).billable(changed)})

    def _delete(self, call: Call) -> Answer:
        tenant = self._access.tenant(call)
        line = kept(tenant.billables, "Billable", call.params["billable_id"])
        self._open_invoice(tenant, line.invoice_id)
        tenant.billables.remove(line.id)
        tenant.did("delete_billable", line.id)
        return Answer(status=204)

    def _open_invoice(self, tenant: Tenant, identifier: str) -> Invoice:
        behaviour = self._access.behaviour
        invoice = kept(tenant.invoices, "Invoice", identifier)
        if invoice.status != "DRAFT" and behaviour.lines_of_locked is Verdict.REFUSE:
            raise refusal.conflict(f"Invoice is {invoice.status}", status=behaviour.locked_status)
        return invoice


def _line(tenant: Tenant, invoice: Invoice, member: Body) -> Billable:
    now = tenant.now()
    return Billable(
        id=tenant.new_id("bil"),
        created_at=now,
        updated_at=now,
        invoice_id=invoice.id,
        description=member.text("description"),
        quantity=member.number("quantity"),
        amount=member.whole("amountMinor"),
        currency=member.currency("currencyCode"),
        reference_type=member.optional_text("referenceType"),
        reference_id=member.optional_text("referenceId"),
        metadata=member.texts("metadata") if member.has("metadata") else None,
        order=member.whole("order") if member.has("order") else None,
    )
