"""What an author may leave out of the judgement: newer rules for a while, others by name, with a reason."""

import pytest

from invoicekit.errors import UsageError
from invoicekit.testing import RULES, Finding, Rule, Subject, Tier, Trial, Verdict, run_contract
from invoicekit.testing.plugin import AdapterContract


async def _broken(trial: Trial) -> None:
    raise Finding(f"{trial.subject.name} does it wrongly")


NEWER = Rule(
    id="reads.newer", title="A newer rule.", why="Money.", bug="x", tier=Tier.BRONZE, check=_broken, since=2
)
EXEMPT = RULES[0]


@pytest.fixture
def subject() -> Subject:
    """Any adapter."""
    return Subject.installed("clockify")


@pytest.mark.parametrize(("pinned", "is_conformant"), [(1, True), (2, False)])
def test_a_newer_rule_is_told_and_fails_whoever_pins_its_level(
    subject: Subject, *, pinned: int, is_conformant: bool
) -> None:
    """A minor release breaks nobody's build; the tier, which is a claim to others, is not kept by it."""
    report = run_contract(subject, rules=[NEWER], level=pinned)

    (judgement,) = report.judgements
    assert (judgement.verdict, judgement.said) == (Verdict.BROKEN, "clockify does it wrongly")
    assert report.is_conformant is is_conformant
    assert report.tier is None


def test_an_exemption_shows_its_reason_and_costs_the_tier(subject: Subject) -> None:
    """Nobody reaches a tier by leaving its rules out."""
    report = run_contract(subject, rules=[EXEMPT], exemptions={EXEMPT.id: "the provider's own limit"})

    (judgement,) = report.judgements
    assert (judgement.verdict, judgement.said) == (Verdict.EXEMPT, "the provider's own limit")
    assert report.is_conformant
    assert report.tier is None


@pytest.mark.parametrize(
    ("exemptions", "said"),
    [
        ({EXEMPT.id: " "}, "gives no reason"),
        ({"reads.whole-list": "a letter is missing"}, "there is no rule"),
    ],
)
def test_an_exemption_without_reason_or_rule_is_refused(
    subject: Subject, exemptions: dict[str, str], said: str
) -> None:
    """By the value and by the pytest class alike: a mistyped name would leave nothing out, unseen."""

    class Judged(AdapterContract):
        adapter = "clockify"

    Judged.exemptions = exemptions

    with pytest.raises(UsageError, match=said):
        run_contract(subject, rules=[EXEMPT], exemptions=exemptions)
    with pytest.raises(UsageError, match=said):
        Judged().test_rule(EXEMPT)
