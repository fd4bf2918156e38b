"""Asset in a history: payments in two steps, refunds, credit notes, write-offs."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from fault_world import URL, Act
from history_script import SETTLE, Spec
from history_world import PAID_AT, Deed, derived_marker, marker

from invoicekit import InvoiceChange, InvoiceStatus, Money, NewLineItem
from invoicekit.clock import Clock
from invoicekit.simulate import Rate
from invoicekit_asset.simulator import AssetSimulator, Behaviour
from invoicekit_asset.simulator.books import Invoice

_STATUS = {
    "given up": (InvoiceStatus.UNCOLLECTIBLE, "uncollectible"),
    "void": (InvoiceStatus.VOID, "voided"),
}
_UNITS = {0: "40", 1: "50", 2: "40"}
"""By variant: as first meant, another amount, another invoice."""


class AssetWorld:
    """The books of a business with invoices to pay, to give back, to give up."""

    provider = "asset"

    def __init__(
        self, *, clock: Clock, seed: int, behaviour: Mapping[str, object], page_size: int | None
    ) -> None:
        self.simulator = AssetSimulator(
            seed=seed,
            clock=clock,
            settle_seconds=SETTLE,
            rate=Rate.parse("none"),
            tenant_rate=Rate.parse("none"),
            behaviour=Behaviour(**behaviour),  # type: ignore[arg-type]  # drawn by name
        )
        home = self._home = self.simulator.home
        self._ours, self._theirs = home.add_customer("Ours"), home.add_customer("Theirs")

        def invoices(count: int, amount: str) -> list[Invoice]:
            return [
                home.add_invoice(amount, customer_id=self._ours.id, ledger_id=AssetSimulator.LEDGER_ID)
                for _ in range(count)
            ]

        self._to_pay = invoices(3, "240")
        self._to_set = invoices(2, "90")
        self._to_change = invoices(2, "80")
        self._to_give_up = invoices(2, "70")
        self._to_refund = invoices(2, "100")
        for invoice in self._to_refund:
            money = home.add_transaction("100")
            home.apply(invoice, Decimal(100), transaction=money, by="api", at="2026-03-01T00:00:00Z")
        self.settings: Mapping[str, object] = {
            **self.simulator.settings(URL),
            "lines_by": "amount" if behaviour.get("generation", "newest") == "newest" else "unit_price",
            "rate": "1000/s",
            **({} if page_size is None else {"page_size": page_size}),
        }
        ledger_id = AssetSimulator.LEDGER_ID
        self.strangers: Mapping[str, tuple[str, Callable[[], object]]] = {
            "pays the same": (self._to_pay[0].id, lambda: self._pay_by_hand(self._to_pay[0], "40")),
            "pays another": (self._to_pay[1].id, lambda: self._pay_by_hand(self._to_pay[1], "12.34")),
            "voids one": (self._to_set[1].id, lambda: setattr(self._to_set[1], "word", "voided")),
            "takes a number": (
                "invoice number N-3",
                lambda: home.add_invoice("1", customer_id=self._theirs.id, number="N-3", ledger_id=ledger_id),
            ),
        }

    def _pay_by_hand(self, invoice: Invoice, amount: str) -> None:
        money = self._home.add_transaction(amount)
        self._home.apply(invoice, Decimal(amount), transaction=money, by="api", at="2026-03-01T00:00:00Z")

    def deed(self, spec: Spec) -> Deed:
        return getattr(self, f"_{spec.kind}")(spec)  # type: ignore[no-any-return]  # each returns one

    def strays(self) -> Sequence[str]:
        """Name what we wrote where nobody asked for it: nothing here can go astray."""
        return ()

    def rows(self) -> Sequence[str]:
        ledger = self.simulator.ledger
        kept = [row.id for row in ledger.payments()] + [one.id for one in ledger.transactions()]
        return [*kept, *self._home.refunds, *self._home.memos, *self._home.invoices]

    # --- payments -----------------------------------------------------------------------------

    def _paying(self, act: Act, aim: str, invoice: Invoice, amount: str, mark: str) -> Deed:
        def ours() -> set[str]:
            return {one.id for one in self.simulator.ledger.transactions() if one.external_id == mark}

        def applied() -> list[tuple[str, Decimal]]:
            return [
                (row.invoice_id, row.amount)
                for row in self.simulator.ledger.payments()
                if row.transaction_id in ours()
            ]

        return Deed(
            act=act,
            aim=aim,
            target=invoice.id,
            # One transaction that is applied to nothing yet is no payment; two of them are two.
            held=lambda: max(len(applied()), len(ours()) if len(ours()) > 1 else 0),
            is_there=lambda: (invoice.id, Decimal(amount)) in applied(),
            last="apply_payment",
            is_right=lambda result: cast(Any, result).value.amount == Money(amount, "USD"),
        )

    def _pay(self, spec: Spec) -> Deed:
        moved = spec.variant == 2
        invoice = self._to_pay[(spec.target + moved) % 3]
        amount = _UNITS[spec.variant]
        mark = marker(self.provider, self._home.business_id, "record_payment", spec.name)

        def act(service: Any) -> Any:
            money = Money(amount, "USD")
            return service.record_payment(invoice.id, money, paid_at=PAID_AT, reference=spec.name)

        return self._paying(act, f"pay {spec.name}", invoice, amount, mark)

    def _auto(self, spec: Spec) -> Deed:
        invoice, repeat = self._to_pay[spec.target], int(spec.name)
        money = Money("15", "USD")
        mark = derived_marker(self.provider, self._home.business_id, invoice.id, money, repeat)

        def act(service: Any) -> Any:
            return service.record_payment(invoice.id, money, paid_at=PAID_AT, allow_repeat=repeat)

        return self._paying(act, f"auto {spec.target} {repeat}", invoice, "15", mark)

    def _refund(self, spec: Spec) -> Deed:
        invoice = self._to_refund[spec.target]
        amount = "50" if spec.variant else "30"
        mark = marker(self.provider, self._home.business_id, "refund", spec.name)

        def ours() -> list[Decimal]:
            return [one.amount for one in self._home.refunds.values() if one.external_id == mark]

        return Deed(
            act=lambda service: service.refund(invoice.id, Money(amount, "USD"), reference=spec.name),
            aim=f"refund {spec.name}",
            target=invoice.id,
            held=lambda: len(ours()),
            is_there=lambda: Decimal(amount) in ours(),
            last="create_refund",
        )

    def _credit(self, spec: Spec) -> Deed:
        invoice = self._to_change[spec.target]
        amount = "9" if spec.variant else "5"

        def numbered() -> list[Decimal]:
            return [memo.amount for memo in self._home.memos.values() if memo.number == spec.name]

        return Deed(
            act=lambda service: service.create_credit_note(
                invoice.id, number=spec.name, amount=Money(amount, "USD"), issue_date=date(2026, 3, 5)
            ),
            aim=f"credit {spec.name}",
            target=f"credit note {spec.name}",
            held=lambda: len(numbered()),
            is_there=lambda: Decimal(amount) in numbered(),
            last="create_credit_memos",
        )

    def _give_up(self, spec: Spec) -> Deed:
        invoice = self._to_give_up[spec.target]

        def rows() -> int:
            return sum(row.is_write_off for row in invoice.payments)

        return Deed(
            act=lambda service: service.write_off(invoice.id, reference=spec.name),
            aim=f"write off {spec.name}",
            target=invoice.id,
            held=rows,
            is_there=lambda: rows() > 0,
            last="write_off",
            is_keyless=True,
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
            last="update_invoice",
            is_append=False,
        )

    def _change(self, spec: Spec) -> Deed:
        invoice = self._to_change[spec.target]
        extra = {"asset": {"tags": {"team": spec.name}}}

        def is_there() -> bool:
            return dict(invoice.tags) == {"team": spec.name}

        return Deed(
            act=lambda service: service.update_invoice(invoice.id, InvoiceChange(extra=extra)),
            aim=f"change {invoice.id}",
            target=invoice.id,
            held=lambda: int(is_there()),
            is_there=is_there,
            last="update_invoice",
            is_append=False,
        )

    def _create(self, spec: Spec) -> Deed:
        customer = self._theirs if spec.variant else self._ours
        line = NewLineItem(
            description="Work",
            quantity=Decimal(1),
            unit_price=Money("120", "USD"),
            kind=AssetSimulator.LEDGER_ID,
        )

        def numbered(customer_id: str) -> int:
            found = self._home.invoices.values()
            return sum(one.number == spec.name and one.customer_id == customer_id for one in found)

        return Deed(
            act=lambda service: service.create_invoice(
                number=spec.name,
                customer_id=customer.id,
                currency="USD",
                issue_date=date(2026, 3, 1),
                due_date=date(2026, 3, 31),
                line_items=(line,),
            ),
            aim=f"create {spec.name}",
            target=f"invoice number {spec.name}",
            held=lambda: numbered(self._ours.id),
            is_there=lambda: numbered(customer.id) > 0,
            last="create_invoices",
        )

    def _customer(self, spec: Spec) -> Deed:
        def named() -> int:
            return sum(one.name == spec.name for one in self._home.customers.values())

        return Deed(
            act=lambda service: service.create_customer(name=spec.name),
            aim=f"customer {spec.name}",
            target=f"customer {spec.name}",
            held=named,
            is_there=lambda: named() > 0,
            last="create_customer",
        )


def draw_asset(draw: random.Random, *, is_shared: bool) -> Spec:
    """Draw what is asked of Asset: payments for the most part."""
    kinds = ["pay"] * 7 + ["auto"] * 2 + ["refund", "credit", "create", "status"] * 2
    kinds += ["change", "customer"] + ["give_up"] * 2 * is_shared
    match kind := draw.choice(kinds):
        case "pay":
            number = draw.randrange(3)
            variant = draw.choice((1, 2)) if is_shared and draw.random() < 0.08 else 0
            return Spec(kind=kind, name=f"bank-{number}", target=number, variant=variant)
        case "auto":
            return Spec(kind=kind, name=draw.choice("001"), target=draw.randrange(3))
        case "refund" | "credit":
            number = draw.randrange(2)
            variant = int(is_shared and draw.random() < 0.08)
            return Spec(kind=kind, name=f"{kind}-{number}", target=number, variant=variant)
        case "give_up":
            number = draw.randrange(2)
            return Spec(kind=kind, name=f"loss-{number}", target=number)
        case "status":
            return Spec(kind=kind, name=draw.choice(tuple(_STATUS)), target=draw.randrange(2))
        case "change":
            return Spec(kind=kind, name=draw.choice(("blue", "green")), target=draw.randrange(2))
        case "create":
            number = draw.randrange(4)
            variant = int(is_shared and draw.random() < 0.08)
            return Spec(kind=kind, name=f"N-{number}", variant=variant)
        case _:
            return Spec(kind=kind, name=draw.choice(("Alpha", "Beta")))
