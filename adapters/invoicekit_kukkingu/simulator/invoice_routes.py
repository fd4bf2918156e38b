"""Invoices: list, read, create, change, finalize, void."""

from collections.abc import Iterable

import attrs

from invoicekit.simulate import Answer, Call, Route
from invoicekit_kukkingu.simulator import refusal
from invoicekit_kukkingu.simulator.access import Access, kept, shown
from invoicekit_kukkingu.simulator.behaviour import Amounts, Verdict
from invoicekit_kukkingu.simulator.fields import Body, query_expand, query_text
from invoicekit_kukkingu.simulator.records import Invoice
from invoicekit_kukkingu.simulator.tenant import Tenant

PATH = "/api/v1/invoices"
STATUSES = ("DRAFT", "FINALIZED", "VOID")
_EXPAND = frozenset({"contract", "contract.client"})
_FIELDS = ("invoiceNumber", "exchangeRate", "currencyCode", "amountMinor", "issuedAt", "dueAt", "paidAt")


class InvoiceRoutes:
    """The invoice calls; what a status locks is checked here, against the status that is held."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def routes(self) -> Iterable[Route]:
        """Return the routes; reading one invoice is among them only where the behaviour says so."""
        one = PATH + "/{invoice_id}"
        yield Route(operation="list_invoices", method="GET", path=PATH, answer=self._list, is_write=False)
        if self._access.behaviour.get_invoice:
            yield Route(operation="get_invoice", method="GET", path=one, answer=self._get, is_write=False)
        for operation, method, path, answer in (
            ("create_invoice", "POST", PATH, self._create),
            ("patch_invoice", "PATCH", one, self._patch),
            ("replace_invoice", "PUT", one, self._replace),
            ("finalize_invoice", "POST", one + "/finalize", self._finalize),
            ("void_invoice", "POST", one + "/void", self._void),
        ):
            yield Route(operation=operation, method=method, path=path, answer=answer, is_write=True)

    def _list(self, call: Call) -> Answer:
        tenant, writer = self._access.tenant(call), self._access.writer(call)
        expand = query_expand(call, _EXPAND)
        contract_id, status = query_text(call, "contractId"), query_text(call, "status")
        if status is not None and status not in STATUSES:
            raise refusal.invalid(f"status: none of {', '.join(STATUSES)}")
        found = [
            writer.invoice(invoice, expand)
            for invoice in tenant.invoices.all_shown()
            if contract_id in (None, invoice.contract_id) and status in (None, invoice.status)
        ]
        return Answer.json({"data": found})

    def _get(self, call: Call) -> Answer:
        expand = query_expand(call, _EXPAND)
        invoice = shown(self._access.tenant(call).invoices, "Invoice", call.params["invoice_id"])
        return Answer.json({"data": self._access.writer(call).invoice(invoice, expand)})

    def _create(self, call: Call) -> Answer:
        tenant = self._access.tenant(call)
        body = Body.of(call)
        contract = kept(tenant.contracts, "Contract", body.text("contractId"))
        now = tenant.now()
        invoice = Invoice(
            id=tenant.new_id("inv"),
            created_at=now,
            updated_at=now,
            contract_id=contract.id,
            number=body.text("invoiceNumber", least=1, most=255),
            exchange_rate=body.number("exchangeRate"),
            currency=body.currency("currencyCode"),
            amount=body.whole("amountMinor"),
        )
        invoice = _with(invoice, body, ("issuedAt", "dueAt", "paidAt"))
        self._check_number(tenant, invoice)
        tenant.invoices.put(invoice)
        tenant.did("create_invoice", invoice.id, invoice.number)
        return self._answer(call, invoice, status=self._access.behaviour.created_status)

    def _patch(self, call: Call) -> Answer:
        return self._change(call, tuple(name for name in _FIELDS if Body.of(call).has(name)))

    def _replace(self, call: Call) -> Answer:
        body = Body.of(call)
        required = _FIELDS[:4]
        for name in required:
            if not body.has(name):
                raise refusal.invalid(f"{name}: required")
        return self._change(call, (*required, *(name for name in _FIELDS[4:] if body.has(name))))

    def _change(self, call: Call, names: tuple[str, ...]) -> Answer:
        tenant = self._access.tenant(call)
        invoice = kept(tenant.invoices, "Invoice", call.params["invoice_id"])
        changed = _with(invoice, Body.of(call), names)
        self._check_lock(invoice, names)
        self._check_number(tenant, changed)
        if changed != invoice:
            changed = tenant.touch(changed)
        if "paidAt" in names:
            tenant.did("set_paid_at", invoice.id, changed.paid_at or "")
        if set(names) - {"paidAt"}:
            tenant.did("change_invoice", invoice.id, ",".join(names))
        return self._answer(call, changed)

    def _check_lock(self, invoice: Invoice, names: tuple[str, ...]) -> None:
        """Keep to the seed: DRAFT everything, FINALIZED paidAt alone, VOID nothing."""
        status = self._access.behaviour.locked_status
        if invoice.status == "VOID":
            raise refusal.conflict("Invoice is void and cannot be updated", status=status)
        locked = sorted(set(names) - {"paidAt"})
        if invoice.status == "FINALIZED" and locked:
            raise refusal.conflict(f"Invoice is finalized: {', '.join(locked)} locked", status=status)

    def _check_number(self, tenant: Tenant, invoice: Invoice) -> None:
        if self._access.behaviour.duplicate_number is Verdict.ACCEPT:
            return
        if any(other.number == invoice.number and other.id != invoice.id for other in tenant.invoices):
            raise refusal.conflict(f"invoiceNumber {invoice.number} is taken")

    def _finalize(self, call: Call) -> Answer:
        behaviour = self._access.behaviour
        tenant = self._access.tenant(call)
        invoice = kept(tenant.invoices, "Invoice", call.params["invoice_id"])
        if invoice.status == "FINALIZED" and behaviour.act_again is Verdict.ACCEPT:
            return self._answer(call, invoice)
        if invoice.status != "DRAFT":
            raise refusal.conflict(f"Invoice is {invoice.status}", status=behaviour.locked_status)
        has_lines = bool(tenant.lines_of(invoice.id))
        is_checked = has_lines and behaviour.amounts is Amounts.CHECKED
        if is_checked and tenant.sum_of(invoice.id) != invoice.amount:
            raise refusal.conflict("amountMinor is not the sum of the billables")
        tenant.did("finalize", invoice.id)
        settled = attrs.evolve(invoice, status="FINALIZED", amount=tenant.amount_of(invoice))
        return self._answer(call, tenant.touch(settled))

    def _void(self, call: Call) -> Answer:
        behaviour = self._access.behaviour
        tenant = self._access.tenant(call)
        invoice = kept(tenant.invoices, "Invoice", call.params["invoice_id"])
        if invoice.status == "VOID" and behaviour.act_again is Verdict.ACCEPT:
            return self._answer(call, invoice)
        if (
            invoice.status == "VOID"
            or (invoice.status == "DRAFT" and behaviour.void_draft is Verdict.REFUSE)
            or (invoice.paid_at is not None and behaviour.void_paid is Verdict.REFUSE)
        ):
            raise refusal.conflict(f"Invoice is {invoice.status}", status=behaviour.locked_status)
        tenant.did("void", invoice.id)
        paid_at = invoice.paid_at if behaviour.void_keeps_paid_at else None
        return self._answer(call, tenant.touch(attrs.evolve(invoice, status="VOID", paid_at=paid_at)))

    def _answer(self, call: Call, invoice: Invoice, *, status: int = 200) -> Answer:
        return Answer.json({"data": self._access.writer(call).invoice(invoice)}, status=status)


def _with(invoice: Invoice, body: Body, names: tuple[str, ...]) -> Invoice:
    """Take over the members named; a null is none of them, so paidAt cannot be cleared."""
    for name in names:
        if not body.has(name):
            continue
        match name:
            case "invoiceNumber":
                invoice = attrs.evolve(invoice, number=body.text(name, least=1, most=255))
            case "exchangeRate":
                invoice = attrs.evolve(invoice, exchange_rate=body.number(name))
            case "currencyCode":
                invoice = attrs.evolve(invoice, currency=body.currency(name))
            case "amountMinor":
                invoice = attrs.evolve(invoice, amount=body.whole(name))
            case "issuedAt":
                invoice = attrs.evolve(invoice, issued_at=body.instant(name))
            case "dueAt":
                invoice = attrs.evolve(invoice, due_at=body.instant(name))
            case "paidAt":
                invoice = attrs.evolve(invoice, paid_at=body.instant(name))
    return invoice
