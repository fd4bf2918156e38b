"""Acorn, played: routes, state, and its oddities. Shares nothing with the adapter."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

import attrs
from invoicekit.simulate import Answer, Call, Ledger, Refusal, Route, Simulator

KEY = "acorn-demo-key"
PAGE = 25
DRAFT, OPEN, PAID, VOID = "draft", "open", "paid", "void"


@attrs.define(kw_only=True)
class Held:
    """An invoice as Acorn keeps it."""

    id: str
    number: str
    customer: str
    currency: str
    total: int
    status: str = DRAFT
    payments: list[dict[str, object]] = attrs.field(factory=list)

    @property
    def paid(self) -> int:
        """Return what was paid, in minor units."""
        return sum(int(str(one["amount"])) for one in self.payments)

    def document(self) -> dict[str, object]:
        """Return it as Acorn shows it: paid is derived."""
        status = PAID if self.status == OPEN and self.total and self.paid >= self.total else self.status
        return {
            "id": self.id,
            "number": self.number,
            "customer": self.customer,
            "currency": self.currency,
            "status": status,
            "total": self.total,
            "paid": self.paid,
        }


class Books(Ledger):
    """What really happened."""

    def __init__(self) -> None:
        self.invoices: dict[str, Held] = {}
        self.clients: dict[str, str] = {}

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of rows."""
        return ("invoices", "payments", "customers")

    def rows(self, kind: str) -> Iterator[Mapping[str, object]]:
        """Yield every row of a kind."""
        if kind == "customers":
            return iter([{"id": one, "name": name} for one, name in self.clients.items()])
        held = list(self.invoices.values())
        if kind == "invoices":
            return iter([one.document() for one in held])
        return iter([{"invoice_id": one.id, **each} for one in held for each in list(one.payments)])


class AcornSimulator(Simulator):
    """One Acorn account; a draft set back loses its payments, and what is not there is a 400."""

    name: ClassVar[str] = "acorn"
    credential_headers: ClassVar[tuple[str, ...]] = ("X-Acorn-Key",)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._books = Books()
        self._made = 0

    @property
    def ledger(self) -> Books:
        """Return what really happened."""
        return self._books

    def settings(self, url: str) -> Mapping[str, object]:
        """Return what reaches this account."""
        return {"base_url": url, "api_key": KEY, "settle_seconds": self.settle_seconds}

    def rate_key(self, call: Call) -> str:
        """Check the key; there is one budget for it."""
        if call.headers.get("X-Acorn-Key") != KEY:
            raise _refusal("bad_key", 401)
        return KEY

    def populate(self, order: Mapping[str, object]) -> Mapping[str, int]:
        """Make clients and invoices up."""
        counts = {kind: order.get(kind, 0) for kind in ("clients", "invoices")}
        if set(order) - set(counts) or not all(isinstance(one, int) for one in counts.values()):
            raise ValueError("Acorn makes up clients and invoices, whole numbers of them")
        for number in range(int(str(counts["clients"]))):
            self._books.clients[self._id("cus")] = f"Client {number}"
        for number in range(int(str(counts["invoices"]))):
            made = Held(id=self._id("inv"), number=f"P-{number}", customer="", currency="EUR", total=1000)
            self._books.invoices[made.id] = made
        return {kind: int(str(count)) for kind, count in counts.items()}

    def routes(self) -> Iterable[Route]:
        """Return every operation."""
        invoices, one = "/v1/invoices", "/v1/invoices/{invoice}"
        for operation, method, path, answer in (
            ("list_invoices", "GET", invoices, self._list),
            ("create_invoice", "POST", invoices, self._create),
            ("get_invoice", "GET", one, lambda call: Answer.json(self._held(call).document())),
            ("set_status", "PUT", one + "/status", self._set),
            ("list_payments", "GET", one + "/payments", lambda call: _page(call, self._held(call).payments)),
            ("add_payment", "POST", one + "/payments", self._pay),
            ("list_customers", "GET", "/v1/customers", self._customers),
            ("create_customer", "POST", "/v1/customers", self._customer),
            ("get_customer", "GET", "/v1/customers/{customer}", self._one_customer),
        ):
            yield Route(
                operation=operation, method=method, path=path, answer=answer, is_write=method != "GET"
            )

    def mistaken(self, call: Call, answer: Answer) -> Answer | None:
        """Answer about another invoice."""
        return Answer.json({"id": "inv-999999"}) if call.operation == "set_status" else None

    def _id(self, prefix: str) -> str:
        self._made += 1
        return f"{prefix}-{self._made:06}"

    def _held(self, call: Call) -> Held:
        found = self._books.invoices.get(call.params["invoice"])
        if found is None:
            raise _refusal("not_found")
        return found

    def _list(self, call: Call) -> Answer:
        wanted = call.query.get("number", [None])[0]
        rows = [one.document() for one in self._books.invoices.values() if wanted in {None, one.number}]
        return _page(call, rows)

    def _create(self, call: Call) -> Answer:
        given = _body(call, number=str, customer=str, currency=str, total=int)
        if given["customer"] not in self._books.clients:
            raise _refusal("not_found")
        made = Held(id=self._id("inv"), **given)
        self._books.invoices[made.id] = made
        return Answer.json(made.document(), status=201)

    def _set(self, call: Call) -> Answer:
        held, status = self._held(call), _body(call, status=str)["status"]
        if status not in {DRAFT, OPEN, VOID}:
            raise _refusal("bad_status")
        if status == DRAFT:
            held.payments.clear()
        held.status = status
        return Answer.json(held.document())

    def _pay(self, call: Call) -> Answer:
        held, given = self._held(call), _body(call, amount=int, paid_at=str, note=str)
        if given["amount"] < 1 or held.status != OPEN:
            raise _refusal("not_payable")
        held.payments.append({"id": self._id("pay"), **given})
        return Answer.json(held.payments[-1], status=201)

    def _customers(self, call: Call) -> Answer:
        wanted = call.query.get("name", [None])[0]
        clients = self._books.clients.items()
        return _page(call, [{"id": one, "name": name} for one, name in clients if wanted in {None, name}])

    def _customer(self, call: Call) -> Answer:
        made = self._id("cus")
        self._books.clients[made] = _body(call, name=str)["name"]
        return Answer.json({"id": made, "name": self._books.clients[made]}, status=201)

    def _one_customer(self, call: Call) -> Answer:
        one = call.params["customer"]
        if one not in self._books.clients:
            raise _refusal("not_found")
        return Answer.json({"id": one, "name": self._books.clients[one]})


def _page(call: Call, rows: list[dict[str, object]]) -> Answer:
    cursor = call.query.get("cursor", ["0"])[0]
    if not cursor.isascii() or not cursor.isdigit():
        raise _refusal("bad_cursor")
    first = int(cursor)
    after = first + PAGE
    return Answer.json({"data": rows[first:after], "next": str(after) if after < len(rows) else None})


def _body(call: Call, **members: type) -> dict[str, Any]:
    try:
        document = call.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise _refusal("bad_body")
    if any(type(document.get(name)) is not kind for name, kind in members.items()):
        raise _refusal("bad_body")
    return {name: document[name] for name in members}


def _refusal(code: str, status: int = 400) -> Refusal:
    return Refusal(Answer.json({"error": {"code": code}}, status=status))
