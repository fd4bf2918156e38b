"""The adapters that ship, and the example, keep every rule; what does not apply says why."""

import pytest

from invoicekit.testing import (
    RULES,
    SUITE_LEVEL,
    Record,
    Rule,
    Subject,
    Tier,
    Verdict,
    judge,
    recorded,
    run_contract,
)

OURS = ("asset", "clockify", "kukkingu")
NOT_APPLICABLE = {
    ("kukkingu", "errors.only-certain"),
    ("kukkingu", "reads.repeating-pages"),
    ("kukkingu", "writes.on-any-page"),
    ("asset", "fields.changed-alone"),
    ("asset", "reads.entry-filters"),
    ("kukkingu", "statuses.paid-in-parts"),
    ("kukkingu", "writes.two-alike"),
    ("clockify", "writes.nothing-owed"),
    ("kukkingu", "writes.nothing-owed"),
}


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_ours_keep_it(name: str, rule: Rule) -> None:
    """Judged by the simulator's ledger."""
    judgement = judge(Subject.installed(name), rule)

    assert judgement.verdict is (
        Verdict.NOT_APPLICABLE if (name, rule.id) in NOT_APPLICABLE else Verdict.HOLDS
    ), judgement.said


@pytest.mark.parametrize("name", OURS)
def test_what_is_recorded_is_what_is_found(name: str) -> None:
    """`invoicekit adapter check NAME --record` writes it anew, whenever a rule comes or goes."""
    left_out = sum(one == name for one, _ in NOT_APPLICABLE)

    found = recorded(Subject.installed(name).adapter)

    assert found == Record(
        tier="platinum", level=SUITE_LEVEL, holding=len(RULES) - left_out, not_applicable=left_out
    )


def test_the_example_keeps_them_all(acorn: Subject) -> None:
    """It changes no invoice and tracks no time; the rest it keeps, and so reaches the highest tier."""
    report = run_contract(acorn)

    assert {one.rule.id for one in report.judgements if one.verdict is not Verdict.HOLDS} == {
        "fields.changed-alone",
        "reads.entry-filters",
        "writes.nothing-owed",
    }
    assert (report.is_conformant, report.tier) == (True, Tier.PLATINUM)


def test_who_talks_to_nobody_is_judged_elsewhere() -> None:
    """The local books have no simulator: every rule that needs one says so, and none is passed silently."""
    report = run_contract(Subject.installed("local"))

    holding = {one.rule.id for one in report.judgements if one.verdict is Verdict.HOLDS}
    assert {one.verdict for one in report.judgements} == {Verdict.HOLDS, Verdict.NOT_APPLICABLE}
    assert (holding, report.tier) == ({"capabilities.declared"}, None)
