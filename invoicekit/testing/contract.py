"""The contract run over one adapter, without pytest: every rule judged, and nothing skipped silently."""

import asyncio
from collections.abc import Iterable, Mapping

import attrs

from invoicekit.errors import UsageError
from invoicekit.testing import (
    rules_answers,
    rules_books,
    rules_bulk,
    rules_content,
    rules_declared,
    rules_errors,
    rules_exact,
    rules_fields,
    rules_garbled,
    rules_looks,
    rules_reads,
    rules_refusals,
    rules_requests,
    rules_sends,
    rules_settings,
    rules_time,
    rules_truth,
    rules_types,
    rules_writes,
)
from invoicekit.testing.foreign import Ended, ended
from invoicekit.testing.rule import Finding, NotApplicable, Rule, Tier, Trial, Verdict
from invoicekit.testing.subject import Subject
from invoicekit.testing.virtual_time import run_virtually

SUITE_LEVEL = 1
"""The newest level of rules; an author pins the one that the adapter was made for."""

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *rules_reads.RULES,
            *rules_errors.RULES,
            *rules_writes.RULES,
            *rules_sends.RULES,
            *rules_looks.RULES,
            *rules_exact.RULES,
            *rules_truth.RULES,
            *rules_content.RULES,
            *rules_declared.RULES,
            *rules_types.RULES,
            *rules_settings.RULES,
            *rules_time.RULES,
            *rules_requests.RULES,
            *rules_answers.RULES,
            *rules_garbled.RULES,
            *rules_fields.RULES,
            *rules_refusals.RULES,
            *rules_books.RULES,
            *rules_bulk.RULES,
        ),
        key=lambda rule: tuple(Tier).index(rule.tier),
    )
)
_TIERS = (Tier.BRONZE, Tier.SILVER, Tier.GOLD, Tier.PLATINUM)
_PATIENCE_SECONDS = 1_000_000.0


@attrs.frozen(kw_only=True)
class Judgement:
    """How an adapter stands before one rule.

    Attributes:
        said: What was found, why it does not apply, or why it is exempt.
        sent: What reached the provider, where the rule is broken.
        place: Where in the adapter's or the simulator's own code the error arose, where there was one.
        is_advisory: The rule is newer than the level that the author pinned: it does not fail the adapter.
    """

    rule: Rule
    verdict: Verdict
    said: str = ""
    sent: tuple[str, ...] = ()
    place: str = ""
    is_advisory: bool = False

    @property
    def fails(self) -> bool:
        """Whether the adapter fails for it."""
        return self.verdict is Verdict.BROKEN and not self.is_advisory


@attrs.frozen(kw_only=True)
class ContractReport:
    """How an adapter stands before every rule.

    Attributes:
        judgements: One for each rule, in the rules' order.
    """

    adapter: str
    judgements: tuple[Judgement, ...]
    seed: int = 0
    level: int = SUITE_LEVEL

    @property
    def is_conformant(self) -> bool:
        """Whether no rule is broken."""
        return not any(one.fails for one in self.judgements)

    @property
    def tier(self) -> Tier | None:
        """The highest tier up to which every rule that applies holds; None where bronze does not.

        A tier of which nothing applies is not reached: what only reads has no safe writes to show.
        """
        reached = None
        for tier in _TIERS:
            verdicts = {one.verdict for one in self.judgements if one.rule.tier is tier}
            if verdicts & {Verdict.BROKEN, Verdict.EXEMPT} or Verdict.HOLDS not in verdicts:
                return reached
            reached = tier
        return reached


def rule_of(rule_id: str) -> Rule:
    """Return the rule of that id.

    Raises:
        UsageError: There is none.
    """
    for rule in RULES:
        if rule.id == rule_id:
            return rule
    raise UsageError(f"there is no rule {rule_id!r}; rules: {', '.join(rule.id for rule in RULES)}")


def judge(
    subject: Subject,
    rule: Rule,
    *,
    seed: int = 0,
    level: int = SUITE_LEVEL,
    exemptions: Mapping[str, str] | None = None,
) -> Judgement:
    """Try one rule on an adapter, in virtual time.

    Args:
        exemptions: Reasons by rule id: an exempt rule is not tried, and shows.

    Raises:
        UsageError: An exemption names no rule, or gives no reason.
    """
    _check_exemptions(exemptions or {})
    is_advisory = rule.since > level
    if exemptions and rule.id in exemptions:
        return Judgement(rule=rule, verdict=Verdict.EXEMPT, said=exemptions[rule.id], is_advisory=is_advisory)
    end = run_virtually(_patient(Trial(subject=subject, seed=seed), rule))
    error = end.error
    verdict = Verdict.HOLDS if error is None else Verdict.BROKEN
    said = "" if error is None else f"{type(error).__name__}: {error}"
    sent: tuple[str, ...] = ()
    place = ""
    if isinstance(error, NotApplicable):
        verdict, said = Verdict.NOT_APPLICABLE, str(error)
    elif isinstance(error, Finding):
        said, sent = error.said, tuple(error.sent)
        place = "" if error.__cause__ is None else subject.place_of(error.__cause__)
    elif error is not None:
        place = subject.place_of(error)
    return Judgement(rule=rule, verdict=verdict, said=said, sent=sent, place=place, is_advisory=is_advisory)


async def _patient(trial: Trial, rule: Rule) -> Ended:
    try:
        return await ended(asyncio.wait_for(rule.check(trial), _PATIENCE_SECONDS))
    finally:
        trial.close()


def run_contract(
    subject: Subject,
    *,
    rules: Iterable[Rule] = RULES,
    seed: int = 0,
    level: int = SUITE_LEVEL,
    exemptions: Mapping[str, str] | None = None,
) -> ContractReport:
    """Try every rule on an adapter.

    Raises:
        UsageError: An exemption names no rule, or gives no reason.
    """
    _check_exemptions(exemptions or {})
    judgements = tuple(judge(subject, rule, seed=seed, level=level, exemptions=exemptions) for rule in rules)
    return ContractReport(adapter=subject.name, judgements=judgements, seed=seed, level=level)


def _check_exemptions(exemptions: Mapping[str, str]) -> None:
    for rule_id, reason in exemptions.items():
        rule_of(rule_id)
        if not reason.strip():
            raise UsageError(f"the exemption from {rule_id} gives no reason")
