"""The adapters that ship, and the example, keep every rule; what does not apply says why."""

import sqlite3
from pathlib import Path

import attrs
import pytest

from invoicekit.testing import (
    RULES,
    SUITE_LEVEL,
    Finding,
    Record,
    Rule,
    Subject,
    Tier,
    Trial,
    Verdict,
    judge,
    recorded,
    rule_of,
    run_contract,
)

OURS = ("asset", "clockify", "kukkingu", "local")
OF_BOOKS = {rule.id for rule in RULES if rule.id.startswith("books.")}
OF_SERVERS = {
    "capabilities.costs",
    "capabilities.sends",
    "errors.failing-reads",
    "errors.only-certain",
    "errors.wrong-credentials",
    "hosts.base-url",
    "hosts.no-redirects",
    "limits.configured",
    "limits.retry-after",
    "reads.another-shape",
    "reads.foreign-answer",
    "reads.headers",
    "reads.nothing-made-up",
    "reads.other-types",
    "reads.repeating-pages",
    "reads.unknown-fields",
    "requests.are-read",
    "secrets.nowhere",
    "writes.blind-looks",
    "writes.foreign-answers",
    "writes.garbled-answers",
    "writes.resent-after-the-bound",
}
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
    ("asset", "writes.long-notes"),
    ("kukkingu", "writes.long-notes"),
    ("local", "writes.long-notes"),
    ("local", "statuses.consent"),
    *(("local", rule) for rule in OF_SERVERS),
    *((name, rule) for name in OURS if name != "local" for rule in OF_BOOKS),
    ("asset", "time.groupings"),
    ("kukkingu", "time.groupings"),
    ("local", "time.groupings"),
    ("asset", "time.marks-both-ways"),
}


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_ours_keep_it(name: str, rule: Rule) -> None:
    """Judged by the ledger of the simulator, or of the books."""
    judgement = judge(Subject.installed(name), rule)

    assert judgement.verdict is (
        Verdict.NOT_APPLICABLE if (name, rule.id) in NOT_APPLICABLE else Verdict.HOLDS
    ), judgement.said
    assert judgement.said or judgement.verdict is Verdict.HOLDS


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
        "limits.configured",
        "reads.entry-filters",
        "time.groupings",
        "time.marks-both-ways",
        "writes.nothing-owed",
        *OF_BOOKS,
    }
    assert (report.is_conformant, report.tier) == (True, Tier.PLATINUM)


def test_what_nothing_shows_is_not_judged() -> None:
    """Without a simulator and a store every rule that needs one says so, and none is passed silently."""
    report = run_contract(Subject(adapter=Subject.installed("local").adapter))

    holding = {one.rule.id for one in report.judgements if one.verdict is Verdict.HOLDS}
    reasons = {one.said for one in report.judgements if one.verdict is not Verdict.HOLDS}
    assert {one.verdict for one in report.judgements} == {Verdict.HOLDS, Verdict.NOT_APPLICABLE}
    assert (holding, report.tier) == ({"capabilities.declared"}, None)
    assert all(reasons)


def test_books_leave_no_file_behind() -> None:
    """What a trial wrote is gone, and SQLite as it was, whether the rule holds or is broken."""
    plain = sqlite3.connect
    made: list[Path] = []

    async def breaks(trial: Trial) -> None:
        made.append(trial.kept().store.folder)
        raise Finding("broken")

    rule = rule_of("books.waits")
    judgement = judge(Subject.installed("local"), attrs.evolve(rule, check=breaks))

    assert (judgement.said, len(made), any(folder.exists() for folder in made)) == ("broken", 1, False)
    assert sqlite3.connect is plain
