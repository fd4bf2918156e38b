"""What a row of a file of statuses asks for, and what the provider's own table says to it."""

import pytest

from invoicekit.batch import Item
from invoicekit.bulk import INVOICE_COLUMNS, Consent, Record, StatusRow, StatusSteps, consent_word
from invoicekit.bulk.status_rows import status_item
from invoicekit.model import InvoiceStatus, StatusRule
from invoicekit_asset import Asset
from invoicekit_clockify import Clockify
from invoicekit_kukkingu import Kukkingu
from invoicekit_local import Local

DRAFT, OPEN, PAID, UNCOLLECTIBLE, VOID = (
    InvoiceStatus.DRAFT,
    InvoiceStatus.OPEN,
    InvoiceStatus.PAID,
    InvoiceStatus.UNCOLLECTIBLE,
    InvoiceStatus.VOID,
)


def steps_of(adapter: type[Asset] | type[Clockify] | type[Kukkingu] | type[Local]) -> StatusSteps:
    return StatusSteps(provider=adapter.name, rules=adapter.capabilities.statuses)


KUKKINGU = steps_of(Kukkingu)


def row(word: str, invoice_id: str = "inv_1", to: InvoiceStatus | None = None) -> Item[StatusRow | None]:
    values = {"invoice_id": invoice_id, "status": word} if to is None else {"invoice_id": invoice_id}
    return status_item("st.csv", KUKKINGU, to=to)(Record(line=4, values=values))


def test_a_row_names_its_status() -> None:
    """The neutral word, and what a person must allow before it is sent."""
    item = row("open")

    assert item.payload == StatusRow(invoice_id="inv_1", status=OPEN, consents=(Consent.IRREVERSIBLE,))
    assert (item.id, item.content, item.position, item.problem) == ("inv_1", b"open", 4, None)


def test_one_status_for_all_rows() -> None:
    """The rows then hold ids alone."""
    item = row("", to=VOID)

    assert item.payload == StatusRow(invoice_id="inv_1", status=VOID, consents=(Consent.PAYMENT_LOSS,))
    assert INVOICE_COLUMNS.known == ("invoice_id",)


@pytest.mark.parametrize(
    ("word", "invoice_id", "message"),
    [
        ("viod", "inv_1", "st.csv:4, column status: 'viod' is not a status; write draft, open, paid"),
        ("VOID", "inv_1", "'VOID' is not a status"),
        ("", "inv_1", "'' is not a status"),
        ("unknown", "inv_1", "'unknown' is not a status"),
        ("void", "../x", "st.csv:4, column invoice_id: '../x' cannot be an id"),
        ("void", "", "column invoice_id: '' is empty"),
    ],
)
def test_a_bad_row_is_located(word: str, invoice_id: str, message: str) -> None:
    """File, line, column and value."""
    item = row(word, invoice_id)

    assert item.payload is None
    assert item.problem is not None
    assert message in item.problem


def test_what_the_provider_cannot_set_stays_what_the_row_asked_for() -> None:
    """It is refused with its place and the alternative, and still counts against a contradicting row."""
    item = row("draft")

    assert item.problem is None
    assert item.payload is not None
    assert item.payload.refusal.startswith("st.csv:4, column status: 'draft' cannot be set at kukkingu (")
    assert item.payload.refusal.endswith("; instead: open or void")
    assert item.content == b"draft"


@pytest.mark.parametrize("adapter", [Asset, Clockify, Kukkingu, Local])
def test_paid_is_never_set(adapter: type[Asset] | type[Clockify] | type[Kukkingu] | type[Local]) -> None:
    """It needs an amount and an instant, so it is the payment that is recorded."""
    assert "instead: `invoicekit bulk pay`" in steps_of(adapter).refusal(PAID)


@pytest.mark.parametrize(
    ("adapter", "status", "consents"),
    [
        (Clockify, DRAFT, (Consent.PAYMENT_LOSS,)),
        (Clockify, OPEN, (Consent.PAYMENT_LOSS,)),
        (Clockify, VOID, (Consent.PAYMENT_LOSS,)),
        (Asset, UNCOLLECTIBLE, ()),
        (Asset, VOID, (Consent.PAYMENT_LOSS,)),
        (Kukkingu, OPEN, (Consent.IRREVERSIBLE,)),
        (Kukkingu, VOID, (Consent.PAYMENT_LOSS,)),
        (Local, VOID, ()),
    ],
)
def test_the_table_says_what_a_step_may_cost(
    adapter: type[Asset] | type[Clockify] | type[Kukkingu] | type[Local],
    status: InvoiceStatus,
    consents: tuple[Consent, ...],
) -> None:
    """The same rows that the guard and the docs read."""
    steps = steps_of(adapter)

    assert steps.refusal(status) == ""
    assert steps.consents(status) == consents


@pytest.mark.parametrize(
    ("adapter", "status", "message"),
    [
        (Clockify, UNCOLLECTIBLE, "cannot be set at clockify; instead: draft, open or void"),
        (Asset, DRAFT, "cannot be set at asset; instead: open, uncollectible or void"),
        (Kukkingu, UNCOLLECTIBLE, "cannot be set at kukkingu; instead: open or void"),
    ],
)
def test_a_missing_status_names_the_others(
    adapter: type[Asset] | type[Clockify] | type[Kukkingu], status: InvoiceStatus, message: str
) -> None:
    """PAID is not among them: that is no step but a payment."""
    assert steps_of(adapter).refusal(status) == message


def test_a_provider_without_any_step_names_none() -> None:
    """An empty table promises nothing."""
    assert StatusSteps(provider="toy", rules=()).refusal(VOID) == "cannot be set at toy"


@pytest.mark.parametrize(
    ("consent", "status", "word"),
    [
        (Consent.IRREVERSIBLE, OPEN, "finalize"),
        (Consent.IRREVERSIBLE, VOID, "void"),
        (Consent.IRREVERSIBLE, UNCOLLECTIBLE, "set uncollectible"),
        (Consent.PAYMENT_LOSS, DRAFT, "lose payments"),
    ],
)
def test_consent_is_a_word_that_says_what_happens(consent: Consent, status: InvoiceStatus, word: str) -> None:
    """Nobody types it for something else."""
    assert consent_word(consent, status) == word


def test_a_step_may_need_both() -> None:
    """Each consent is asked for by itself."""
    rule = StatusRule(
        raw="X",
        status=VOID,
        is_settable=True,
        is_irreversible=True,
        destroys_payments_from=frozenset({"P"}),
    )

    assert StatusSteps(provider="toy", rules=(rule,)).consents(VOID) == tuple(Consent)
