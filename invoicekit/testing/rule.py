"""One rule of the contract, and how it is judged."""

from collections.abc import Awaitable, Callable
from enum import Enum

import attrs

from invoicekit.simulate import RequestRecord
from invoicekit.testing.any_bench import AnyBench
from invoicekit.testing.bench import Bench
from invoicekit.testing.kept_bench import KeptBench
from invoicekit.testing.subject import Subject

_SHOWN_REQUESTS = 12


class Tier(Enum):
    """What an adapter may call itself when all rules up to this tier hold."""

    BRONZE = "bronze"
    """Reads are whole and exact."""
    SILVER = "silver"
    """Errors, limits and credentials are understood."""
    GOLD = "gold"
    """Writes are safe."""
    PLATINUM = "platinum"
    """Costs are as declared, types exact, and thousands of rows end as one by one, cut off or not."""


class Verdict(Enum):
    """How an adapter stands before a rule."""

    HOLDS = "holds"
    BROKEN = "broken"
    EXEMPT = "exempt"
    """Broken or not, by the author's word; the reason shows."""
    NOT_APPLICABLE = "not applicable"
    """Nothing it speaks of is declared; the reason shows."""


@attrs.frozen(kw_only=True)
class Rule:
    """What an adapter must do.

    Attributes:
        id: Stable, dotted: ``writes.once-after-a-lost-answer``.
        title: The rule, as a sentence.
        why: What it means for somebody's money or data.
        bug: An example of code that breaks it.
        check: Raises `Finding` where it is broken, `NotApplicable` where it speaks of nothing declared.
        since: The suite level it came with.
    """

    id: str
    title: str
    why: str
    bug: str
    tier: Tier
    check: Callable[["Trial"], Awaitable[None]] = attrs.field(repr=False)
    since: int = 1


class Finding(AssertionError):
    """A rule is broken.

    Attributes:
        sent: What reached the provider meanwhile, one line each.
    """

    def __init__(self, said: str, *, sent: list[str] | None = None) -> None:
        super().__init__(said)
        self.said = said
        self.sent = sent or []


class NotApplicable(Exception):
    """Nothing that the rule speaks of is declared."""


@attrs.define
class Trial:
    """One rule's trial of one subject.

    Attributes:
        seed: Draws what is drawn; the same seed makes the same trial.
    """

    subject: Subject
    seed: int = 0
    _kept: list[KeptBench] = attrs.field(factory=list)

    def bench(self) -> AnyBench:
        """Set up a provider of its own, or books, whichever the adapter works on."""
        return self.kept() if self.subject.simulator is None else Bench(self.subject, seed=self.seed)

    def served(self, lacking: str) -> Bench:
        """Set up a provider over HTTP, for a rule that speaks of nothing else.

        Args:
            lacking: What there is not where nothing is sent, for the reason.

        Raises:
            NotApplicable: The adapter keeps its own books.
        """
        if self.subject.simulator is None:
            raise NotApplicable(f"{self._where_it_works()}: there is {lacking}")
        return Bench(self.subject, seed=self.seed)

    def kept(self) -> KeptBench:
        """Set up books on this machine, for a rule that speaks of files; `close` deletes them.

        Raises:
            NotApplicable: The adapter keeps none, or nothing shows them.
        """
        if self.subject.store is None:
            raise NotApplicable(self._where_it_works())
        made = KeptBench(self.subject, seed=self.seed)
        self._kept.append(made)
        return made

    def _where_it_works(self) -> str:
        name = self.subject.name
        if self.subject.simulator is not None:
            return f"{name} keeps no books on this machine: its provider does"
        if self.subject.store is not None:
            return f"{name} keeps its own books, and sends nothing"
        return f"{name} has neither a simulator nor a store: nothing but its own word tells what it did"

    def close(self) -> None:
        """Delete what the trial left behind."""
        while self._kept:
            self._kept.pop().close()

    def offered(self, *methods: str) -> tuple[str, ...]:
        """Return those of the methods that are declared.

        Raises:
            NotApplicable: None of them is.
        """
        capabilities = self.subject.adapter.capabilities
        found = tuple(method for method in methods if capabilities.of(method).is_offered)
        if not found:
            raise NotApplicable(f"none of {', '.join(methods)} is declared")
        return found


def told(records: list[RequestRecord]) -> list[str]:
    """Say what was sent, the latest last."""
    lines = [str(one) for one in records]
    left_out = len(lines) - _SHOWN_REQUESTS
    return ([f"… {left_out} earlier"] if left_out > 0 else []) + lines[-_SHOWN_REQUESTS:]
