"""The judge itself: each invariant sees a history that breaks it, and lets its innocent twin pass."""

from typing import Any

import attrs
import pytest
from fault_play import Verdict
from history_judge import INVARIANTS, complaints
from history_record import Arrival, Bystander, Call, Effect, History, Loss, Move, Pause
from history_script import Script, Spec, WriterPlan

from invoicekit.guard import OnDoubt
from invoicekit.journal import IntentKey, IntentState

S = IntentState
KEY = IntentKey("clockify", "w", "record_payment", "bank-1")
PAY = Spec(kind="pay", name="bank-1")
ASK = WriterPlan(group=0, policy=OnDoubt.ASK, deadline=30.0)


def history(*calls: Call, **more: Any) -> History:
    script = Script(seed=0, provider="clockify", writers=(ASK,), events=())
    numbered = [attrs.evolve(call, number=number) for number, call in enumerate(calls)]
    return History(script=script, calls=numbered, **more)


def pay(**changes: Any) -> Call:
    """A payment that was recorded, and called done."""
    given: dict[str, Any] = {"held": 1, "is_there": True, "started": 0.0, "ended": 1.0, **changes}
    return Call(
        number=0,
        writer=0,
        group=given.pop("group", "0"),
        spec=given.pop("spec", PAY),
        aim="pay bank-1",
        target=given.pop("target", "inv1"),
        **given,
    )


def setting(name: str, **changes: Any) -> Call:
    """A status that was set, and called done."""
    return attrs.evolve(
        pay(spec=Spec(kind="status", name=name), is_append=False, **changes), aim="status inv1"
    )


def batch(undone: set[str], **changes: Any) -> Call:
    """A batch of two marks, of which some were refused."""
    refused = pay(spec=Spec(kind="mark", name="yes"), verdict=Verdict.REFUSED, is_there=False, **changes)
    refused.aim, refused.is_append = "mark 0", False
    refused.given, refused.reported, refused.undone = 2, 2, frozenset(undone)
    return refused


def arrival(call: int = 0, **changes: Any) -> Arrival:
    given: dict[str, Any] = {"is_write": True, "status": 201, "at": 0.5, **changes}
    return Arrival(call=call, operation=given.pop("operation", "add_payment"), **given)


def effect(call: int = 0, at: float = 0.5) -> Effect:
    return Effect(call=call, operation="add_payment", target="inv1", at=at)


def move(before: S | None, after: S, *, call: int = 0, at: float = 0.5, is_new: bool = False) -> Move:
    return Move(call=call, group="0", key=KEY, before=before, after=after, at=at, is_new=is_new)


def unknown(**changes: Any) -> Call:
    given: dict[str, Any] = {"phase": "third", "held": 0, "is_there": False, **changes}
    return pay(verdict=Verdict.UNKNOWN, **given)


SENT_TWICE = [move(S.PLANNED, S.SENDING), move(S.SENDING, S.IN_DOUBT, call=1, at=0.7)]
TOLD = Pause(call=0, told_at=1.0, seconds=5.0, next_call=1, next_at=3.0)
LATER = setting("open", started=2.0, ended=3.0)

