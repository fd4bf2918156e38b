"""Make data up: the same data for the same seed and the same orders."""

import random
from collections.abc import Mapping

from invoicekit_clockify.simulator.invoice import STATUSES
from invoicekit_clockify.simulator.workspace import DAY, Workspace

# A year of Mondays would do as well: any fixed past instant. Entries follow each other minute by minute.
FIRST_ENTRY = 1_704_067_200
ENTRY_STEP_SECONDS = 60
USERS = 20
_COUNTS = ("clients", "projects", "invoices", "time_entries", "users")


class Population:
    """Fills one workspace, order by order."""

    def __init__(self, workspace: Workspace, *, seed: int) -> None:
        self._workspace = workspace
        self._draw = random.Random(f"population:{seed}")  # noqa: S311
        self._entries = 0
        self._invoices = 0

    def fill(self, order: Mapping[str, object], *, today: int) -> dict[str, int]:
        """Add what is ordered; clients and projects that it needs are added too.

        Members: counts of "clients", "projects", "users", "invoices", "time_entries"; for the invoices
        "amount_minor" (drawn when missing), "currency" and "status" (default SENT).

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
        currency, status = order.get("currency", self._workspace.currency), order.get("status", "SENT")
        if not isinstance(currency, str) or not currency:
            raise ValueError(f"currency is no currency: {currency!r}")
        if not isinstance(status, str) or status not in STATUSES:
            raise ValueError(f"status is none of {', '.join(STATUSES)}: {status!r}")
        self._fill_directory(counts)
        for _ in range(counts["invoices"]):
            self._add_invoice(amount, currency, status, today)
        self._add_entries(counts["time_entries"])
        return counts

    def _fill_directory(self, counts: dict[str, int]) -> None:
        workspace = self._workspace
        if not workspace.clients and (counts["invoices"] or counts["time_entries"] or counts["projects"]):
            counts["clients"] = max(1, counts["clients"])
        for _ in range(counts["clients"]):
            number = len(workspace.clients) + 1
            workspace.add_client(
                f"Client {number}", email=f"client{number}@example.com", address=f"{number} Street"
            )
        if not workspace.projects and counts["time_entries"]:
            counts["projects"] = max(len(workspace.clients), counts["projects"])
        if counts["time_entries"]:
            counts["users"] = max(USERS - len(workspace.users), counts["users"], 0)
        clients = list(workspace.clients)
        for _ in range(counts["projects"]):
            number = len(workspace.projects)
            workspace.add_project(f"Project {number + 1}", clients[number % len(clients)])
        for _ in range(counts["users"]):
            workspace.add_user(f"User {len(workspace.users) + 1}")

    def _add_invoice(self, amount: int | None, currency: str, status: str, today: int) -> None:
        self._invoices += 1
        clients = self._clients()
        self._workspace.add_invoice(
            client_id=clients[self._invoices % len(clients)],
            number=f"SIM-{self._invoices:06}",
            amount_minor=self._draw.randrange(1_000, 1_000_000) if amount is None else amount,
            currency=currency,
            status=status,
            issued=today - today % DAY,
            due=today - today % DAY + 30 * DAY,
        )

    def _clients(self) -> list[str]:
        return list(self._workspace.clients)

    def _add_entries(self, count: int) -> None:
        workspace, draw = self._workspace, self._draw
        add = workspace.entries.add
        users, projects = len(workspace.users), len(workspace.projects)
        for number in range(self._entries, self._entries + count):
            add(
                start=FIRST_ENTRY + number * ENTRY_STEP_SECONDS,
                seconds=300 + 60 * int(draw.random() * 15),
                project=number % projects,
                user=number % users,
                billable=number % 10 != 9,
            )
        self._entries += count


def _count(order: Mapping[str, object], name: str) -> int:
    value = order.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} is no count: {value!r}")
    return value
