"""V1 to V4, V7 and V13: what stands in the books, held against what callers were told."""

from collections import Counter
from collections.abc import Iterator

from fault_judge import MOST_SENDS, NOT_APPLIED
from fault_play import Verdict
from history_record import Arrival, Call, Effect, History

from invoicekit.guard import OnDoubt
from invoicekit.journal import IntentState

_DELETIONS = frozenset({"delete", "unpay"})
TOLD_NOTHING_DONE = NOT_APPLIED | {Verdict.IN_PROGRESS}


def v1_no_duplicate(history: History) -> list[str]:
    """Nothing stands twice; where it is nobody's fault here, somebody was told."""
    found = []
    for aim, held in history.held.items():
        calls = history.of_aim(aim)
        if held <= 1 or not calls[0].is_append:
            continue
        if not history.may_double(aim):
            found.append(f"{aim} stands {held} times")
        elif _is_detectable(history, calls) and not _was_told(calls):
            found.append(f"{aim} stands {held} times, and nobody was told")
    return found


def _is_detectable(history: History, calls: list[Call]) -> bool:
    # Different content under one reference, by two that share no journal: each sees its own.
    is_split = len({call.spec for call in calls}) > 1 and len({call.group for call in calls}) > 1
    return history.markers_survive and not calls[0].is_keyless and not is_split


def _was_told(calls: list[Call]) -> bool:
    return any(Verdict.DUPLICATE in (call.verdict, call.resolving) for call in calls)


def v2_no_loss(history: History) -> list[str]:
    """What was called done stands there, as it was asked for, and nowhere else; what was returned is true."""
    found = [f"{stray} was asked for by nobody" for stray in history.strays]
    for call in history.calls:
        if call.verdict is not Verdict.DONE and not call.missing:
            continue
        is_doubled = call.held > 1 and history.may_double(call.aim)  # which is V1's affair
        is_excused = _was_overtaken(history, call) or _was_misled(history, call)
        if not call.is_there and not is_doubled and not is_excused:
            found.append(f"call {call.number} ({call.spec}) was told done, and it is not there")
        elif call.is_there and not call.is_right:
            found.append(f"call {call.number} ({call.spec}) was told something else than the truth")
    return found


def _was_misled(history: History, call: Call) -> bool:
    """Tell whether a deletion looked, and its request was mangled into one for something that is not there.

    Gone is done, and the provider truly said that what it was asked for is gone.
    """
    return call.spec.kind in _DELETIONS and any(
        one.call == call.number and not one.is_write and one.fault.startswith("mangled")
        for one in history.arrivals
    )


def _was_overtaken(history: History, call: Call) -> bool:
    """Tell whether somebody set something else there while the call looked."""
    if call.is_append:
        return False
    others = (
        effect for effect in history.effects if effect.target == call.target and effect.call != call.number
    )
    since = call.started - history.lag
    return call.target in history.strangers or any(since <= one.at <= call.ended for one in others)


def v3_no_false_failure(history: History) -> list[str]:
    """Whoever was told that nothing was done has done nothing, then or later."""
    found = []
    for call in history.calls:
        if call.is_blind or call.aim in history.beyond:
            continue
        mine = [one for one in history.effects if one.call == call.number]
        if call.reported is not None:
            done = [one for one in mine if one.items & call.undone]
        else:
            done = [one for one in mine if one.is_whole and call.verdict in TOLD_NOTHING_DONE]
        if done:
            found.append(
                f"call {call.number} ({call.spec}) was told {call.verdict.value} ({call.error}), and its "
                f"{done[0].operation} took effect"
            )
    return found


def v4_honest_doubt(history: History) -> list[str]:
    """After all faults there is doubt only where no read can end it, or where nobody may send again."""
    return [
        f"call {call.number} ({call.spec}, {call.phase}) is in doubt though {why}: {call.error}"
        for call in history.calls
        if call.phase in ("third", "audit") and call.verdict is Verdict.UNKNOWN
        for why in _not_honest(history, call)
    ]


def _not_honest(history: History, call: Call) -> Iterator[str]:
    if call.is_keyless or not history.markers_survive:
        return
    if call.is_there:
        yield "it is there"
    elif call.is_append:
        is_disputed = call.target in history.strangers or "look the same" in call.error
        is_contended = len({one.spec for one in history.of_aim(call.aim)}) > 1
        is_spent = _recorded(history, call) >= MOST_SENDS
        if call.policy is OnDoubt.RESEND and not (is_disputed or is_contended or is_spent):
            yield "it is not there, and might be sent again"
    elif not _was_set_by_others(history, call) and not _is_refused(history, call):
        yield "its value can be set again"


