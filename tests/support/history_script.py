"""What happens in one history, as data: nothing in it depends on anything else in it, so any of it can go."""

import enum
from typing import Literal

import attrs

from invoicekit.guard import OnDoubt
from invoicekit.simulate import Fault, FaultKind
from invoicekit.testing import LineFault, Trouble

SETTLE = 30.0
"""The declared bound: longer than a request may take, and than a late write and a lagging read together."""

LONG = 400.0
"""After so many seconds nothing is late any more."""


@attrs.frozen(kw_only=True)
class Spec:
    """One thing that may be asked for.

    Attributes:
        kind: "pay", "status", "create" and the like; which there are is the provider's affair.
        name: The reference, number or value.
        target: Which of the provider's invoices, customers or batches, by position.
        variant: 0 as first meant; others are the same reference with another content.
    """

    kind: str
    name: str
    target: int = 0
    variant: int = 0

    def __str__(self) -> str:
        return f"{self.kind} {self.name}@{self.target}" + (f"/{self.variant}" if self.variant else "")


@attrs.frozen(kw_only=True)
class Strike:
    """A fault, and which of one call's requests it hits.

    Attributes:
        on: Writes or reads.
        nth: The first one that is hit, counted from 1.
        times: How many in a row; None means all from there on.
        fault: What the provider does.
        trouble: What the line does; its address is not looked at.
        stranger: What somebody else does just before the provider sees the request.
        circles: Lists turn in a circle from there on.
    """

    on: Literal["write", "read"] = "write"
    nth: int = 1
    times: int | None = 1
    fault: Fault | None = None
    trouble: LineFault | None = None
    stranger: str = ""
    circles: bool = False

    def hits(self, ordinal: int) -> bool:
        """Tell whether it strikes the request of this number, counted from 1."""
        return ordinal >= self.nth and (self.times is None or ordinal < self.nth + self.times)

    @property
    def is_beyond(self) -> bool:
        """Whether the provider breaks its word: the write comes later than it said."""
        fault = self.fault
        return fault is not None and fault.kind is FaultKind.LATE and (fault.seconds or 0.0) > SETTLE

    @property
    def is_replay(self) -> bool:
        """Whether somebody in between sends the request twice."""
        return self.fault is not None and self.fault.kind is FaultKind.REPLAY

    def __str__(self) -> str:
        what = "circle" if self.circles else f"stranger {self.stranger}"
        if self.fault is not None:
            seconds = "" if self.fault.seconds is None else f" {self.fault.seconds:.3g}s"
            what = f"{self.fault.kind.value}{seconds}"
        elif self.trouble is not None and self.trouble.trouble is not Trouble.PASSED:
            what = self.trouble.trouble.name.lower()
        times = "" if self.times == 1 else f" x{self.times or 'all'}"
        return f"{what} on {self.on} {self.nth}{times}"


class End(enum.Enum):
    """How a call is ended from outside."""

    CANCEL = "cancelled"
    CRASH = "crashed"


@attrs.frozen(kw_only=True)
class Stop:
    """Ends a call at one of its steps; a crash ends its whole process.

    Attributes:
        lets_go: Whether a request that is on its way arrives all the same.
    """

    end: End
    step: int
    lets_go: bool = True

    def __str__(self) -> str:
        way = "" if self.lets_go else ", its request with it"
        return f"{self.end.value} at step {self.step}{way}"


@attrs.frozen(kw_only=True)
class Event:
    """One thing that happens.

    Attributes:
        after: Seconds since the event before it.
        writer: Whose call it is, or whose clock jumps.
        spec: What is called; None for an event that is no call.
        stranger: What somebody else does.
        jump: Hours by which the writer's wall clock jumps.
        resolves: The call only looks: it resolves the doubt that the writer's last such call left.
    """

    after: float
    writer: int = 0
    spec: Spec | None = None
    strikes: tuple[Strike, ...] = ()
    stop: Stop | None = None
    stranger: str = ""
    jump: int = 0
    resolves: bool = False

    def __str__(self) -> str:
        if self.stranger:
            return f"+{self.after:.3f} a stranger: {self.stranger}"
        if self.jump:
            return f"+{self.after:.3f} w{self.writer}'s clock jumps {self.jump:+d} h"
        more = [str(strike) for strike in self.strikes] + ([] if self.stop is None else [str(self.stop)])
        asked = f"{self.spec}, then resolve" if self.resolves else str(self.spec)
        return f"+{self.after:.3f} w{self.writer} {asked}" + "".join(f"; {one}" for one in more)


@attrs.frozen(kw_only=True)
class WriterPlan:
    """One process.

    Attributes:
        group: Processes of one group share a journal.
        is_volatile: A crash loses the journal; the group is then this process alone.
    """

    group: int
    policy: OnDoubt
    deadline: float | None
    is_volatile: bool = False


@attrs.frozen(kw_only=True)
class Script:
    """One history before it happens.

    Attributes:
        behaviour: The provider's oddities.
        lag: Seconds for which reads of payments show what stood before.
        is_durable: The shared journals are SQLite files.
    """

    seed: int
    provider: str
    writers: tuple[WriterPlan, ...]
    events: tuple[Event, ...]
    behaviour: tuple[tuple[str, object], ...] = ()
    page_size: int | None = None
    is_durable: bool = False

    def __str__(self) -> str:
        oddities = ", ".join(f"{name}={value}" for name, value in self.behaviour) or "none"
        journal = "SQLite" if self.is_durable else "memory"
        lines = [
            f"seed {self.seed}: {self.provider}, oddities {oddities}, pages of {self.page_size}, {journal}"
        ]
        for number, writer in enumerate(self.writers):
            kind = "volatile" if writer.is_volatile else "shared"
            lines.append(
                f"  w{number}: {kind} journal {writer.group}, {writer.policy.value}, {writer.deadline} s"
            )
        return "\n".join([*lines, *(f"  {event}" for event in self.events)])
