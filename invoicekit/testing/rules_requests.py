"""What is sent is what the provider reads."""

from collections.abc import Iterable
from contextlib import suppress

import attrs

from invoicekit.errors import InvoiceKitError
from invoicekit.testing import rules_declared, rules_fields, rules_types
from invoicekit.testing.bench import Bench
from invoicekit.testing.rule import Finding, NotApplicable, Rule, Tier, Trial

_SENDERS = {"reads.filters", "reads.entry-filters", "fields.written", "fields.changed-alone", "types.exact"}
"""The rules whose trials send whatever an adapter can send."""


@attrs.define
class _Kept(Trial):
    benches: list[Bench] = attrs.field(factory=list, init=False)

    def bench(self) -> Bench:
        """Set up a provider, and remember it."""
        self.benches.append(self.served("no name that a provider could read"))
        return self.benches[-1]


def _senders() -> Iterable[Rule]:
    rules = (*rules_declared.RULES, *rules_fields.RULES, *rules_types.RULES)
    return (rule for rule in rules if rule.id in _SENDERS)


async def _are_read(trial: Trial) -> None:
    trial.served("no name that a provider could read")
    kept = _Kept(trial.subject, seed=trial.seed)
    for rule in _senders():
        with suppress(Finding, NotApplicable, InvoiceKitError):  # each is judged where it belongs
            await rule.check(kept)
    if not kept.benches:
        raise NotApplicable("it sends nothing that a simulator reads")
    for bench in kept.benches:
        for one in bench.requests():
            if strange := [name for name in one.unread if name not in bench.simulator.ignored]:
                raise Finding(
                    f"{one.method} {one.path} carries {', '.join(strange)}: no name that the provider reads"
                )


RULES = (
    Rule(
        id="requests.are-read",
        title="Every member and every parameter that is sent has a name the provider reads",
        why="A misspelt name does nothing: a due date is not written, a filter lets everything through.",
        bug='body = {"due_on": due}  # the provider calls it due_date',
        tier=Tier.SILVER,
        check=_are_read,
    ),
)
