"""Make data up: the same data for the same seed and the same orders."""

import random
from collections.abc import Mapping
from datetime import date, timedelta

from invoicekit_kukkingu.simulator.tenant import Tenant

FIRST_DAY = date(2024, 1, 1)
ENTRIES_A_DAY = 1440
_COUNTS = ("clients", "contracts", "projects", "invoices", "time_entries")
_STATUSES = {
    "DRAFT": "DRAFT",
    "FINALIZED": "FINALIZED",
    "VOID": "VOID",
    "UNSENT": "DRAFT",
    "SENT": "FINALIZED",
}


class Population:
    """Fills one tenant, order by order."""

    def __init__(self, tenant: Tenant, *, seed: int) -> None:
        self._tenant = tenant
        self._draw = random.Random(f"population:{seed}")  # noqa: S311
        self._entries = 0
        self._invoices = 0

    def fill(self, order: Mapping[str, object]) -> dict[str, int]:
        """Add what is ordered; the contracts and projects that it needs are added too.

        Members: counts of "clients", "contracts", "projects", "invoices", "time_entries"; for the invoices
        "amount_minor" (drawn when missing), "currency" and "status" (default FINALIZED; UNSENT and SENT
        are taken for DRAFT and FINALIZED).

        Raises:
            ValueError: A member is unknown or has a wrong value.
        """
        counts = {name: _count(order, name) for name in _COUNTS}
        unknown = set(order) - set(_COUNTS) - {"amount_minor", "currency", "status"}
        if unknown:
            raise ValueError(f"cannot make up {', '.join(sorted(unknown))}")
        amount = order.get("amount_minor")
        if amount is not None and (isinstance(amount, bool) or not isinstance(amount, int) or amount < 0):
            raise ValueError(f"amount_minor is no amount: {amount!r}")
        currency, status = order.get("currency", "EUR"), order.get("status", "FINALIZED")
        if not isinstance(currency, str) or len(currency) != 3:
            raise ValueError(f"currency is no currency: {currency!r}")
        if not isinstance(status, str) or status not in _STATUSES:
            raise ValueError(f"status is none of {', '.join(_STATUSES)}: {status!r}")
        self._fill_directory(counts)
        contracts = [contract.id for contract in self._tenant.contracts]
        for _ in range(counts["invoices"]):
            self._invoices += 1
            self._tenant.add_invoice(
                contracts[self._invoices % len(contracts)],
                number=f"SIM-{self._invoices:06}",
                amount_minor=self._draw.randrange(1_000, 1_000_000) if amount is None else amount,
                currency=currency,
                status=_STATUSES[status],
            )
        self._add_entries(counts["time_entries"])
        return counts

    def _fill_directory(self, counts: dict[str, int]) -> None:
        tenant = self._tenant
        if counts["time_entries"] and not len(tenant.projects):
            counts["projects"] = max(1, counts["projects"])
        for _ in range(counts["clients"]):
            tenant.add_client(f"Client {len(tenant.clients) + 1}")
        clients = [client.id for client in tenant.clients]
        for number in range(counts["contracts"]):
            tenant.add_contract(clients[number % len(clients)], f"Contract {len(tenant.contracts) + 1}")
        contracts = [contract.id for contract in tenant.contracts]
        for number in range(counts["projects"]):
            tenant.add_project(contracts[number % len(contracts)], f"Project {len(tenant.projects) + 1}")

    def _add_entries(self, count: int) -> None:
        projects = [project.id for project in self._tenant.projects]
        for number in range(self._entries, self._entries + count):
            self._tenant.add_entry(
                projects[number % len(projects)],
                date=(FIRST_DAY + timedelta(days=number // ENTRIES_A_DAY)).isoformat(),
                seconds=300 + 60 * int(self._draw.random() * 15),
                description=f"Work {number}",
            )
        self._entries += count


def _count(order: Mapping[str, object], name: str) -> int:
    value = order.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} is no count: {value!r}")
    return value
