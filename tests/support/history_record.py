"""What happened in one history: everything its judge may know, as plain values that a test can forge."""

import attrs
from fault_play import Verdict
from history_script import Script, Spec

from invoicekit.guard import OnDoubt
from invoicekit.journal import IntentKey, IntentState

NOBODY = -1
"""The number of a change that no call of ours made."""


@attrs.define(kw_only=True)
class Call:
    """One call of one writer, and how it ended.

    Attributes:
        number: Its place among all calls.
        group: Whose journal it used; a lost journal makes another group.
        phase: "story"; then "again" and "third" after all faults, and "audit" without any journal.
        aim: The one effect it is about: the same for everything that has one reference.
        target: What it acts on; calls of one target are ordered.
        is_append: Whether one more send adds one more.
        is_keyless: Nothing tells its effect from another.
        is_blind: No read shows its effect.
        ended: When it returned, raised, or was torn away.
        held: How often the aim stood in the ledger when it ended, in whole or in part.
        is_there: Whether exactly what it asked for stood there then.
        is_right: Whether what it returned was the truth.
        parts: How many writes of one kind it takes at least: lines, stretches of time.
        given, reported: Items that a batch was given, and that its report counts.
        undone: Items of a batch that its report calls rejected or not attempted.
        missing: How many items a report calls done that did not stand there when it ended.
        resolving: What a resolve() afterwards told.
    """

    number: int
    writer: int
    group: str
    spec: Spec
    aim: str
    target: str
    is_append: bool = True
    is_keyless: bool = False
    is_blind: bool = False
    policy: OnDoubt = OnDoubt.ASK
    phase: str = "story"
    started: float = 0.0
    ended: float = 0.0
    verdict: Verdict = Verdict.DONE
    error: str = ""
    outcome: str = ""
    is_verified: bool = False
    attempts: int = 0
    held: int = 0
    is_there: bool = False
    is_right: bool = True
    crashed: bool = False
    parts: int = 1
    given: int | None = None
    reported: int | None = None
    undone: frozenset[str] = frozenset()
    missing: int = 0
    resolving: Verdict | None = None


@attrs.frozen(kw_only=True)
class Arrival:
    """One request that reached the provider.

    Attributes:
        records: How many `sending` records its call had made durable by then.
        writes: How many writes of its call had arrived by then, this one included.
        fault: What struck it.
    """

    call: int
    operation: str
    is_write: bool
    status: int | None
    at: float
    records: int = 1
    writes: int = 1
    fault: str = ""


@attrs.frozen(kw_only=True)
class Standing:
    """What stands in the books of one call's aim at one moment.

    Attributes:
        held: How often, in whole or in part.
        items: Of a batch, the items that stand as asked for.
    """

    held: int = 0
    items: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class Effect:
    """One write that changed the provider's books.

    Attributes:
        call: Whose; NOBODY for a stranger.
        is_whole: Whether it completed the call's aim, rather than a first step of it.
        items: Of a batch, the items that stand as asked for since this write.
    """

    call: int
    operation: str
    target: str
    at: float
    is_whole: bool = True
    items: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class Move:
    """One step of an intent in a journal, as the writer saw it.

    Attributes:
        is_new: Another promise took the place of the one before.
    """

    call: int
    group: str
    key: IntentKey
    before: IntentState | None
    after: IntentState
    at: float
    is_new: bool = False


@attrs.frozen(kw_only=True)
class Loss:
    """Something that vanished from the books, and with which request."""

    call: int
    what: str
    at: float


@attrs.frozen(kw_only=True)
class Pause:
    """What a provider asked one call to wait, and when its process next sent."""

    call: int
    told_at: float
    seconds: float
    next_call: int
    next_at: float


@attrs.frozen(kw_only=True)
class Bystander:
    """Somebody with another account on the same journal: how long a call took, and takes alone."""

    seconds: float
    alone: float


@attrs.define(kw_only=True)
class History:
    """One whole history.

    Attributes:
        held: By aim, how often it stands in the ledger at the end.
        markers_survive: Whether the provider keeps what tells our payments apart.
        doubles: Aims whose requests a middlebox sent twice.
        beyond: Aims for which the provider broke its word on when a write shows.
        strangers: Targets at which somebody else acted.
        left: By group, the last state of every intent at the end.
        sinks: Everything that could show a secret: log lines, journal rows, errors.
        secrets: What must not be shown.
        struck: What struck whom, in words.
        surprises: Whatever was raised that no document names.
        lag: Seconds for which reads may show what stood before.
        waits: How often a call found another process at its target.
        strays: What we wrote where nobody asked for it.
    """

    script: Script
    calls: list[Call] = attrs.field(factory=list)
    arrivals: list[Arrival] = attrs.field(factory=list)
    effects: list[Effect] = attrs.field(factory=list)
    moves: list[Move] = attrs.field(factory=list)
    losses: list[Loss] = attrs.field(factory=list)
    pauses: list[Pause] = attrs.field(factory=list)
    bystanders: list[Bystander] = attrs.field(factory=list)
    held: dict[str, int] = attrs.field(factory=dict)
    markers_survive: bool = True
    settle: float = 30.0
    doubles: frozenset[str] = frozenset()
    beyond: frozenset[str] = frozenset()
    strangers: frozenset[str] = frozenset()
    left: dict[tuple[str, IntentKey], IntentState] = attrs.field(factory=dict)
    sinks: list[str] = attrs.field(factory=list)
    secrets: tuple[str, ...] = ()
    struck: list[tuple[int, str]] = attrs.field(factory=list)
    surprises: list[str] = attrs.field(factory=list)
    lag: float = 0.0
    waits: int = 0
    strays: list[str] = attrs.field(factory=list)

    def of_aim(self, aim: str) -> list[Call]:
        """Return the calls about one effect, in the order in which they began."""
        return [call for call in self.calls if call.aim == aim]

    @property
    def aims(self) -> list[str]:
        """Every effect that was asked for."""
        return list(dict.fromkeys(call.aim for call in self.calls))

    def call(self, number: int) -> Call | None:
        """Return a call by its number."""
        return self.calls[number] if 0 <= number < len(self.calls) else None

    def writes_of(self, number: int) -> list[Arrival]:
        """Return the writes of one call that reached the provider."""
        return [one for one in self.arrivals if one.call == number and one.is_write]

    def has_raced(self, aim: str) -> bool:
        """Tell whether two that share no journal were at one effect within the settle bound.

        What nobody can prevent; see what cannot be promised.
        """
        calls = self.of_aim(aim)
        return any(
            one.group != other.group
            and one.started <= other.ended + self.settle
            and other.started <= one.ended + self.settle
            for number, one in enumerate(calls)
            for other in calls[number + 1 :]
        )

    def may_double(self, aim: str) -> bool:
        """Tell whether two of an effect are nobody's fault here; then they must be detected."""
        if aim in self.doubles or self.has_raced(aim):
            return True
        calls = self.of_aim(aim)
        resends = any(call.policy is OnDoubt.RESEND for call in calls)
        is_split = len({call.group for call in calls}) > 1
        # One reference for two invoices is refused by a journal; without one in common nobody can know.
        is_reused = is_split and len({call.target for call in calls}) > 1
        is_nameless = is_split and not self.markers_survive
        return is_reused or is_nameless or (aim in self.beyond and (resends or is_split))
