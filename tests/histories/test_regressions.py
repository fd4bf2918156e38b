"""The least that is left of histories that once failed, each with what it found."""

import attrs
import pytest
from history_judge import complaints
from history_report import played
from history_script import End, Event, Script, Spec, Stop, Strike, WriterPlan

from invoicekit.guard import OnDoubt
from invoicekit.simulate import Fault, FaultKind
from invoicekit.testing import LineFault, Trouble

RESEND = WriterPlan(group=0, policy=OnDoubt.RESEND, deadline=None)
ASK = WriterPlan(group=0, policy=OnDoubt.ASK, deadline=300.0)
CIRCLE = Strike(on="read", circles=True, times=None)


def late(seconds: float) -> Strike:
    return Strike(fault=Fault(kind=FaultKind.LATE, seconds=seconds))


def script(provider: str, *events: Event, writers: tuple[WriterPlan, ...] = (ASK,), **lag: object) -> Script:
    return Script(seed=0, provider=provider, writers=writers, events=events, behaviour=tuple(lag.items()))


def call(
    kind: str, name: str, target: int = 0, *strikes: Strike, variant: int = 0, after: float = 0.0
) -> Event:
    return Event(
        after=after, spec=Spec(kind=kind, name=name, target=target, variant=variant), strikes=strikes
    )


def by(writer: int, event: Event) -> Event:
    return Event(after=event.after, writer=writer, spec=event.spec, strikes=event.strikes)


LOST = Strike(times=3, fault=Fault(kind=FaultKind.ERROR_BEFORE))

SCRIPTS = {
    "a resend after early looks alone, the later ones having failed": script(
        "clockify", call("pay", "bank-1", 1, late(5.7), CIRCLE), writers=(RESEND,)
    ),
    "a resend after a payment showed that had lost its marker": script(
        "clockify", call("pay", "bank-1", 1, late(9.4)), writers=(RESEND,), note_rewrite="drop"
    ),
    "lines for the invoice that a wrong answer named": script(
        "kukkingu",
        call("create", "N-2", 2, Strike(fault=Fault(kind=FaultKind.WRONG_BODY))),
        writers=(RESEND,),
        lag_seconds=5.2,
    ),
    "a deletion called done that was garbled on its way": script(
        "clockify", call("unpay", "gone", 1, Strike(trouble=LineFault(trouble=Trouble.MANGLED)))
    ),
    "a line that a proxy sent twice, called done": script(
        "clockify",
        call("create", "N-1", 1, Strike(nth=2, fault=Fault(kind=FaultKind.REPLAY, seconds=0.005))),
    ),
    "a value that came back after another, its repeat having been seen": script(
        "clockify",
        call("status", "open", 0, late(11.5)),
        call("status", "open", 0, after=1.2),
        call("status", "draft", 0, after=0.3),
    ),
    "a value that came back after another, a call for it having been torn away meanwhile": script(
        "asset",
        call("status", "given up", 0, late(12.0)),
        attrs.evolve(
            call("status", "given up", 0, after=1.973), stop=Stop(end=End.CANCEL, step=4, lets_go=False)
        ),
        call("status", "void", 0, after=0.784),
        writers=(RESEND,),
    ),
    "a deletion whose look was garbled on its way": script(
        "clockify",
        call("delete", "gone", 1, Strike(on="read", times=3, trouble=LineFault(trouble=Trouble.MANGLED))),
    ),
    "a value that nobody could set any more after three lost sends": script(
        "kukkingu", call("status", "open", 0, LOST)
    ),
    "marks that nobody could set any more after three lost sends": script(
        "clockify", call("mark", "yes", 0, LOST)
    ),
    "one reference for two invoices, one confirmed for the other": script(
        "clockify",
        call("pay", "bank-0", 0, Strike(fault=Fault(kind=FaultKind.ERROR_AFTER))),
        by(1, call("pay", "bank-0", 0, variant=2, after=0.032)),
        writers=(ASK, ASK),
    ),
    "one refund reference with two amounts, each found by its own": script(
        "asset",
        call("refund", "refund-0", 0, late(0.594)),
        by(1, call("refund", "refund-0", 0, variant=1, after=0.039)),
        writers=(ASK, attrs.evolve(ASK, group=1)),
    ),
    "a draft that a proxy made twice, its process having died with its journal": script(
        "clockify",
        call("create", "N-1", 1, Strike(fault=Fault(kind=FaultKind.REPLAY))),
        attrs.evolve(call("customer", "Beta"), stop=Stop(end=End.CRASH, step=5)),
        writers=(attrs.evolve(ASK, is_volatile=True),),
    ),
    "marks of which one was refused": script(
        "kukkingu",
        call("mark", "yes", 1),
        call(
            "mark",
            "no",
            1,
            Strike(on="read", nth=4, times=6, trouble=LineFault(trouble=Trouble.CERTIFICATE)),
            after=2,
        ),
    ),
    "a token asked for again before the time": script(
        "asset",
        call(
            "pay",
            "bank-1",
            1,
            Strike(on="read", fault=Fault(kind=FaultKind.THROTTLE_RETRY_AFTER, retry_after="5")),
        ),
    ),
    "a secret in the frame that asked for a token": script(
        "asset", call("pay", "bank-1", 1, Strike(on="read", times=6, fault=Fault(kind=FaultKind.DROP_BEFORE)))
    ),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_stays_found(name: str) -> None:
    """What was wrong once is right now."""
    assert complaints(played(SCRIPTS[name])) == []
