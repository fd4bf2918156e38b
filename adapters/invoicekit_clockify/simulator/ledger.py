"""What really stands in the simulated Clockify, lag and faults aside."""

from collections.abc import Callable, Iterator, Mapping

from invoicekit.simulate import Ledger
from invoicekit_clockify.simulator.account import Account
from invoicekit_clockify.simulator.entries import TimeEntry
from invoicekit_clockify.simulator.invoice import Invoice, Payment
from invoicekit_clockify.simulator.zone import instant_text


class ClockifyLedger(Ledger):
    """All workspaces at once."""

    def __init__(self, account: Account) -> None:
        self._account = account

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
            "time-entries": self._entry_rows,
            "clients": self._client_rows,
        }

    def payments(self, invoice_id: str | None = None) -> list[Payment]:
        """Return the payments of one invoice, or of all, those included that no read shows yet."""
        invoices = self.invoices() if invoice_id is None else [self.invoice(invoice_id)]
        return [payment for invoice in invoices for payment in invoice.payments]

    def invoices(self) -> list[Invoice]:
        """Return all invoices."""
        workspaces = self._account.workspaces.values()
        return [invoice for workspace in workspaces for invoice in workspace.invoices.values()]

    def invoice(self, identifier: str) -> Invoice:
        """Return one invoice.

        Raises:
            KeyError: There is none.
        """
        for workspace in self._account.workspaces.values():
            if identifier in workspace.invoices:
                return workspace.invoices[identifier]
        raise KeyError(identifier)

    def entry(self, identifier: str) -> TimeEntry:
        """Return one time entry as it is now.

        Raises:
            KeyError: There is none.
        """
        for workspace in self._account.workspaces.values():
            number = workspace.entries.find(identifier)
            if number is not None:
                return workspace.entries[number]
        raise KeyError(identifier)

    def entries(self) -> Iterator[TimeEntry]:
        """Yield all time entries, in the order in which they were added."""
        for workspace in list(self._account.workspaces.values()):
            for number in range(len(workspace.entries)):
                yield workspace.entries[number]

    def _client_rows(self) -> Iterator[Mapping[str, object]]:
        for workspace in list(self._account.workspaces.values()):
            for client in list(workspace.clients.values()):
                yield {"id": client.id, "name": client.name}

    def _payment_rows(self) -> Iterator[Mapping[str, object]]:
        until = self._account.payments_seen_until()
        for invoice in self.invoices():
            for payment in list(invoice.payments):
                yield {
                    "id": payment.id,
                    "invoice_id": invoice.id,
                    "amount": payment.amount,
                    "currency": invoice.currency,
                    "note": payment.note,
                    "date": instant_text(payment.date),
                    "author": payment.author,
                    "is_visible": until is None or payment.recorded_at <= until,
                }

    def _invoice_rows(self) -> Iterator[Mapping[str, object]]:
        now = self._account.now_seconds()
        for invoice in self.invoices():
            yield {
                "id": invoice.id,
                "number": invoice.number,
                "client_id": invoice.client_id,
                "currency": invoice.currency,
                "status": invoice.shown_status(now=now),
                "amount": invoice.amount,
                "paid": invoice.paid(),
                "balance": invoice.balance,
            }

    def _entry_rows(self) -> Iterator[Mapping[str, object]]:
        for workspace in list(self._account.workspaces.values()):
            store = workspace.entries
            for number in range(len(store)):
                entry = store[number]
                yield {
                    "id": entry.id,
                    "invoiced": entry.invoiced,
                    "invoice_id": entry.invoice_id,
                    "billable": entry.billable,
                    "start": instant_text(entry.start),
                    "seconds": entry.seconds,
                }
