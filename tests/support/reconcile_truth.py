"""Statements drawn from a seed, and what each of their lines truly is.

The truth is written down while the statement is drawn, from what the payer meant; it shares no code with
the matcher.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from random import Random

import attrs
from reconcile_camt import ACCOUNT, detail, document, entry

ISSUED = date(2026, 2, 1)
FIRST = date(2026, 3, 1)
CUSTOMERS = 60


@attrs.define(kw_only=True)
class Bill:
    """An invoice to be.

    Attributes:
        state: "SENT", "VOID" or "PAID".
        paid: What somebody else recorded on it before, in minor units.
    """

    number: str
    customer: str
    minor: int
    state: str = "SENT"
    paid: int = 0

    @property
    def due(self) -> int:
        """Return what is open."""
        return self.minor - self.paid if self.state == "SENT" else 0


@attrs.frozen(kw_only=True)
class Truth:
    """What a line is.

    Attributes:
        parts: Minor units by invoice number: what is applied or, where it is asked, proposed first. None
            where the proposal is not what matters.
        surplus: Minor units beyond.
    """

    kind: str
    decision: str
    parts: Mapping[str, int] | None = attrs.field(factory=dict)
    surplus: int = 0


@attrs.frozen(kw_only=True)
class World:
    """A statement, the invoices it is about, and the truth by line id; duplicates stand in `repeats`."""

    bills: tuple[Bill, ...]
    statement: bytes
    truths: Mapping[str, Truth]
    repeats: Counter[str]

    @property
    def lines(self) -> int:
        """Return how many lines the statement has."""
        return len(self.truths) + self.repeats.total()


def draw_world(seed: int, *, lines: int = 500, invoices: int = 600) -> World:
    """Draw a world of so many statement lines and invoices."""
    return _Drawing(Random(seed), lines, invoices).world()


class _Drawing:
    def __init__(self, draw: Random, lines: int, invoices: int) -> None:
        self._draw = draw
        self._lines = lines
        self._amounts = iter(draw.sample(range(20_00, 9_000_00), 4 * invoices))
        self._words = _words(draw)
        self._customers = [self._word() for _ in range(CUSTOMERS)]
        self._invoices = invoices
        self._bills: list[Bill] = []
        self._entries: list[tuple[date, str]] = []
        self._truths: dict[str, Truth] = {}
        self._repeats: Counter[str] = Counter()
        self._batch: list[tuple[int, str, Truth]] = []

    def world(self) -> World:
        """Deal the cases out by turns until the statement is full."""
        cases = self._cases()
        deck = [case for case, weight in cases for _ in range(weight)]
        while self._left() > 0:
            self._draw.shuffle(deck)
            for case in deck:
                if self._left() > 0:
                    case()
        self._close_batch()
        assert len(self._bills) <= self._invoices, len(self._bills)
        while len(self._bills) < self._invoices:
            self._bill()
        self._draw.shuffle(self._bills)
        self._draw.shuffle(self._entries)
        return World(
            bills=tuple(self._bills),
            statement=document(text for _, text in self._entries),
            truths=self._truths,
            repeats=self._repeats,
        )

    def _cases(self) -> list[tuple[Callable[[], None], int]]:
        return [
            (self._by_number, 24),
            (self._by_reference, 8),
            (self._by_end_to_end, 6),
            (self._in_a_batch, 10),
            (self._by_amount_and_payer, 12),
            (self._partial, 8),
            (self._less_charges, 2),
            (self._rest_of_a_part_paid, 2),
            (self._combined, 5),
            (self._sum_unnamed, 2),
            (self._overpaid, 4),
            (self._paid_twice, 1),
            (self._two_alike, 2),
            (self._amount_alone, 2),
            (self._same_amount_other_payer, 1),
            (self._partial_by_a_stranger, 3),
            (self._too_little_for_two, 1),
            (self._unknown, 5),
            (self._debit, 4),
            (self._taken_back, 1),
            (self._pending, 2),
            (self._repeated, 2),
            (self._of_a_void_one, 1),
            (self._of_a_paid_one, 1),
        ]

    # --- cases ----------------------------------------------------------------------------------

    def _by_number(self) -> None:
        self._exact(text=self._spelt)

    def _by_reference(self) -> None:
        self._exact(structured=lambda bill: _creditor_reference(bill.number))

    def _by_end_to_end(self) -> None:
        self._exact(end_to_end=lambda bill: bill.number)

    def _in_a_batch(self) -> None:
        bill = self._bill()
        one = detail(
            text=self._spelt(bill), payer=bill.customer, amount=_text(bill.due), end_to_end="NOTPROVIDED"
        )
        self._batch.append((bill.due, one, self._applied("exact", bill)))
        if len(self._batch) == 5:
            self._close_batch()

    def _by_amount_and_payer(self) -> None:
        self._exact(text=lambda _: "thank you")

    def _partial(self) -> None:
        bill = self._bill()
        paid = self._draw.randrange(1_00, bill.due)
        self._line(
            paid,
            Truth(kind="partial", decision="apply", parts={bill.number: paid}),
            text=self._spelt(bill),
            payer=bill.customer,
        )

    def _less_charges(self) -> None:
        bill = self._bill()
        paid = bill.due - 5_00
        charges = '<Chrgs><Rcrd><Amt Ccy="EUR">5.00</Amt></Rcrd></Chrgs>'
        self._line(
            paid,
            Truth(kind="partial", decision="apply", parts={bill.number: paid}),
            text=self._spelt(bill),
            payer=bill.customer,
            extra=charges,
        )

    def _rest_of_a_part_paid(self) -> None:
        bill = self._bill()
        bill.paid = bill.minor // 3
        self._line(bill.due, self._applied("exact", bill), text=self._spelt(bill), payer=bill.customer)

    def _combined(self) -> None:
        customer = self._draw.choice(self._customers)
        bills = [self._bill(customer) for _ in range(self._draw.randrange(2, 5))]
        self._line(
            sum(bill.due for bill in bills),
            self._applied("combined", *bills),
            text=" + ".join(bill.number for bill in bills),
            payer=customer,
        )

    def _sum_unnamed(self) -> None:
        customer = self._word()
        first, second, _ = (self._bill(customer) for _ in range(3))
        truth = Truth(
            kind="combined", decision="ask", parts={each.number: each.due for each in (first, second)}
        )
        self._line(first.due + second.due, truth, text="as agreed", payer=customer)

    def _overpaid(self) -> None:
        bill = self._bill()
        surplus = self._draw.randrange(1, 500_00)
        truth = attrs.evolve(self._applied("overpaid", bill), surplus=surplus)
        self._line(bill.due + surplus, truth, text=self._spelt(bill), payer=bill.customer)

    def _paid_twice(self) -> None:
        bill = self._bill()
        self._line(bill.due, self._applied("exact", bill), text=self._spelt(bill), payer=bill.customer, day=0)
        truth = Truth(kind="overpaid", decision="ask", surplus=bill.due)
        self._line(bill.due, truth, text=self._spelt(bill), payer=bill.customer, day=20)

    def _two_alike(self) -> None:
        customer = self._word()
        first = self._bill(customer)
        self._bill(customer, minor=first.minor)
        self._line(
            first.due, Truth(kind="ambiguous", decision="ask", parts=None), text="rent", payer=customer
        )

    def _amount_alone(self) -> None:
        bill = self._bill()
        self._line(bill.due, Truth(kind="ambiguous", decision="ask", parts={bill.number: bill.due}), text="x")

    def _same_amount_other_payer(self) -> None:
        bill = self._bill()
        self._line(bill.due, Truth(kind="unmatched", decision="ask"), text="for you", payer=self._word())

    def _partial_by_a_stranger(self) -> None:
        bill = self._bill()
        paid = self._draw.randrange(1_00, bill.due)
        truth = Truth(kind="ambiguous", decision="ask", parts={bill.number: paid})
        self._line(paid, truth, text=self._spelt(bill), payer=self._word())

    def _too_little_for_two(self) -> None:
        customer = self._draw.choice(self._customers)
        bills = [self._bill(customer), self._bill(customer)]
        paid = sum(bill.due for bill in bills) - 1_00
        truth = Truth(kind="ambiguous", decision="ask", parts=None)
        self._line(paid, truth, text=" ".join(bill.number for bill in bills), payer=customer)

    def _unknown(self) -> None:
        text = f"subscription {self._draw.randrange(10**9, 10**10)}"
        self._line(
            next(self._amounts), Truth(kind="unmatched", decision="ask"), text=text, payer=self._word()
        )

    def _debit(self) -> None:
        text = self._draw.choice(self._bills).number if self._bills else "fee"
        self._line(
            next(self._amounts), _NOTHING, text=text, direction="DBIT", side="Cdtr", payer=self._word()
        )

    def _taken_back(self) -> None:
        bill = self._bill()
        asked = Truth(kind="exact", decision="ask", parts={bill.number: bill.due})
        self._line(bill.due, asked, text=self._spelt(bill), payer=bill.customer, day=2)
        self._line(
            bill.due,
            _NOTHING,
            text="return",
            direction="DBIT",
            side="Cdtr",
            payer=bill.customer,
            is_reversal=True,
            day=9,
        )

    def _pending(self) -> None:
        bill = self._bill()
        self._line(bill.due, _NOTHING, text=self._spelt(bill), payer=bill.customer, status="PDNG")

    def _repeated(self) -> None:
        bill = self._bill()
        self._line(bill.due, self._applied("exact", bill), text=self._spelt(bill), payer=bill.customer)
        self._entries.append(self._entries[-1])
        self._repeats[next(reversed(self._truths))] += 1

    def _of_a_void_one(self) -> None:
        bill = self._bill(state="VOID")
        truth = Truth(kind="unmatched", decision="ask", surplus=bill.minor)
        self._line(bill.minor, truth, text=self._spelt(bill), payer=bill.customer)

    def _of_a_paid_one(self) -> None:
        bill = self._bill(state="PAID")
        truth = Truth(kind="overpaid", decision="ask", surplus=bill.minor)
        self._line(bill.minor, truth, text=self._spelt(bill), payer=bill.customer)

    # --- pieces ---------------------------------------------------------------------------------

    def _exact(self, **parts: Callable[[Bill], str]) -> None:
        bill = self._bill()
        shown = {name: make(bill) for name, make in parts.items()}
        self._line(bill.due, self._applied("exact", bill), payer=bill.customer, day=None, **shown)

    def _line(self, minor: int, truth: Truth, *, day: int | None = None, **words: object) -> None:
        reference = f"B{len(self._truths):05}"
        outer = {name: words.pop(name) for name in ("direction", "status", "is_reversal") if name in words}
        booked = FIRST + timedelta(days=self._draw.randrange(28) if day is None else day)
        text = entry(
            _text(minor),
            reference=reference,
            booked=booked.isoformat(),
            details=[detail(**words)],  # type: ignore[arg-type]  # any of its arguments
            **outer,  # type: ignore[arg-type]
        )
        self._entries.append((booked, text))
        self._truths[f"{ACCOUNT}:{reference}"] = truth

    def _close_batch(self) -> None:
        if not self._batch:
            return
        reference = f"B{len(self._truths):05}"
        total = sum(minor for minor, _, _ in self._batch)
        booked = FIRST + timedelta(days=self._draw.randrange(28))
        text = entry(
            _text(total),
            reference=reference,
            booked=booked.isoformat(),
            details=[one for _, one, _ in self._batch],
        )
        self._entries.append((booked, text))
        for place, (_, _, truth) in enumerate(self._batch, start=1):
            suffix = f".{place}" if len(self._batch) > 1 else ""
            self._truths[f"{ACCOUNT}:{reference}{suffix}"] = truth
        self._batch.clear()

    def _left(self) -> int:
        return self._lines - len(self._truths) - self._repeats.total() - len(self._batch)

    def _bill(self, customer: str = "", *, minor: int = 0, state: str = "SENT") -> Bill:
        bill = Bill(
            number=f"INV-2026-{len(self._bills) + 1:04}",
            customer=customer or self._draw.choice(self._customers),
            minor=minor or next(self._amounts),
            state=state,
        )
        self._bills.append(bill)
        return bill

    def _applied(self, kind: str, *bills: Bill) -> Truth:
        return Truth(kind=kind, decision="apply", parts={bill.number: bill.due for bill in bills})

    def _spelt(self, bill: Bill) -> str:
        number = bill.number
        return self._draw.choice(
            [
                f"Invoice {number}",
                number.lower(),
                f"Payment of {number.replace('-', '')}.",
                f"Rechnung {number.replace('-', '/')} vom 1.2.2026",
                f"{number.replace('-', ' ')} thanks",
            ]
        )

    def _word(self) -> str:
        return next(self._words)


_NOTHING = Truth(kind="not a payment", decision="skip")


def _words(draw: Random) -> Iterator[str]:
    """Draw names that have no word in common."""
    seen: set[str] = set()
    while True:
        word = "".join(draw.choice("bdfgklmnprstvz") + draw.choice("aiou") for _ in range(4)).capitalize()
        if word not in seen:
            seen.add(word)
            yield f"{word} GmbH"


def _text(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def _creditor_reference(number: str) -> str:
    body = number.replace("-", "")
    value = int("".join(str(int(each, 36)) for each in body + "RF00"))
    return f"RF{98 - value % 97:02}{body}"
