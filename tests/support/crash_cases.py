"""The crash matrix: where a payment is killed, in which mood of the provider, and again while it recovers.

Not every step lies on every path. What does not is named with its reason, and a run without that kill
proves it.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from crash_play import Case
from crash_steps import Place, Step
from crash_worlds import Mood

FIRST: tuple[Place, ...] = (
    Place(Step.PLAN),
    Place(Step.PLAN_AMID),
    Place(Step.PLAN_DURABLE),
    Place(Step.PLANNED),
    Place(Step.LOOK),
    Place(Step.LOOKED),
    Place(Step.LOOKED, 2),
    Place(Step.LOOKED, 3),
    Place(Step.SENDING),
    Place(Step.SENDING_AMID),
    Place(Step.SENDING_DURABLE),
    Place(Step.SENT_FOR),
    Place(Step.WRITE),
    Place(Step.WRITE_CONNECTED),
    Place(Step.WRITE_HALF),
    Place(Step.WRITE_OUT),
    Place(Step.WRITE_ANSWERING),
    Place(Step.WRITTEN),
    Place(Step.DOUBT),
    Place(Step.DOUBT_AMID),
    Place(Step.DOUBTED),
    Place(Step.READ_BACK),
    Place(Step.READ_BACKED),
    Place(Step.AGAIN_AMID),
    Place(Step.REPLANNED),
    Place(Step.NOTE_AMID),
    Place(Step.NOTE_DURABLE),
    Place(Step.SETTLE),
    Place(Step.SETTLE_AMID),
    Place(Step.SETTLE_DURABLE),
    Place(Step.SETTLED),
)
"""Where the first life of a payment ends; the second and third look are its second page and the invoice."""

SECOND: tuple[Place, ...] = (
    Place(Step.DOUBT_AMID),
    Place(Step.DOUBTED),
    Place(Step.READ_BACK),
    Place(Step.READ_BACKED),
    Place(Step.SENT_FOR),
    Place(Step.WRITE_OUT),
    Place(Step.SETTLE_AMID),
    Place(Step.SETTLED),
)
"""Where the second life ends."""

_ANSWER = {Step.WRITE_ANSWERING, Step.WRITTEN}
_DOUBT = {Step.DOUBT, Step.DOUBT_AMID, Step.DOUBTED}
_BACK = {Step.READ_BACK, Step.READ_BACKED}
_AGAIN = {Step.AGAIN_AMID, Step.REPLANNED}
_NOTE = {Step.NOTE_AMID, Step.NOTE_DURABLE}
_SETTLED = {Step.SETTLE_DURABLE, Step.SETTLED}

_SENT_TWICE = {Mood.DROPPED, Mood.REFUSED_502}
_NEVER_IN_DOUBT = {Mood.OK, Mood.LAG, Mood.THROTTLED, Mood.REFUSED}

ORDER: Mapping[Step, int] = MappingProxyType({step: number for number, step in enumerate(Step)})


def absent(mood: Mood, step: Step) -> str | None:
    """Say why a step does not lie on the way of an undisturbed payment; None where it does."""
    if step in _ANSWER and mood in {Mood.APPLIED_DROPPED, Mood.LATE}:
        return "the line is dropped: no answer comes, and none is needed, for it is found"
    if step in _DOUBT and mood in _NEVER_IN_DOUBT:
        return "the answer leaves no doubt"
    if step in _BACK and mood is Mood.REFUSED:
        return "a refusal is the last word: nothing is read back"
    if step in _AGAIN and mood not in _SENT_TWICE:
        return "it is never planned a second time: it is there, or was refused in words"
    if step in _NOTE and mood is not Mood.THROTTLED:
        return "only a try that was certainly refused unprocessed is noted"
    return None


def absent_then(mood: Mood, first: Place, second: Step) -> str | None:
    """Say why a step does not lie on the way of the recovery from a kill; None where it does."""
    if first.step in _SETTLED:
        return "it is settled: there is nothing left to recover"
    is_seen = ORDER[first.step] >= ORDER[Step.WRITE_OUT]
    if _is_planned(first.step):
        # Where the provider has had its mood already, the rest goes well.
        return absent(Mood.OK if is_seen else mood, second)
    if second in {Step.SENT_FOR, Step.WRITE_OUT} and is_seen and _is_applied(mood, first.step):
        return "it is found by reading back, and not sent again"
    return None


def _is_planned(step: Step) -> bool:
    """Tell whether a kill leaves no record of a send that may have had an effect."""
    return ORDER[step] <= ORDER[Step.SENDING_AMID] or step in {Step.REPLANNED, Step.NOTE_DURABLE}


def _is_applied(mood: Mood, step: Step) -> bool:
    """Tell whether the provider has applied a write, or will, when the process is killed there."""
    if mood is Mood.REFUSED:
        return False
    if mood is Mood.DROPPED:
        return step in _ANSWER or step in {Step.SETTLE, Step.SETTLE_AMID}
    if mood is Mood.REFUSED_502:
        return step in {Step.SETTLE, Step.SETTLE_AMID}
    if mood is Mood.THROTTLED:
        return step in _BACK or step in {Step.SETTLE, Step.SETTLE_AMID}
    return True


def payments(on_doubt: str = "resend") -> Iterator[Case]:
    """Yield the payments that are killed once."""
    for mood in Mood:
        for place in FIRST:
            is_never = on_doubt == "ask" and (place.step in _AGAIN or _needs_a_second_send(mood, place))
            if absent(mood, place.step) is None and not is_never:
                yield Case(call="pay", mood=mood, kills=(place,), on_doubt=on_doubt)


def _needs_a_second_send(mood: Mood, place: Place) -> bool:
    """Tell whether a place is reached only by sending again, which the policy of asking never does."""
    if mood is Mood.DROPPED:
        return place.step in _ANSWER or ORDER[place.step] >= ORDER[Step.SETTLE]
    return mood is Mood.REFUSED_502 and ORDER[place.step] >= ORDER[Step.SETTLE]


def recoveries() -> Iterator[Case]:
    """Yield the payments that are killed again while they recover."""
    for case in payments():
        for second in SECOND:
            if absent_then(case.mood, case.kills[0], second.step) is None:
                yield Case(call="pay", mood=case.mood, kills=(*case.kills, second))


def not_applicable() -> Iterator[tuple[str, str]]:
    """Yield every pair of a mood and a step, or of a kill and a second one, that is no case, and why."""
    for mood in Mood:
        for place in FIRST:
            reason = absent(mood, place.step)
            if reason is not None:
                yield f"{mood} / {place}", reason
    for case in payments():
        for second in SECOND:
            reason = absent_then(case.mood, case.kills[0], second.step)
            if reason is not None:
                yield f"{case}, then {second}", reason


# --- other writes ---------------------------------------------------------------------------------

WRITES: Mapping[str, int] = MappingProxyType(
    {"void": 1, "mark": 1, "delete": 1, "create": 5, "asset pay": 2, "kukkingu mark": 2, "pay all": 3}
)
"""By call: how many writes it takes where all goes well."""

_MOODS = (Mood.OK, Mood.APPLIED_DROPPED, Mood.DROPPED, Mood.REFUSED_502, Mood.LATE, Mood.GARBAGE)
_PLACES = (Step.PLANNED, Step.SENT_FOR, Step.WRITE_HALF, Step.WRITE_OUT, Step.SETTLE_AMID, Step.SETTLED)
_ALONE = (Step.PLANNED, Step.SENT_FOR, Step.WRITE_HALF, Step.WRITE_OUT, Step.SETTLE, Step.SETTLED)
"""Of payments made at once: not the commits, for it is chance which of them share one."""


def other_writes() -> Iterator[Case]:
    """Yield every other kind of write, killed at each of its writes, once and twice."""
    for call, writes in WRITES.items():
        for mood in _MOODS:
            for nth in range(1, writes + 1):
                for step in _PLACES if call != "pay all" else _ALONE:
                    yield Case(call=call, mood=mood, kills=(Place(step, nth),))
                yield Case(call=call, mood=mood, kills=(Place(Step.WRITE_OUT, nth), Place(Step.SETTLE_AMID)))


def groups() -> Iterator[Case]:
    """Yield payments that are made at once and killed amid a commit that they share: of plans, of sends."""
    for mood in _MOODS:
        for step in (Step.GROUP_AMID, Step.GROUP_DURABLE):
            for nth in (1, 2):
                yield Case(call="pay all", mood=mood, kills=(Place(step, nth),))


# --- a few of all ---------------------------------------------------------------------------------

_ONCE: tuple[tuple[str, Mood, str, Place], ...] = (
    ("pay", Mood.OK, "resend", Place(Step.PLAN_AMID)),
    ("pay", Mood.OK, "resend", Place(Step.LOOKED, 2)),
    ("pay", Mood.OK, "resend", Place(Step.SENDING_AMID)),
    ("pay", Mood.OK, "resend", Place(Step.SENDING_DURABLE)),
    ("pay", Mood.OK, "resend", Place(Step.WRITE_HALF)),
    ("pay", Mood.OK, "resend", Place(Step.WRITE_OUT)),
    ("pay", Mood.OK, "resend", Place(Step.SETTLE_AMID)),
    ("pay", Mood.OK, "ask", Place(Step.SENT_FOR)),
    ("pay", Mood.APPLIED_DROPPED, "resend", Place(Step.DOUBT_AMID)),
    ("pay", Mood.DROPPED, "resend", Place(Step.REPLANNED)),
    ("pay", Mood.DROPPED, "ask", Place(Step.DOUBTED)),
    ("pay", Mood.APPLIED_502, "ask", Place(Step.WRITE_OUT)),
    ("pay", Mood.REFUSED_502, "resend", Place(Step.WRITTEN)),
    ("pay", Mood.LATE, "resend", Place(Step.WRITE_OUT)),
    ("pay", Mood.LAG, "resend", Place(Step.WRITTEN)),
    ("pay", Mood.GARBAGE, "resend", Place(Step.READ_BACKED)),
    ("pay", Mood.THROTTLED, "resend", Place(Step.NOTE_DURABLE)),
    ("pay", Mood.REFUSED, "resend", Place(Step.SETTLE_AMID)),
    ("void", Mood.OK, "resend", Place(Step.SENT_FOR)),
    ("mark", Mood.APPLIED_DROPPED, "resend", Place(Step.WRITE_OUT)),
    ("delete", Mood.OK, "resend", Place(Step.WRITE_OUT)),
    ("create", Mood.OK, "resend", Place(Step.WRITE_OUT)),
    ("create", Mood.OK, "resend", Place(Step.SENT_FOR, 2)),
    ("create", Mood.OK, "resend", Place(Step.WRITE_OUT, 4)),
    ("asset pay", Mood.OK, "resend", Place(Step.WRITE_OUT)),
    ("asset pay", Mood.LATE, "resend", Place(Step.WRITE_OUT, 2)),
    ("kukkingu mark", Mood.OK, "resend", Place(Step.WRITE_OUT, 2)),
    ("pay all", Mood.OK, "resend", Place(Step.GROUP_AMID, 2)),
)
_TWICE: tuple[tuple[Mood, Place, Place], ...] = (
    (Mood.OK, Place(Step.WRITE_OUT), Place(Step.SETTLE_AMID)),
    (Mood.REFUSED_502, Place(Step.SENT_FOR), Place(Step.WRITE_OUT)),
    (Mood.LATE, Place(Step.WRITE_OUT), Place(Step.READ_BACK)),
)


def chosen() -> Iterator[Case]:
    """Yield a case or two of each kind: each mood, each sort of step, each write, once and twice."""
    for call, mood, on_doubt, place in _ONCE:
        yield Case(call=call, mood=mood, kills=(place,), on_doubt=on_doubt)
    for mood, first, second in _TWICE:
        yield Case(call="pay", mood=mood, kills=(first, second))