def _is_refused(history: History, call: Call) -> bool:
    """Tell whether the provider refuses to take the value, so that nobody can ask for it again."""
    return any(400 <= (one.status or 0) < 500 for one in history.writes_of(call.number))


def _was_set_by_others(history: History, call: Call) -> bool:
    return call.target in history.strangers or any(
        effect.target == call.target and _spec_of(history, effect) != str(call.spec)
        for effect in history.effects
    )


def _spec_of(history: History, effect: Effect) -> str:
    made = history.call(effect.call)
    return "" if made is None else str(made.spec)


def v7_monotone(history: History) -> list[str]:
    """Nothing vanishes unasked, and no older value comes back over a newer one that was called done."""
    found = [f"call {loss.call}: {loss.what} vanished" for loss in history.losses]
    for late, newer in echoes(history):
        is_apart = late.group != newer.group or _is_settled_elsewhere(late, newer)
        is_excused = late.aim in history.beyond or (is_apart and newer.started < late.ended + history.settle)
        comes_after = [one for one in history.effects if one.call == late.number and one.at > newer.ended]
        if comes_after and not is_excused:
            found.append(
                f"call {late.number} ({late.spec}) came back over call {newer.number} ({newer.spec})"
            )
    return found + [
        f"call {revived.number} ({revived.spec}) revived what call {void.number} had made void"
        for void, revived in _revivals(history)
    ]


def _is_settled_elsewhere(late: Call, newer: Call) -> bool:
    """Tell whether another process settled the value by repeating it, which a journal does not show.

    A known limit: that the first send may still arrive is known to its own process alone.
    """
    return late.writer != newer.writer and late.verdict is Verdict.DONE


def _revivals(history: History) -> Iterator[tuple[Call, Call]]:
    """Yield every call that set a void invoice to something else, though any read would have shown it."""
    statuses = [call for call in history.calls if call.spec.kind == "status"]
    for void in statuses:
        if void.spec.name != "void" or void.verdict is not Verdict.DONE:
            continue
        for later in statuses:
            is_other = later.target == void.target and later.spec.name != "void"
            is_shown = later.started >= void.ended + history.lag
            if is_other and is_shown and any(effect.call == later.number for effect in history.effects):
                yield void, later


def echoes(history: History) -> Iterator[tuple[Call, Call]]:
    """Yield every earlier call with every later one that was called done with another value."""
    values = [call for call in history.calls if not call.is_append and not call.is_blind]
    for earlier in values:
        for newer in values:
            is_other = newer.target == earlier.target and newer.spec != earlier.spec
            if is_other and earlier.ended <= newer.started and newer.verdict is Verdict.DONE:
                yield earlier, newer


def v13_budget(history: History) -> list[str]:
    """No call sends one thing more than three times, nor do all calls of one reference together."""
    found = []
    for call in history.calls:
        sent = Counter(one.operation for one in history.arrivals if one.call == call.number and _acts(one))
        found += [
            f"call {call.number} ({call.spec}) sent {operation} {count} times"
            for operation, count in sent.items()
            if count > MOST_SENDS * call.parts
        ]
    for aim in history.aims:
        calls = [call for call in history.of_aim(aim) if call.is_append and call.parts == 1]
        for group in dict.fromkeys(call.group for call in calls):
            numbers = {call.number for call in calls if call.group == group}
            total = Counter(one.operation for one in history.arrivals if one.call in numbers and _acts(one))
            found += [
                f"{aim} was sent {count} times by {operation}"
                for operation, count in total.items()
                if count > MOST_SENDS
            ]
    return found


def _acts(arrival: Arrival) -> bool:
    """Tell whether a write may have had an effect: a refusal in words had none."""
    return arrival.is_write and (arrival.status is None or not 400 <= arrival.status < 500)


def _recorded(history: History, call: Call) -> int:
    """Count the sends that one reference has on record, those that got lost on their way too."""
    numbers = {one.number for one in history.of_aim(call.aim) if one.group == call.group}
    sends = Counter(
        move.key.operation
        for move in history.moves
        if move.call in numbers and move.after is IntentState.SENDING
    )
    return max(sends.values(), default=0)
