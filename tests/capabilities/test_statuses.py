"""The status table is true at each provider: what can be set is set, the rest is refused, loss needs consent.

Not by what the adapter says: by what the simulator, or the file, holds.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import attrs
import pytest
from provider_books import HeldInvoice, ProviderBooks, books_of
from provider_desks import DESKS
from service_calls import Caller

from invoicekit import Invoice, InvoiceStatus
from invoicekit.errors import DestructiveTransition, InvalidTransition, UnsupportedOperation
from invoicekit.model import StatusRule
from invoicekit.registry import Registry


@attrs.frozen
class Place:
    """One provider with its own ledger, and one row of its table."""

    caller: Caller
    books: ProviderBooks
    rule: StatusRule

    def held(self, invoice: Invoice) -> HeldInvoice:
        """Return an invoice as the provider keeps it."""
        return self.books.invoice(invoice.id)

    async def elsewhere(self) -> Invoice:
        """Create an invoice that does not stand where the row leads, and could go there."""
        on, status = self.caller, self.rule.status
        if status is InvoiceStatus.PAID:
            nothing_owed = await on.draft(line_items=())
            await on.service.set_status(nothing_owed.id, InvoiceStatus.OPEN, allow_irreversible=True)
            return nothing_owed
        if status is not InvoiceStatus.OPEN:
            return await on.issued()
        made = await on.draft()
        if (await on.service.get_invoice(made.id)).status is InvoiceStatus.OPEN:  # there are no drafts
            await on.service.set_status(made.id, InvoiceStatus.UNCOLLECTIBLE)
        return made


def table(provider: str) -> tuple[StatusRule, ...]:
    """Return what the adapter declares."""
    return Registry().adapter(provider).capabilities.statuses


def rows(*, losing: bool = False, final: bool = False) -> list[tuple[str, int]]:
    """Return providers with the numbers of the settable rows that are so."""
    return [
        (provider, number)
        for provider in sorted(DESKS)
        for number, rule in enumerate(table(provider))
        if rule.is_settable
        and (not losing or rule.destroys_payments_from)
        and (not final or rule.is_irreversible)
    ]


def unsettable() -> list[tuple[str, InvoiceStatus]]:
    """Return providers with what none of their settable rows means."""
    return [
        (provider, status)
        for provider in sorted(DESKS)
        for status in InvoiceStatus
        if status not in {rule.status for rule in table(provider) if rule.is_settable}
    ]


@pytest.fixture
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """One row of one provider's table, at its desk."""
    provider, number = request.param
    async with DESKS[provider](tmp_path) as desk:
        rule = desk.service.capabilities().statuses[number]
        yield Place(Caller(desk, tmp_path), books_of(desk), rule)


@pytest.mark.parametrize("place", rows(), ids=lambda row: f"{row[0]}-{row[1]}", indirect=True)
async def test_what_can_be_set_is_set(place: Place) -> None:
    """From another word to the row's own, once."""
    invoice = await place.elsewhere()
    before = place.held(invoice).word

    await place.caller.service.set_status(
        invoice.id, place.rule.status, allow_payment_loss=True, allow_irreversible=True
    )

    assert before != place.rule.raw
    assert place.held(invoice).word == place.rule.raw


@pytest.mark.parametrize(("provider", "status"), unsettable())
async def test_what_cannot_be_set_is_refused(provider: str, status: InvoiceStatus, tmp_path: Path) -> None:
    """No row of that meaning is settable: refused in words, and the ledger stays as it was."""
    async with DESKS[provider](tmp_path) as desk:
        caller, books = Caller(desk, tmp_path), books_of(desk)
        invoice = await caller.issued()
        before = books.invoice(invoice.id)

        with pytest.raises((UnsupportedOperation, InvalidTransition)):
            await caller.service.set_status(
                invoice.id, status, allow_payment_loss=True, allow_irreversible=True
            )

        assert books.invoice(invoice.id) == before


@pytest.mark.parametrize("place", rows(losing=True), ids=lambda row: f"{row[0]}-{row[1]}", indirect=True)
async def test_what_may_lose_payments_needs_consent(place: Place) -> None:
    """From a paid invoice: refused without it, and the payment stays."""
    invoice = await place.caller.paid()
    before = place.held(invoice)

    with pytest.raises(DestructiveTransition, match="allow_payment_loss"):
        await place.caller.service.set_status(invoice.id, place.rule.status, allow_irreversible=True)

    assert place.held(invoice) == before
    assert len(place.books.payments(invoice.id)) == 1
    assert before.word in place.rule.destroys_payments_from


@pytest.mark.parametrize("place", rows(final=True), ids=lambda row: f"{row[0]}-{row[1]}", indirect=True)
async def test_what_is_never_taken_back_needs_consent(place: Place) -> None:
    """Refused without it, and the invoice stays what it was."""
    invoice = await place.elsewhere()
    before = place.held(invoice)

    with pytest.raises(DestructiveTransition, match="allow_irreversible"):
        await place.caller.service.set_status(invoice.id, place.rule.status, allow_payment_loss=True)

    assert place.held(invoice) == before


def test_every_provider_declares_its_words() -> None:
    """A provider without a row would pass all of the above."""
    assert {provider for provider, _ in rows()} == set(DESKS)
