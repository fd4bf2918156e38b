"""V10 to V12 and V14 to V17: reports, reads, pauses, ends, neighbours and secrets."""

from fault_judge import MOST_SENDS
from fault_play import Verdict
from history_record import Arrival, Call, History

from invoicekit.journal import IntentState

_ENDS = frozenset({Verdict.DONE, Verdict.DUPLICATE, Verdict.UNKNOWN, Verdict.REFUSED, Verdict.WRONG})
_SHORT_PAUSE = 1.0
"""Up to so many seconds the limiter only slows down; the refused request itself waits."""
_BLINK = 0.001
_ON_ITS_WAY = 0.01
"""Seconds between the limiter's word and the wire, in which the record is made."""
_SLACK = 15.0
"""Seconds of pauses and requests beside the settle bound of each send."""


def v10_conservation(history: History) -> list[str]:
    """A report counts each item that was given, once."""
    return [
        f"call {call.number} ({call.spec}) reported {call.reported} of {call.given}"
        for call in history.calls
        if call.reported is not None and call.reported != call.given
    ]


def v11_verified_means_read(history: History) -> list[str]:
    """Nothing is called verified that was not read after the last write."""
    return [
        f"call {call.number} ({call.spec}) was called verified without a read after its write"
        for call in history.calls
        if call.is_verified and not _was_read(history, call)
    ]


def _was_read(history: History, call: Call) -> bool:
    mine = [one for one in history.arrivals if one.call == call.number and one.at <= call.ended]
    since = max((one.at for one in mine if one.is_write), default=0.0)
    return any(_is_read(one) and one.at >= since for one in mine)


def _is_read(arrival: Arrival) -> bool:
    # Refusals are what reads of something deleted show; which status it is, is the provider's affair.
    status = arrival.status
    return not arrival.is_write and status is not None and (200 <= status < 300 or status in (400, 404))


def v12_rate(history: History) -> list[str]:
    """Whoever was told to wait for more than a second sends nothing before the time is over."""
    return [
        f"call {pause.call} was told at {pause.told_at:.3f} to wait {pause.seconds:g} s, and call "
        f"{pause.next_call} sent at {pause.next_at:.3f}"
        for pause in history.pauses
        if pause.seconds > _SHORT_PAUSE
        and pause.told_at + _ON_ITS_WAY < pause.next_at < pause.told_at + pause.seconds - _BLINK
    ]


def v14_liveness(history: History) -> list[str]:
    """After all faults every call ends in time, with an answer that is an end; nothing is left sending."""
    found = [
        f"{key.operation} {key.reference!r} is left as sending in journal {group}"
        for (group, key), state in history.left.items()
        if state is IntentState.SENDING
    ]
    for call in history.calls:
        if call.phase == "story":
            continue
        if call.verdict not in _ENDS:
            found.append(f"call {call.number} ({call.spec}, {call.phase}): {call.error or 'no end'}")
        elif call.ended - call.started > MOST_SENDS * history.settle + _SLACK:
            found.append(f"call {call.number} ({call.spec}) took {call.ended - call.started:.1f} s")
        elif _was_never_done(history, call):
            found.append(f"call {call.number} ({call.spec}, {call.phase}) is never done: {call.error}")
    return found


def _was_never_done(history: History, call: Call) -> bool:
    """Tell whether something was refused for which nobody can be seen to stand in the way."""
    if call.verdict not in (Verdict.REFUSED, Verdict.WRONG) or not call.is_append:
        return False
    if call.aim in history.beyond:
        return False
    calls = history.of_aim(call.aim)
    is_contended = call.target in history.strangers or len({one.spec for one in calls}) > 1
    return call.held == 0 and not is_contended


def v15_same_on_rerun(history: History) -> list[str]:
    """What is done stays done: asking again sends nothing, not even without the journal."""
    done = {
        (call.group, call.spec)
        for call in history.calls
        if call.phase == "again" and call.verdict is Verdict.DONE
    }
    found = []
    for call in history.calls:
        is_rerun = call.phase == "third" and (call.group, call.spec) in done
        if (is_rerun or call.phase == "audit") and not call.is_blind:
            writes = history.writes_of(call.number)
            if writes:
                found.append(
                    f"call {call.number} ({call.spec}, {call.phase}) sent {writes[0].operation} once more"
                )
            elif is_rerun and not _is_same_end(call):
                found.append(f"call {call.number} ({call.spec}) was done before: {call.error}")
    return found


def _is_same_end(call: Call) -> bool:
    # Without a reference a second payment is refused where the first one stands.
    is_told_there = call.held > 0 and call.error.startswith("ReferenceReused")
    return is_told_there or call.verdict in (Verdict.DONE, Verdict.DUPLICATE)


def v16_isolation(history: History) -> list[str]:
    """Somebody else on the same journal is as fast as ever."""
    return [
        f"a bystander took {one.seconds:.3f} s where {one.alone:.3f} s do"
        for one in history.bystanders
        if one.seconds > one.alone * 1.05 + 1e-6
    ]


def v17_secrecy(history: History) -> list[str]:
    """No key is in any log line, error, frame, result or record."""
    return [
        f"a key was shown: {text[:60]!r}..."
        for text in history.sinks
        if any(secret in text for secret in history.secrets)
    ]


def only_known_errors(history: History) -> list[str]:
    """Nothing is raised that no document names."""
    return list(history.surprises)


def is_settled(call: Call) -> bool:
    """Tell whether a call after the story ended well."""
    return call.phase != "story" and call.verdict is Verdict.DONE
