"""The contract as pytest tests: one class of one line judges an adapter."""

from collections.abc import Mapping
from typing import ClassVar

import pytest

from invoicekit.testing.contract import RULES, SUITE_LEVEL, judge
from invoicekit.testing.rule import Rule, Verdict
from invoicekit.testing.subject import Subject


class AdapterContract:
    """Judge an adapter by every rule of the kit.

    Subclass it in a test file::

        class TestAcorn(AdapterContract):
            adapter = "acorn"

    Each rule is a test of its own, named after it. A rule that does not apply passes and says so under
    ``-rA``; a broken one fails with what was sent and what the ledger shows.

    Attributes:
        adapter: The entry point's name.
        settings: The adapter's own, where the simulator does not say all of them.
        subject: Instead of `adapter`: the adapter and its simulator themselves.
        level: The suite level that the adapter was made for; newer rules are told and do not fail it.
        exemptions: Reasons by rule id.
    """

    adapter: ClassVar[str] = ""
    settings: ClassVar[Mapping[str, object]] = {}
    subject: ClassVar[Subject | None] = None
    level: ClassVar[int] = SUITE_LEVEL
    exemptions: ClassVar[Mapping[str, str]] = {}

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
    def test_rule(self, rule: Rule) -> None:
        """The adapter keeps the rule."""
        subject = self.subject or Subject.installed(self.adapter, **self.settings)

        judgement = judge(subject, rule, level=self.level, exemptions=self.exemptions)

        if judgement.verdict is not Verdict.HOLDS:
            print(f"{rule.id}: {judgement.verdict.value}: {judgement.said}")  # noqa: T201 -- shown by pytest
        if judgement.fails:
            pytest.fail(
                "\n".join((f"{rule.id}: {judgement.said}", f"why it matters: {rule.why}", *judgement.sent)),
                pytrace=False,
            )
