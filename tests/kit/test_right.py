"""The adapters that ship, and the example, keep every rule; what does not apply says why."""

import pytest

from invoicekit.testing import RULES, Rule, Subject, Tier, Verdict, judge, run_contract

OURS = ("asset", "clockify", "kukkingu")
NOT_APPLICABLE = {
    ("kukkingu", "reads.repeating-pages"),
    ("kukkingu", "writes.on-any-page"),
    ("kukkingu", "writes.two-alike"),
}


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_ours_keep_it(name: str, rule: Rule) -> None:
    """Judged by the simulator's ledger."""
    judgement = judge(Subject.installed(name), rule)

    assert judgement.verdict is (
        Verdict.NOT_APPLICABLE if (name, rule.id) in NOT_APPLICABLE else Verdict.HOLDS
    ), judgement.said


def test_the_example_keeps_them_all(acorn: Subject) -> None:
    """And so reaches the highest tier."""
    report = run_contract(acorn)

    assert {one.rule.id: one.said for one in report.judgements if one.verdict is not Verdict.HOLDS} == {}
    assert (report.is_conformant, report.tier) == (True, Tier.PLATINUM)


def test_who_talks_to_nobody_is_judged_elsewhere() -> None:
    """The local books have no simulator: every rule says so, and none is passed silently."""
    report = run_contract(Subject.installed("local"))

    assert {one.verdict for one in report.judgements} == {Verdict.NOT_APPLICABLE}
    assert report.tier is None
