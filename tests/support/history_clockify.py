"""Clockify in a history: payments that only a marker tells apart, and values that are set."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from fault_world import URL, Act
from history_script import LONG, SETTLE, Spec
from history_world import PAID_AT, Deed, derived_marker, marker

from invoicekit import InvoiceChange, InvoiceStatus, Money, NewLineItem
from invoicekit.clock import Clock
from invoicekit.simulate import Rate
from invoicekit_clockify.simulator import Behaviour, ClockifySimulator
from invoicekit_clockify.simulator.invoice import Invoice, Payment

_STATUS = {
    "open": (InvoiceStatus.OPEN, "SENT"),
    "void": (InvoiceStatus.VOID, "VOID"),
    "draft": (InvoiceStatus.DRAFT, "UNSENT"),
}
_UNITS = {0: 4_000, 1: 5_000, 2: 6_000}
"""By variant: as first meant, another amount, another invoice."""


class ClockifyWorld:
    """A workspace with invoices to pay, to send, to change, to delete, and time to mark."""

    provider = "clockify"

    def __init__(
        self, *, clock: Clock, seed: int, behaviour: Mapping[str, object], page_size: int | None
    ) -> None:
        self.simulator = ClockifySimulator(
            seed=seed,
            clock=clock,
            settle_seconds=SETTLE,
            rate=Rate.parse("none"),
            behaviour=Behaviour(**behaviour),  # type: ignore[arg-type]  # drawn by name
        )
        self._clock = clock
        self._keeps_notes = behaviour.get("note_rewrite") != "drop"
        home = self._home = self.simulator.home
        self._ours, self._theirs = home.add_client("Ours"), home.add_client("Theirs")

        def invoices(count: int, amount: int, status: str) -> list[Invoice]:
            return [home.add_invoice(amount_minor=amount, status=status) for _ in range(count)]

        self._to_pay = invoices(3, 24_000, "SENT")
        self._to_set = invoices(2, 9_000, "UNSENT")
        self._to_change = invoices(2, 8_000, "UNSENT")
        self._to_delete = invoices(2, 7_000, "UNSENT")
        self._to_copy = invoices(2, 6_000, "UNSENT")
        for number, invoice in enumerate(self._to_copy):
            invoice.items[0].description = f"copy {number}"
        (self._to_unpay,) = invoices(1, 20_000, "SENT")
        self._old = [self._pay_by_hand(self._to_unpay, 3_000 + number, "old") for number in range(2)]
        for payment in self._to_unpay.payments:
            payment.recorded_at = -LONG  # long enough ago for every read to show it
        self._entries = [home.add_entry(start=1_767_225_600 + 4000 * number) for number in range(5)]
        self.settings: Mapping[str, object] = {
            **self.simulator.settings(URL),
            "rate": "1000/s",
            **({} if page_size is None else {"page_size": page_size}),
        }
        self.strangers: Mapping[str, tuple[str, Callable[[], object]]] = {
            "pays the same": (self._to_pay[0].id, lambda: self._pay_by_hand(self._to_pay[0], 4_000, "hand")),
            "pays another": (self._to_pay[1].id, lambda: self._pay_by_hand(self._to_pay[1], 1_234, "hand")),
            "voids one": (self._to_set[1].id, lambda: setattr(self._to_set[1], "status", "VOID")),
            "takes a number": (
                "invoice number N-3",
                lambda: home.add_invoice(client_id=self._theirs.id, number="N-3"),
            ),
        }

    def _pay_by_hand(self, invoice: Invoice, amount: int, note: str) -> str:
        payment = Payment(
            id=self._home.new_id("payment"),
            amount=amount,
            note=note,
            date=int(PAID_AT.timestamp()),
            author=ClockifySimulator.USER_ID,
            recorded_at=self._clock.monotonic(),
            status_before=invoice.status,
        )
        invoice.add_payment(payment)
        return payment.id

    def deed(self, spec: Spec) -> Deed:
        return getattr(self, f"_{spec.kind}")(spec)  # type: ignore[no-any-return]  # each returns one

    def strays(self) -> Sequence[str]:
        """Name what we wrote where nobody asked for it: nothing here can go astray."""
        return ()

    def rows(self) -> Sequence[str]:
        ledger = self.simulator.ledger
        return [payment.id for payment in ledger.payments()] + [one.id for one in ledger.invoices()]

    # --- payments -----------------------------------------------------------------------------

    def _paying(self, act: Act, aim: str, invoice: Invoice, units: int, mark: str) -> Deed:
        def is_ours(on: Invoice, payment: Payment) -> bool:
            if self._keeps_notes:
                return mark in payment.note
            # All that is left to tell it by; strangers leave a note.
            return not payment.note and on is invoice and payment.amount == units

        def carried() -> list[tuple[str, int]]:
            return [
                (one.id, payment.amount)
                for one in self.simulator.ledger.invoices()
                for payment in one.payments
                if is_ours(one, payment)
            ]

        return Deed(
            act=act,
            aim=aim,
            target=invoice.id,
            held=lambda: len(carried()),
            is_there=lambda: (invoice.id, units) in carried(),
            last="add_payment",
            is_right=lambda result: cast(Any, result).value.amount == Money(Decimal(units) / 100, "EUR"),
        )

    def _pay(self, spec: Spec) -> Deed:
        moved = spec.variant == 2
        invoice = self._to_pay[(spec.target + moved) % 3]
        units = _UNITS[spec.variant]
        amount = Money(Decimal(units) / 100, "EUR")
        mark = marker(self.provider, self._home.id, "record_payment", spec.name)

        def act(service: Any) -> Any:
            return service.record_payment(invoice.id, amount, paid_at=PAID_AT, reference=spec.name)

        return self._paying(act, f"pay {spec.name}", invoice, units, mark)

    def _auto(self, spec: Spec) -> Deed:
        invoice, repeat = self._to_pay[spec.target], int(spec.name)
        units = 1_500 if self._keeps_notes else 1_500 + repeat
        amount = Money(Decimal(units) / 100, "EUR")
        mark = derived_marker(self.provider, self._home.id, invoice.id, amount, repeat)

        def act(service: Any) -> Any:
            return service.record_payment(invoice.id, amount, paid_at=PAID_AT, allow_repeat=repeat)

        return self._paying(act, f"auto {spec.target} {repeat}", invoice, units, mark)

    def _unpay(self, spec: Spec) -> Deed:
        payment = self._old[spec.target]

        def is_gone() -> bool:
            return all(one.id != payment for one in self._to_unpay.payments)

        return Deed(
            act=lambda service: service.delete_payment(self._to_unpay.id, payment),
            aim=f"unpay {payment}",
            target=payment,
            held=lambda: int(is_gone()),
            is_there=is_gone,
            last="delete_payment",
            is_append=False,
        )

    # --- invoices -----------------------------------------------------------------------------

    def _status(self, spec: Spec) -> Deed:
        invoice = self._to_set[spec.target]
        status, raw = _STATUS[spec.name]
        return Deed(
            act=lambda service: service.set_status(invoice.id, status, allow_payment_loss=True),
            aim=f"status {invoice.id}",
            target=invoice.id,
            held=lambda: int(invoice.status == raw),
            is_there=lambda: invoice.status == raw,
            last="set_status",
            is_append=False,
        )

    def _change(self, spec: Spec) -> Deed:
        invoice = self._to_change[spec.target]
        return Deed(
            act=lambda service: service.update_invoice(invoice.id, InvoiceChange(subject=spec.name)),
            aim=f"change {invoice.id}",
            target=invoice.id,
            held=lambda: int(invoice.subject == spec.name),
            is_there=lambda: invoice.subject == spec.name,
            last="update_invoice",
            is_append=False,
        )

    def _delete(self, spec: Spec) -> Deed:
        invoice = self._to_delete[spec.target]

        def is_gone() -> bool:
            return all(one.id != invoice.id for one in self.simulator.ledger.invoices())

        return Deed(
            act=lambda service: service.delete_invoice(invoice.id),
            aim=f"delete {invoice.id}",
            target=invoice.id,
            held=lambda: int(is_gone()),
            is_there=is_gone,
            last="delete_invoice",
            is_append=False,
        )

    def _copy(self, spec: Spec) -> Deed:
        source = self._to_copy[spec.target]
        name = source.items[0].description

        def copies() -> int:
            found = self.simulator.ledger.invoices()
            return sum(bool(one.items) and one.items[0].description == name for one in found) - 1

        return Deed(
            act=lambda service: service.duplicate_invoice(source.id, reference=spec.name),
            aim=f"copy {source.id}",
            target=source.id,
            held=copies,
            is_there=lambda: copies() > 0,
            last="duplicate_invoice",
            is_keyless=True,
        )

    def _create(self, spec: Spec) -> Deed:
        client = self._theirs if spec.variant else self._ours
        names = ("Work", "More", "Most")[: spec.target]
        lines = [
            NewLineItem(description=name, quantity=Decimal(1), unit_price=Money("120", "EUR"), kind="Service")
            for name in names
        ]

        def numbered() -> list[Invoice]:
            return [one for one in self.simulator.ledger.invoices() if one.number == spec.name]

        def is_there() -> bool:
            return any(
                one.client_id == client.id and tuple(item.description for item in one.items) == names
                for one in numbered()
            )

        def held() -> int:
            ours = [one for one in numbered() if one.client_id == self._ours.id]
            doubled = [sum(item.description == name for item in one.items) for one in ours for name in names]
            return max([len(ours), *doubled])

        return Deed(
            act=lambda service: service.create_invoice(
                number=spec.name,
                customer_id=client.id,
                currency="EUR",
                issue_date=date(2026, 3, 1),
                due_date=date(2026, 3, 31),
                line_items=lines,
            ),
            aim=f"create {spec.name}",
            target=f"invoice number {spec.name}",
            held=held,
            is_there=is_there,
            last="add_item" if names else "create_invoice",
            parts=max(1, len(names)),
        )

    def _customer(self, spec: Spec) -> Deed:
        def named() -> int:
            return sum(client.name == spec.name for client in self._home.clients.values())

        return Deed(
            act=lambda service: service.create_customer(name=spec.name),
            aim=f"customer {spec.name}",
            target=f"client {spec.name}",
            held=named,
            is_there=lambda: named() > 0,
            last="create_client",
        )

    # --- time ---------------------------------------------------------------------------------

    def _mark(self, spec: Spec) -> Deed:
        entries = self._entries[:3] if spec.target == 0 else self._entries[3:]
        wanted = spec.name == "yes"

        def items() -> frozenset[str]:
            return frozenset(one for one in entries if self.simulator.ledger.entry(one).invoiced is wanted)

        def is_there() -> bool:
            return len(items()) == len(entries)

        return Deed(
            act=lambda service: service.mark_time_entries(entries, invoiced=wanted),
            aim=f"mark {spec.target}",
            target=f"entries {spec.target}",
            held=lambda: int(is_there()),
            is_there=is_there,
            last="mark_time_entries",
            is_append=False,
            is_blind=True,
            parts=len(entries),
            items=items,
        )


def draw_clockify(draw: random.Random, *, is_shared: bool) -> Spec:
    """Draw what is asked of Clockify: payments for the most part."""
    kinds = ["pay"] * 8 + ["auto"] * 2 + ["status", "change", "create"] * 2
    kinds += ["delete", "unpay", "customer", "mark"] + ["copy"] * is_shared
    match kind := draw.choice(kinds):
        case "pay":
            number = draw.randrange(3)
            variant = draw.choice((1, 2)) if is_shared and draw.random() < 0.08 else 0
            return Spec(kind=kind, name=f"bank-{number}", target=number, variant=variant)
        case "auto":
            return Spec(kind=kind, name=draw.choice("001"), target=draw.randrange(3))
        case "status":
            return Spec(kind=kind, name=draw.choice(tuple(_STATUS)), target=draw.randrange(2))
        case "change":
            return Spec(kind=kind, name=draw.choice(("spring", "summer")), target=draw.randrange(2))
        case "create":
            number = draw.randrange(4)
            variant = int(is_shared and draw.random() < 0.08)
            return Spec(kind=kind, name=f"N-{number}", target=number % 3, variant=variant)
        case "copy":
            number = draw.randrange(2)
            return Spec(kind=kind, name=f"copy-{number}", target=number)
        case "customer":
            return Spec(kind=kind, name=draw.choice(("Alpha", "Beta")))
        case "mark":
            return Spec(kind=kind, name=draw.choice(("yes", "no")), target=draw.randrange(2))
        case _:
            return Spec(kind=kind, name="gone", target=draw.randrange(2))
