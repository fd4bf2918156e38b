"""What is tried in each cell of the matrix: one run for each place, policy and step."""

import random
from collections.abc import Callable, Mapping
from typing import Any

import attrs
from fault_kinds import ANSWERED_WITHOUT_A_NAME, APPENDS, FAULTS, Code, Draw, Drive, Plan, f29_after, on_line
from fault_worlds import WORLDS

from invoicekit.guard import OnDoubt
from invoicekit.simulate import Fault, FaultKind
from invoicekit.testing import LineFault, Trouble


@attrs.frozen(kw_only=True)
class Trial:
    """One run of one cell.

    Attributes:
        where: The provider, or the step of a write in two steps.
        script, line: Faults that strike the request that matters.
        rival: When another writer acts, and whether alike: "same before", "same meanwhile", "other before".
        lag: Seconds for which reads show what stood before the write.
        circles: Lists turn in a circle: "never", "always", or "after" the write.
        may_double: The fault itself makes a second one, or no promise covers it; then it is to be detected.
    """

    fault: str
    op: str
    where: str
    seed: int
    code: Code
    policy: OnDoubt = OnDoubt.ASK
    name: str = ""
    script: tuple[Fault, ...] = ()
    line: tuple[LineFault, ...] = ()
    behaviour: Mapping[str, Any] = attrs.field(factory=dict)
    rival: str = ""
    lag: float = 0.0
    circles: str = "never"
    drive: Drive = Drive.PLAIN
    step: int = -1
    second_step: int = -1
    failing: frozenset[str] = frozenset()
    hours_off: int = 0
    is_poisoned: bool = False
    is_looked_after: bool = False
    may_double: bool = False

    @property
    def kind(self) -> str:
        """What column of the table the operation stands in."""
        return KINDS[self.op]

    def __str__(self) -> str:
        parts = [self.fault, self.op, self.where, self.name, self.policy.value, f"seed {self.seed}"]
        if self.step >= 0:
            parts.append(f"step {self.step}/{self.second_step}")
        return " / ".join(part for part in parts if part)


KINDS: Mapping[str, str] = {
    "W1": "set",
    "W2": "set",
    "W3": "set",
    "W4": "marker",
    "W5": "natural",
    "W6": "key",
    "W7": "natural",
    "R1": "read",
    "R2": "read",
}

STEPPED = frozenset({Drive.CANCEL, Drive.KILL, Drive.FREEZE})


def trials(fault: str, op: str, seed: int, steps: Callable[[str, str], int], most_steps: int) -> list[Trial]:
    """Return everything that one cell tries with one seed.

    Args:
        steps: How many steps an operation has, by its name and place.
        most_steps: Of the steps to stop at, try this many.
    """
    made: list[Trial] = []
    for where in WORLDS[op]:
        if fault == "F24" and where == "kukkingu":
            continue  # its lists have no pages
        for number, inject in enumerate(FAULTS[fault][1]):
            if inject is f29_after and KINDS[op] == "read":
                continue
            draw = random.Random(f"{seed}:{fault}:{op}:{where}:{number}")
            plan = inject(KINDS[op], op, draw)
            made += _spread(plan, fault, op, where, seed, draw, steps, most_steps)
    return made


def _spread(
    plan: Plan,
    fault: str,
    op: str,
    where: str,
    seed: int,
    draw: Draw,
    steps: Callable[[str, str], int],
    most_steps: int,
) -> list[Trial]:
    """Make a trial for each policy, and for each step to stop at."""
    plan = dict(plan)
    resend = plan.pop("resend", None)
    by_place = plan.pop("at", {})
    plan["code"] = by_place.get(where, plan["code"])
    if plan.get("name") == FaultKind.WRONG_BODY.value and (op, where) in ANSWERED_WITHOUT_A_NAME:
        del plan["script"]
        plan |= on_line(Trouble.FOREIGN)
    one = Trial(fault=fault, op=op, where=where, seed=seed, **plan)
    policies = (OnDoubt.ASK, OnDoubt.RESEND) if one.kind in APPENDS else (OnDoubt.ASK,)
    made = [
        attrs.evolve(
            one,
            policy=policy,
            code=resend if resend is not None and policy is OnDoubt.RESEND else one.code,
            may_double=one.may_double or (resend is Code.DD and policy is OnDoubt.RESEND),
        )
        for policy in policies
    ]
    if one.drive not in STEPPED:
        return made
    count = steps(op, where)
    chosen = sorted(draw.sample(range(count), min(count, most_steps)))
    return [
        attrs.evolve(trial, step=step, second_step=draw.randrange(count)) for trial in made for step in chosen
    ]
