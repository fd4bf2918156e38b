"""One reference stands for one content: whatever else is asked for under it is refused."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Any

from invoicekit.adapter import Effect, Idempotency
from invoicekit.errors import Conflict, InvoiceKitError, ReferenceReused
from invoicekit.model import Invoice
from invoicekit.testing.calls import WHEN, Hand
from invoicekit.testing.rule import Finding, NotApplicable, Rule, Tier, Trial
from invoicekit.testing.rules_writes import Change


def _methods(trial: Trial) -> list[str]:
    capabilities = trial.subject.adapter.capabilities
    methods = [
        method for method in trial.offered(*_CONTENTS) if capabilities.of(method).effect is Effect.APPEND
    ]
    if not methods:
        raise NotApplicable("what it writes are values here: another one replaces the first")
    return methods


async def _one_content(trial: Trial) -> None:
    for method in _methods(trial):
        bench = trial.bench()
        async with bench.process() as service:
            call, first, others = await _CONTENTS[method](Hand(bench, service))
            await call(**first)
            for words, changed in others.items():
                try:
                    await call(**{**first, **changed})
                except (ReferenceReused, Conflict):
                    continue
                except InvoiceKitError as error:
                    raise Finding(
                        f"{method} of one reference with {words} is told as {type(error).__name__}, not as "
                        "ReferenceReused"
                    ) from error
                raise Finding(
                    f"{method} of one reference with {words} is taken for the same: `content` lacks it"
                )


async def _one_content_anywhere(trial: Trial) -> None:
    """Ask from a machine that knows nothing of the first one: only the provider tells."""
    capabilities = trial.subject.adapter.capabilities
    methods = [
        method for method in _methods(trial) if capabilities.of(method).idempotency is not Idempotency.NONE
    ]
    if not methods:
        raise NotApplicable("what it writes cannot be found again")
    for method in methods:
        bench = trial.bench()
        async with bench.process() as service:
            call, first, others = await _CONTENTS[method](Hand(bench, service))
            await call(**first)
        for words, changed in others.items():
            if words in _KNOWN_BY_OURS_ALONE:
                continue
            bench.lose_journal()
            async with bench.process() as service:
                before = await bench.state()
                try:
                    result = await getattr(service, method)(**{**first, **changed})
                except InvoiceKitError:
                    result = None
                added = Change.between(before, await bench.state())
                if result is not None and not added:
                    raise Finding(
                        f"{method} of one reference with {words}, from a machine without the journal, is "
                        "told as done, and nothing was done: what stands there was taken for it"
                    )


_Contents = tuple[Callable[..., Awaitable[object]], dict[str, Any], dict[str, dict[str, Any]]]
"""A call, what it is given, and other words of the same reference, by what is other in them."""


async def _payments_content(hand: Hand) -> _Contents:
    invoice, other = await hand.issued(), await hand.issued()
    given = {
        "invoice_id": invoice.id,
        "amount": hand.money("60"),
        "paid_at": WHEN,
        "reference": hand.ground.fresh("bank"),
    }
    others: dict[str, dict[str, Any]] = {
        "another amount": {"amount": hand.money("30")},
        "another day": {"paid_at": WHEN - timedelta(days=3)},
        "another invoice": {"invoice_id": other.id},
    }
    return hand.service.record_payment, given, others


async def _invoices_content(hand: Hand) -> _Contents:
    given = {
        "number": hand.ground.fresh("ONE"),
        "customer_id": await hand.customer(),
        "currency": hand.ground.currency,
        "issue_date": date(2026, 5, 1),
        "due_date": date(2026, 5, 31),
        "line_items": hand.lines(2),
    }
    others: dict[str, dict[str, Any]] = {
        "another due date": {"due_date": date(2026, 6, 30)},
        "another issue date": {"issue_date": date(2026, 5, 2)},
        "a line less": {"line_items": hand.lines(1)},
    }
    if hand.service.capabilities().of("create_customer").is_offered:
        other = (await hand.service.create_customer(hand.ground.fresh("Another"))).value.id
        others["another customer"] = {"customer_id": other}
    fields = hand.service.capabilities().fields_of(Invoice)
    for name in ("subject", "note"):
        if fields is not None and name in fields.writable:
            others[f"another {name}"] = {name: f"another {name}"}
    return hand.service.create_invoice, given, others


async def _refunds_content(hand: Hand) -> _Contents:
    invoice, other = await hand.paid(), await hand.paid()
    given = {"invoice_id": invoice.id, "amount": hand.money("120"), "reference": hand.ground.fresh("refund")}
    return hand.service.refund, given, {"another invoice": {"invoice_id": other.id}}


async def _credits_content(hand: Hand) -> _Contents:
    invoice = await hand.issued()
    given = {
        "invoice_id": invoice.id,
        "number": hand.ground.fresh("CN"),
        "amount": hand.money("20"),
        "issue_date": date(2026, 5, 4),
    }
    others: dict[str, dict[str, Any]] = {
        "another amount": {"amount": hand.money("30")},
        "another date": {"issue_date": date(2026, 5, 5)},
    }
    return hand.service.create_credit_note, given, others


_KNOWN_BY_OURS_ALONE = {
    "another day",
    "another date",
    "another issue date",
    "another subject",
    "another note",
    "another due date",
    "a line less",
}
"""What may stand there otherwise than it was given, or be changed by a person, and so tells nothing apart."""

_CONTENTS: Mapping[str, Callable[[Hand], Awaitable[_Contents]]] = {
    "record_payment": _payments_content,
    "create_invoice": _invoices_content,
    "refund": _refunds_content,
    "create_credit_note": _credits_content,
}


RULES = (
    Rule(
        id="writes.one-content",
        title="One reference with other content is refused",
        why="A typing error in a file becomes a payment that nobody records: it is taken for done.",
        bug="content=canonical(invoice=invoice_id)  # and not the amount",
        tier=Tier.GOLD,
        check=_one_content,
    ),
    Rule(
        id="writes.one-content-anywhere",
        title="What stands under a reference is compared, also where the journal is lost",
        why="A payment of 60 that is taken for one of 30 leaves half of it open; a number may be another's.",
        bug="look: return Sighting(matches=found)  # whatever was found under the number",
        tier=Tier.GOLD,
        check=_one_content_anywhere,
    ),
)
