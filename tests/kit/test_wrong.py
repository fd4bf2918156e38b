"""Each wrong adapter is rejected, and by the rule that names its fault."""

from collections import Counter
from typing import Any

import pytest
from invoicekit_acorn import Acorn

from invoicekit.adapter import Adapter
from invoicekit.testing import RULES, Subject, Verdict, judge, rule_of
from invoicekit_asset import Asset
from invoicekit_clockify import Clockify
from invoicekit_local import Local

from . import wrong, wrong_local, wrong_money

WRONG = {**wrong.WRONG, **wrong_money.WRONG_WITH_MONEY, **wrong_local.WRONG_BOOKS}

NOBODY_BREAKS = {
    "hosts.no-redirects",
    "limits.retry-after",
    "writes.never-more-than-once",
    "writes.made-again",
}
"""What an adapter alone cannot break, for it has no connection, clock or journal: the library keeps these."""


def subject(kind: type[Adapter[Any]]) -> Subject:
    return wrong_local.subject(kind) if issubclass(kind, Local) else wrong.subject(kind)


@pytest.mark.parametrize("name", WRONG)
def test_it_is_rejected(name: str) -> None:
    """The right adapter keeps the rule, so that it is the fault which breaks it."""
    kind, rule_id = WRONG[name]

    judgement = judge(subject(kind), rule_of(rule_id))

    assert judgement.verdict is Verdict.BROKEN, judgement.said
    assert judgement.said


def test_there_are_many_and_each_rule_has_its_own() -> None:
    """At least sixty; and no rule that rejects nobody."""
    rejected = Counter(rule for _, rule in WRONG.values())

    assert {rule.id for rule in RULES} - set(rejected) == NOBODY_BREAKS
    assert len(WRONG) >= 60


@pytest.mark.parametrize("right", [Acorn, Asset, Clockify, Local])
def test_the_right_one_is_not_rejected(right: type[Adapter[Any]]) -> None:
    """By any of the rules that the wrong ones made from it break."""
    for rule_id in {rule for kind, rule in WRONG.values() if issubclass(kind, right)}:
        assert judge(subject(right), rule_of(rule_id)).verdict is Verdict.HOLDS
