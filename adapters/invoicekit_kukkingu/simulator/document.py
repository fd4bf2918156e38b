"""Write records as Kukkingu does; a relation is an id, or the object where `expand` asks for it."""

from invoicekit_kukkingu.simulator.fields import printed
from invoicekit_kukkingu.simulator.records import (
    Billable,
    Client,
    Contract,
    Invoice,
    Project,
    TimeEntry,
)
from invoicekit_kukkingu.simulator.tenant import Tenant

Document = dict[str, object]
Expand = frozenset[str]

NOTHING: Expand = frozenset()


class Writer:
    """Writes one tenant's records."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def client(self, client: Client) -> Document:
        """Write a client."""
        return _filled(
            id=client.id,
            name=client.name,
            createdAt=client.created_at,
            updatedAt=client.updated_at,
            description=client.description,
            order=client.order,
        )

    def contract(self, contract: Contract, expand: Expand = NOTHING) -> Document:
        """Write a contract."""
        client = self._tenant.clients.shown(contract.client_id)
        return _filled(
            id=contract.id,
            client=self.client(client) if client and self._wants(expand, "client") else contract.client_id,
            name=contract.name,
            amountMinor=contract.amount,
            currencyCode=contract.currency,
            createdAt=contract.created_at,
            updatedAt=contract.updated_at,
            description=contract.description,
            order=contract.order,
            validFrom=self._instant(contract.valid_from),
            validTo=self._instant(contract.valid_to),
        )

    def project(self, project: Project, expand: Expand = NOTHING) -> Document:
        """Write a project."""
        contract = self._tenant.contracts.shown(project.contract_id)
        return _filled(
            id=project.id,
            contract=self.contract(contract, _below(expand, "contract"))
            if contract and self._wants(expand, "contract")
            else project.contract_id,
            name=project.name,
            createdAt=project.created_at,
            updatedAt=project.updated_at,
            description=project.description,
            order=project.order,
        )

    def invoice(self, invoice: Invoice, expand: Expand = NOTHING) -> Document:
        """Write an invoice; its lines are not part of it."""
        contract = self._tenant.contracts.shown(invoice.contract_id)
        return _filled(
            id=invoice.id,
            contract=self.contract(contract, _below(expand, "contract"))
            if contract and self._wants(expand, "contract")
            else invoice.contract_id,
            status=invoice.status,
            invoiceNumber=invoice.number,
            exchangeRate=invoice.exchange_rate,
            currencyCode=invoice.currency,
            amountMinor=self._tenant.amount_of(invoice),
            createdAt=invoice.created_at,
            updatedAt=invoice.updated_at,
            issuedAt=self._instant(invoice.issued_at),
            dueAt=self._instant(invoice.due_at),
            paidAt=self._instant(invoice.paid_at),
        )

    def billable(self, billable: Billable, expand: Expand = NOTHING) -> Document:
        """Write a line."""
        invoice = self._tenant.invoices.shown(billable.invoice_id)
        return _filled(
            id=billable.id,
            invoice=self.invoice(invoice, _below(expand, "invoice"))
            if invoice and self._wants(expand, "invoice")
            else billable.invoice_id,
            description=billable.description,
            quantity=billable.quantity,
            amountMinor=billable.amount,
            currencyCode=billable.currency,
            createdAt=billable.created_at,
            updatedAt=billable.updated_at,
            referenceType=billable.reference_type,
            referenceId=billable.reference_id,
            metadata=billable.metadata,
            order=billable.order,
        )

    def entry(self, entry: TimeEntry, expand: Expand = NOTHING) -> Document:
        """Write a time entry; one that is not billed shows no billable, or a null."""
        project = self._tenant.projects.shown(entry.project_id)
        line = None if entry.billable_id is None else self._tenant.billables.shown(entry.billable_id)
        document = _filled(
            id=entry.id,
            project=self.project(project, _below(expand, "project"))
            if project and self._wants(expand, "project")
            else entry.project_id,
            billable=self.billable(line, _below(expand, "billable"))
            if line and self._wants(expand, "billable")
            else entry.billable_id,
            date=entry.date,
            durationSeconds=entry.seconds,
            createdAt=entry.created_at,
            updatedAt=entry.updated_at,
            description=entry.description,
            referenceSource=entry.reference_source,
            referenceId=entry.reference_id,
        )
        if entry.billable_id is None and self._tenant.behaviour.unlinked_is_null:
            document["billable"] = None
        return document

    def _wants(self, expand: Expand, relation: str) -> bool:
        if not self._tenant.behaviour.expands:
            return False
        return any(path == relation or path.startswith(f"{relation}.") for path in expand)

    def _instant(self, instant: str | None) -> str | None:
        if instant is None or self._tenant.behaviour.keeps_instants:
            return instant
        return printed(instant)


def _below(expand: Expand, relation: str) -> Expand:
    prefix = f"{relation}."
    return frozenset(path.removeprefix(prefix) for path in expand if path.startswith(prefix))


def _filled(**members: object) -> Document:
    return {name: value for name, value in members.items() if value is not None}