# By invariant, a history that breaks it and one that does not, though it nearly does.
CASES: dict[str, list[tuple[History, History]]] = {
    "V1": [
        (history(pay(), held={"pay bank-1": 2}), history(pay(), held={"pay bank-1": 1})),
        (
            history(pay(), held={"pay bank-1": 2}, doubles=frozenset({"pay bank-1"})),
            history(
                pay(verdict=Verdict.DUPLICATE), held={"pay bank-1": 2}, doubles=frozenset({"pay bank-1"})
            ),
        ),
        (
            history(pay(), pay(started=2, ended=3), held={"pay bank-1": 2}),
            history(pay(), pay(group="1", verdict=Verdict.DUPLICATE), held={"pay bank-1": 2}),
        ),
    ],
    "V2": [
        (history(pay(held=0, is_there=False)), history(pay())),
        (history(pay(is_right=False)), history(pay())),
        (history(batch(missing=1, undone={"e1"})), history(batch(undone={"e1"}))),
        (history(pay(), strays=["line 1 on invoice 2"]), history(pay())),
        (
            history(setting("void", is_there=False)),
            history(setting("void", is_there=False), strangers=frozenset({"inv1"})),
        ),
    ],
    "V3": [
        (
            history(pay(verdict=Verdict.REFUSED), effects=[effect()]),
            history(pay(verdict=Verdict.REFUSED)),
        ),
        (
            history(batch(undone={"e1"}), effects=[attrs.evolve(effect(), items=frozenset({"e1", "e2"}))]),
            history(batch(undone={"e1"}), effects=[attrs.evolve(effect(), items=frozenset({"e2"}))]),
        ),
        (
            history(pay(verdict=Verdict.AGAIN), effects=[effect(at=60.0)]),
            history(pay(verdict=Verdict.UNKNOWN), effects=[effect(at=60.0)]),
        ),
    ],
    "V4": [
        (history(unknown(held=1, is_there=True)), history(unknown())),
        (
            history(unknown(policy=OnDoubt.RESEND)),
            history(unknown(policy=OnDoubt.RESEND), strangers=frozenset({"inv1"})),
        ),
        (
            history(attrs.evolve(unknown(), is_append=False)),
            history(attrs.evolve(unknown(), is_keyless=True)),
        ),
    ],
    "V5": [
        (
            history(pay(), arrivals=[arrival(), arrival()], moves=[move(S.PLANNED, S.SENDING)]),
            history(pay(), arrivals=[arrival()], moves=[move(S.PLANNED, S.SENDING)]),
        )
    ],
    "V6": [
        (
            history(pay(), arrivals=[arrival(records=0)], moves=[move(S.PLANNED, S.SENDING, at=9.0)]),
            history(pay(), arrivals=[arrival(records=1)], moves=[move(S.PLANNED, S.SENDING)]),
        )
    ],
    "V7": [
        (history(pay(), losses=[Loss(call=0, what="p1", at=1.0)]), history(pay())),
        (
            history(setting("void"), LATER, effects=[effect(0, at=9.0)]),
            history(setting("void"), attrs.evolve(LATER, writer=1), effects=[effect(0, at=9.0)]),
        ),
        (
            history(setting("void"), LATER, effects=[effect(1, at=2.5)]),
            history(setting("void"), attrs.evolve(LATER, started=0.5), effects=[effect(1, at=0.7)]),
        ),
    ],
    "V8": [
        (
            history(pay(), pay(), moves=SENT_TWICE),
            history(attrs.evolve(pay(), crashed=True, ended=0.6), pay(), moves=SENT_TWICE),
        )
    ],
    "V9": [
        (history(moves=[move(S.IN_DOUBT, S.SENDING)]), history(moves=[move(S.IN_DOUBT, S.PLANNED)])),
        (
            history(moves=[move(S.IN_DOUBT, S.SENDING)]),
            history(
                moves=[
                    attrs.evolve(move(S.IN_DOUBT, S.SENDING), key=attrs.evolve(KEY, operation="set_status"))
                ]
            ),
        ),
        (
            history(moves=[move(S.IN_DOUBT, S.PLANNED, is_new=True)]),
            history(moves=[move(S.CONFIRMED, S.PLANNED, is_new=True)]),
        ),
    ],
    "V10": [(history(pay(given=3, reported=2)), history(pay(given=3, reported=3)))],
    "V11": [
        (
            history(pay(is_verified=True), arrivals=[arrival()], moves=[move(S.PLANNED, S.SENDING)]),
            history(
                pay(is_verified=True),
                arrivals=[arrival(), arrival(is_write=False, status=200, at=0.6)],
                moves=[move(S.PLANNED, S.SENDING)],
            ),
        )
    ],
    "V12": [
        (history(pauses=[TOLD]), history(pauses=[attrs.evolve(TOLD, next_at=6.0)])),
        (
            history(pauses=[attrs.evolve(TOLD, next_call=0)]),
            history(pauses=[attrs.evolve(TOLD, seconds=1.0, next_at=1.5)]),
        ),
    ],
    "V13": [
        (
            history(pay(), arrivals=[arrival(status=None)] * 4, moves=[move(S.PLANNED, S.SENDING)] * 4),
            history(pay(), arrivals=[arrival(status=429)] * 4, moves=[move(S.PLANNED, S.SENDING)] * 4),
        )
    ],
    "V14": [
        (history(left={("0", KEY): S.SENDING}), history(left={("0", KEY): S.IN_DOUBT})),
        (
            history(pay(phase="again", verdict=Verdict.IN_PROGRESS)),
            history(pay(verdict=Verdict.IN_PROGRESS)),
        ),
        (history(pay(phase="again", ended=900.0)), history(pay(ended=900.0))),
        (
            history(pay(phase="third", verdict=Verdict.WRONG, held=0)),
            history(pay(phase="third", verdict=Verdict.WRONG, held=0), strangers=frozenset({"inv1"})),
        ),
    ],
    "V15": [
        (
            history(
                pay(phase="again"),
                pay(phase="third"),
                arrivals=[arrival(1)],
                moves=[move(S.PLANNED, S.SENDING, call=1)],
            ),
            history(
                pay(phase="again", verdict=Verdict.UNKNOWN, is_there=False),
                pay(phase="third"),
                arrivals=[arrival(1)],
                moves=[move(S.PLANNED, S.SENDING, call=1)],
            ),
        ),
        (
            history(pay(phase="audit"), arrivals=[arrival()], moves=[move(S.PLANNED, S.SENDING)]),
            history(pay(phase="audit"), arrivals=[arrival(is_write=False)]),
        ),
    ],
    "V16": [
        (
            history(bystanders=[Bystander(seconds=2.0, alone=1.0)]),
            history(bystanders=[Bystander(seconds=1.0, alone=1.0)]),
        )
    ],
    "V17": [
        (
            history(secrets=("s3cret",), sinks=["HttpRequest(body=b'key=s3cret')"]),
            history(secrets=("s3cret",), sinks=["HttpRequest(body=...)"]),
        )
    ],
    "errors": [(history(surprises=["KeyError: 'id'"]), history())],
}


def test_every_invariant_has_its_cases() -> None:
    """An invariant that nothing can break would hold for ever."""
    assert set(CASES) == set(INVARIANTS)


@pytest.mark.parametrize(
    ("name", "broken"), [(name, pair[0]) for name, pairs in CASES.items() for pair in pairs]
)
def test_a_broken_invariant_is_seen(name: str, broken: History) -> None:
    """The judge names it, and nothing else."""
    assert {complaint.partition(":")[0] for complaint in complaints(broken)} == {name}


@pytest.mark.parametrize("innocent", [pair[1] for pairs in CASES.values() for pair in pairs])
def test_an_innocent_history_passes(innocent: History) -> None:
    """What nearly breaks an invariant is no complaint."""
    assert complaints(innocent) == []
