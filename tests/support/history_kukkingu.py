"""Kukkingu in a history: paidAt is a value, finalizing is for good, lines carry a marker."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
from fault_world import URL
from history_script import SETTLE, Spec
from history_world import PAID_AT, Deed

from invoicekit import InvoiceChange, InvoiceStatus, Money, NewLineItem
from invoicekit.clock import Clock
from invoicekit.simulate import Rate
from invoicekit_kukkingu.simulator import Behaviour, KukkinguSimulator
from invoicekit_kukkingu.simulator.records import Invoice

_STATUS = {"open": (InvoiceStatus.OPEN, "FINALIZED"), "void": (InvoiceStatus.VOID, "VOID")}
_DAYS = {"spring": date(2026, 5, 1), "summer": date(2026, 8, 1)}
_PAID = "2026-03-01T10:20:30"


class KukkinguWorld:
    """A tenant with invoices to pay, to finalize and to change, and time to hang on a line."""

    provider = "kukkingu"

    def __init__(
        self, *, clock: Clock, seed: int, behaviour: Mapping[str, object], page_size: int | None
    ) -> None:
        simulator = self.simulator = KukkinguSimulator(
            seed=seed,
            clock=clock,
            settle_seconds=SETTLE,
            rate=Rate.parse("none"),
            behaviour=Behaviour(**behaviour),  # type: ignore[arg-type]  # drawn by name
        )
        home = self._home = simulator.home

        def invoices(count: int, status: str) -> list[str]:
            return [
                home.add_invoice(
                    simulator.contract.id, number=f"{status}-{n}", amount_minor=12_000, status=status
                ).id
                for n in range(count)
            ]

        self._to_pay = invoices(5, "FINALIZED")
        drafts = invoices(4, "DRAFT")
        self._to_set, self._to_change = drafts[:2], drafts[2:]
        self._entries = [home.add_entry(simulator.project.id, description=f"work {n}").id for n in range(5)]
        self._customers = 0
        self.settings: Mapping[str, object] = {**simulator.settings(URL), "rate": "1000/s"}
        self.strangers: Mapping[str, tuple[str, Callable[[], object]]] = {
            "pays the same": (self._to_pay[0], lambda: self._pay_by_hand(self._to_pay[0], _PAID + ".000Z")),
            "pays another": (
                self._to_pay[1],
                lambda: self._pay_by_hand(self._to_pay[1], "2026-02-01T00:00:00.000Z"),
            ),
            "voids one": (
                self._to_set[1],
                lambda: home.touch(attrs.evolve(self._invoice(self._to_set[1]), status="VOID")),
            ),
        }

    def _invoice(self, identifier: str) -> Invoice:
        return self.simulator.ledger.invoice(identifier)

    def _pay_by_hand(self, invoice_id: str, instant: str) -> None:
        if self._invoice(invoice_id).paid_at is None:
            self._home.touch(attrs.evolve(self._invoice(invoice_id), paid_at=instant))

    def deed(self, spec: Spec) -> Deed:
        return getattr(self, f"_{spec.kind}")(spec)  # type: ignore[no-any-return]  # each returns one

    def strays(self) -> Sequence[str]:
        """Name our lines on invoices that no creation of ours made."""
        ledger = self.simulator.ledger
        elsewhere = [one for one in ledger.invoices() if not one.number.startswith("N-")]
        return [
            f"line {line.id} on invoice {one.number}"
            for one in elsewhere
            for line in ledger.billables(one.id)
            if line.reference_type == "invoicekit"
        ]

    def rows(self) -> Sequence[str]:
        invoices = self.simulator.ledger.invoices()
        paid = [f"payment of {one.id}" for one in invoices if one.paid_at]
        lines = [line.id for one in invoices for line in self.simulator.ledger.billables(one.id)]
        return [*(one.id for one in invoices), *paid, *lines]

    def _pay(self, spec: Spec) -> Deed:
        invoice_id = self._to_pay[spec.target + (3 if spec.variant else 0)]

        def is_there() -> bool:
            return (self._invoice(invoice_id).paid_at or "").startswith(_PAID)

        return Deed(
            act=lambda service: service.record_payment(
                invoice_id, Money("120", "EUR"), paid_at=PAID_AT, reference=spec.name
            ),
            aim=f"pay {spec.name} of {invoice_id}",
            target=invoice_id,
            held=lambda: int(is_there()),
            is_there=is_there,
            last="patch_invoice",
            is_append=False,
        )

    def _status(self, spec: Spec) -> Deed:
        invoice_id = self._to_set[spec.target]
        status, raw = _STATUS[spec.name]

        def is_there() -> bool:
            return self._invoice(invoice_id).status == raw

        return Deed(
            act=lambda service: service.set_status(
                invoice_id, status, allow_irreversible=True, allow_payment_loss=True
            ),
            aim=f"status {invoice_id}",
            target=invoice_id,
            held=lambda: int(is_there()),
            is_there=is_there,
            last="finalize_invoice" if spec.name == "open" else "void_invoice",
            is_append=False,
        )

    def _change(self, spec: Spec) -> Deed:
        invoice_id, day = self._to_change[spec.target], _DAYS[spec.name]

        def is_there() -> bool:
            return (self._invoice(invoice_id).due_at or "").startswith(day.isoformat())

        return Deed(
            act=lambda service: service.update_invoice(invoice_id, InvoiceChange(due_date=day)),
            aim=f"change {invoice_id}",
            target=invoice_id,
            held=lambda: int(is_there()),
            is_there=is_there,
            last="patch_invoice",
            is_append=False,
        )

    def _create(self, spec: Spec) -> Deed:
        prices = ("120", "30", "10")[: spec.target]
        lines = [
            NewLineItem(description="Work", quantity=Decimal(1), unit_price=Money(price, "EUR"))
            for price in prices
        ]

        def numbered() -> list[str]:
            found = self.simulator.ledger.invoices(spec.name)
            return [one.id for one in found if one.contract_id == self.simulator.contract.id]

        def is_there() -> bool:
            return any(len(self.simulator.ledger.billables(one)) == len(lines) for one in numbered())

        def held() -> int:
            doubled = [
                sum(line.amount == int(price) * 100 for line in self.simulator.ledger.billables(one))
                for one in numbered()
                for price in prices
            ]
            return max([len(numbered()), *doubled])

        return Deed(
            act=lambda service: service.create_invoice(
                number=spec.name,
                customer_id=self.simulator.client.id,
                currency="EUR",
                issue_date=date(2026, 3, 1),
                due_date=date(2026, 3, 31),
                line_items=lines,
            ),
            aim=f"create {spec.name}",
            target=f"invoice number {spec.name}",
            held=held,
            is_there=is_there,
            last="create_billables" if lines else "create_invoice",
        )

    def _customer(self, spec: Spec) -> Deed:
        def named() -> int:
            return sum(client.name == spec.name for client in self._home.clients)

        return Deed(
            act=lambda service: service.create_customer(name=spec.name),
            aim=f"customer {spec.name}",
            target=f"customer {spec.name}",
            held=named,
            is_there=lambda: named() > 0,
            last="create_client",
        )

    def _mark(self, spec: Spec) -> Deed:
        entries = self._entries[:3] if spec.target == 0 else self._entries[3:]
        wanted = spec.name == "yes"

        def items() -> frozenset[str]:
            found = (self.simulator.ledger.entry(entry) for entry in entries)
            return frozenset(one.id for one in found if (one.billable_id is not None) is wanted)

        def is_there() -> bool:
            return len(items()) == len(entries)

        def act(service: Any) -> Any:
            return service.mark_time_entries(entries, invoiced=wanted)

        return Deed(
            act=act,
            aim=f"mark {spec.target}",
            target=f"entries {spec.target}",
            held=lambda: int(is_there()),
            is_there=is_there,
            last="replace_time_entry",
            is_append=False,
            parts=len(entries),
            items=items,
        )


def draw_kukkingu(draw: random.Random, *, is_shared: bool) -> Spec:
    """Draw what is asked of Kukkingu."""
    kinds = ["pay"] * 4 + ["create"] * 3 + ["status", "change", "mark"] * 2 + ["customer"]
    match kind := draw.choice(kinds):
        case "pay":
            number = draw.randrange(3)
            variant = int(is_shared and number < 2 and draw.random() < 0.08)
            return Spec(kind=kind, name=f"bank-{number}", target=number, variant=variant)
        case "create":
            number = draw.randrange(4)
            return Spec(kind=kind, name=f"N-{number}", target=number % 3)
        case "status":
            return Spec(kind=kind, name=draw.choice(tuple(_STATUS)), target=draw.randrange(2))
        case "change":
            return Spec(kind=kind, name=draw.choice(tuple(_DAYS)), target=draw.randrange(2))
        case "mark":
            return Spec(kind=kind, name=draw.choice(("yes", "no")), target=draw.randrange(2))
        case _:
            return Spec(kind=kind, name=draw.choice(("Alpha", "Beta")))
