"""The status table."""

import pytest

from invoicekit.errors import UnsupportedOperation
from invoicekit.model import InvoiceStatus
from invoicekit_clockify import Clockify
from invoicekit_clockify.status import STATUS_RULES, is_at, raws_of, rule_to_set


def test_the_table_is_the_declared_one() -> None:
    """Capability, guard and docs read the same rows."""
    assert Clockify.capabilities.statuses is STATUS_RULES
    assert len({rule.raw for rule in STATUS_RULES}) == 6


def test_derived_statuses_are_never_asked_for() -> None:
    """OVERDUE and PARTIALLY_PAID come by themselves."""
    settable = {rule.raw for rule in STATUS_RULES if rule.is_settable}

    assert settable == {"UNSENT", "SENT", "PAID", "VOID"}
    assert all(rule.is_derived for rule in STATUS_RULES if rule.raw not in settable)


@pytest.mark.parametrize(
    ("status", "raw"),
    [
        (InvoiceStatus.DRAFT, "UNSENT"),
        (InvoiceStatus.OPEN, "SENT"),
        (InvoiceStatus.PAID, "PAID"),
        (InvoiceStatus.VOID, "VOID"),
    ],
)
def test_each_settable_status_has_one_word(status: InvoiceStatus, raw: str) -> None:
    """The neutral status names the word that is sent."""
    assert rule_to_set(status).raw == raw


@pytest.mark.parametrize("status", [InvoiceStatus.UNKNOWN, InvoiceStatus.UNCOLLECTIBLE])
def test_a_status_without_a_word_is_refused(status: InvoiceStatus) -> None:
    """Clockify has no such thing."""
    with pytest.raises(UnsupportedOperation):
        rule_to_set(status)


def test_whatever_may_cost_payments_says_so() -> None:
    """Known for UNSENT, undocumented for SENT and VOID: consent is needed for all three."""
    destructive = {rule.raw: rule.destroys_payments_from for rule in STATUS_RULES}

    assert {raw for raw, sources in destructive.items() if sources} == {"UNSENT", "SENT", "VOID"}
    assert destructive["UNSENT"] == {"PAID", "PARTIALLY_PAID"}


def test_an_overdue_invoice_has_been_sent() -> None:
    """SENT becomes OVERDUE by itself; a partly paid one is not merely sent."""
    sent = rule_to_set(InvoiceStatus.OPEN)

    assert [is_at(sent, raw) for raw in ("SENT", "OVERDUE", "PARTIALLY_PAID", "UNSENT", None)] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_neutral_status_is_listed_by_all_its_words() -> None:
    """Open means sent, overdue or partly paid."""
    assert raws_of({InvoiceStatus.OPEN}) == ("SENT", "OVERDUE", "PARTIALLY_PAID")
