"""What really stands in the simulated Kukkingu, lag and faults aside."""

from collections.abc import Callable, Iterator, Mapping

from invoicekit.simulate import Ledger
from invoicekit_kukkingu.simulator.access import Access
from invoicekit_kukkingu.simulator.records import Billable, Deed, Invoice, TimeEntry


class KukkinguLedger(Ledger):
    """All tenants at once."""

    histories = frozenset({"deeds", "payments.sets"})

    def __init__(self, access: Access) -> None:
        self._access = access

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of rows."""
        return tuple(self._writers())

    def rows(self, kind: str) -> Iterator[Mapping[str, object]]:
        """Yield every row of a kind."""
        return self._writers()[kind]()

    def _writers(self) -> dict[str, Callable[[], Iterator[Mapping[str, object]]]]:
        return {
            "payments": self._payment_rows,
            "invoices": self._invoice_rows,
            "billables": self._billable_rows,
            "time-entries": self._entry_rows,
            "clients": self._client_rows,
            "deeds": self._deed_rows,
        }

    def deeds(self, kind: str, target: str | None = None) -> list[Deed]:
        """Return the changes of one kind that took effect, of one target or of all."""
        return [
            deed
            for tenant in self._access.tenants.values()
            for deed in tenant.deeds
            if deed.kind == kind and target in (None, deed.target)
        ]

    def invoice(self, identifier: str) -> Invoice:
        """Return one invoice as it is; KeyError where there is none."""
        for tenant in self._access.tenants.values():
            found = tenant.invoices.get(identifier)
            if found is not None:
                return found
        raise KeyError(identifier)

    def invoices(self, number: str | None = None) -> list[Invoice]:
        """Return all invoices, or those of one number."""
        return [
            invoice
            for tenant in self._access.tenants.values()
            for invoice in tenant.invoices
            if number in (None, invoice.number)
        ]

    def billables(self, invoice_id: str) -> list[Billable]:
        """Return an invoice's lines as they are."""
        return [line for tenant in self._access.tenants.values() for line in tenant.lines_of(invoice_id)]

    def entry(self, identifier: str) -> TimeEntry:
        """Return one time entry as it is; KeyError where there is none."""
        for tenant in self._access.tenants.values():
            found = tenant.entries.get(identifier)
            if found is not None:
                return found
        raise KeyError(identifier)

    def _client_rows(self) -> Iterator[Mapping[str, object]]:
        for tenant in list(self._access.tenants.values()):
            for client in list(tenant.clients):
                yield {"id": client.id, "name": client.name}

    def _payment_rows(self) -> Iterator[Mapping[str, object]]:
        for tenant in list(self._access.tenants.values()):
            for invoice in tenant.invoices:
                if invoice.paid_at is not None:
                    yield {
                        "id": None,
                        "invoice_id": invoice.id,
                        "amount": tenant.amount_of(invoice),
                        "currency": invoice.currency,
                        "note": "",
                        "date": invoice.paid_at,
                        "sets": len(self.deeds("set_paid_at", invoice.id)),
                    }

    def _invoice_rows(self) -> Iterator[Mapping[str, object]]:
        for tenant in list(self._access.tenants.values()):
            for invoice in tenant.invoices:
                amount = tenant.amount_of(invoice)
                paid = 0 if invoice.paid_at is None else amount
                contract = tenant.contracts.get(invoice.contract_id)
                yield {
                    "id": invoice.id,
                    "number": invoice.number,
                    "client_id": None if contract is None else contract.client_id,
                    "contract_id": invoice.contract_id,
                    "currency": invoice.currency,
                    "status": invoice.status,
                    "amount": amount,
                    "paid": paid,
                    "balance": amount - paid,
                    "paid_at": invoice.paid_at,
                }

    def _billable_rows(self) -> Iterator[Mapping[str, object]]:
        for tenant in list(self._access.tenants.values()):
            for line in tenant.billables:
                yield {
                    "id": line.id,
                    "invoice_id": line.invoice_id,
                    "description": line.description,
                    "quantity": line.quantity,
                    "amount": line.amount,
                    "currency": line.currency,
                    "reference_id": line.reference_id,
                }

    def _entry_rows(self) -> Iterator[Mapping[str, object]]:
        for tenant in list(self._access.tenants.values()):
            for entry in tenant.entries:
                line = None if entry.billable_id is None else tenant.billables.get(entry.billable_id)
                yield {
                    "id": entry.id,
                    "invoiced": entry.billable_id is not None,
                    "billable_id": entry.billable_id,
                    "invoice_id": None if line is None else line.invoice_id,
                    "date": entry.date,
                    "seconds": entry.seconds,
                }

    def _deed_rows(self) -> Iterator[Mapping[str, object]]:
        for tenant in list(self._access.tenants.values()):
            for deed in list(tenant.deeds):
                yield {"kind": deed.kind, "target": deed.target, "value": deed.value}
