"""Which requests go wrong: by script, or by a seeded mix."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping

import attrs

from invoicekit.simulate.exchange import Call
from invoicekit.simulate.fault import Fault, FaultKind

_ERROR_STATUSES = (500, 502, 503, 504)
# Stalls outlast everyone's patience; a replay doubles a keyless write whatever the client does.
_NOT_IN_A_STORM = (FaultKind.STALL_BEFORE, FaultKind.STALL_AFTER, FaultKind.REPLAY)
_THROTTLES = (FaultKind.THROTTLE_RETRY_AFTER, FaultKind.THROTTLE, FaultKind.THROTTLE_EMPTY)

# One place in a block of requests: the kinds that take turns there.
Place = tuple[FaultKind, ...]


@attrs.frozen(kw_only=True)
class FaultMix:
    """How often which fault strikes: each place once in every block of requests of one operation.

    Blocks rather than independent draws: every kind turns up even in a short run, and a run's length hardly
    depends on its seed. Where in its block a fault strikes is drawn from the seed.
    """

    write_block: int
    writes: tuple[Place, ...]
    read_block: int
    reads: tuple[Place, ...]
    slow_seconds: float = 0.3


@attrs.frozen(kw_only=True)
class FaultPlan:
    """Everything that shall go wrong; holds no state, so one plan can serve many simulators."""

    script: tuple[Fault, ...] = ()
    mix: FaultMix | None = None
    seed: int = 0
    name: str = "none"

    @classmethod
    def none(cls) -> "FaultPlan":
        """Plan no faults at all."""
        return cls()

    @classmethod
    def scripted(cls, faults: Iterable[Fault]) -> "FaultPlan":
        """Plan exactly these faults; of two that strike the same request, the first one given wins."""
        return cls(script=tuple(faults), name="scripted")

    @classmethod
    def profile(cls, name: str, seed: int = 0) -> "FaultPlan":
        """Plan a seeded mix: "none", "demo" (about 3 % of writes, 1 % of reads) or "storm" (about a third).

        Raises:
            ValueError: There is no such profile.
        """
        profiles = _profiles()
        if name not in profiles:
            raise ValueError(f"no fault profile {name!r}; there are {', '.join(profiles)}")
        return cls(mix=profiles[name], seed=seed, name=name)


def _profiles() -> Mapping[str, FaultMix | None]:
    demo = FaultMix(
        write_block=200,
        writes=(
            (FaultKind.ERROR_BEFORE,),
            (FaultKind.ERROR_AFTER,),
            (FaultKind.DROP_AFTER,),
            (FaultKind.DROP_AFTER,),
            (FaultKind.SLOW_BODY,),
            _THROTTLES,
        ),
        read_block=400,
        reads=((FaultKind.ERROR_BEFORE,), (FaultKind.ERROR_BEFORE,), (FaultKind.SLOW_BODY,), _THROTTLES),
    )
    storm = FaultMix(
        write_block=40,
        writes=tuple((kind,) for kind in FaultKind if kind not in _NOT_IN_A_STORM),
        read_block=40,
        reads=(
            *((kind,) for kind in _THROTTLES),
            (FaultKind.ERROR_BEFORE,),
            (FaultKind.DROP_BEFORE,),
            (FaultKind.SLOW_BODY,),
            (FaultKind.TRUNCATED,),
            (FaultKind.GARBAGE,),
        ),
    )
    return {"none": None, "demo": demo, "storm": storm}


class FaultSource:
    """One simulator's way through a plan: counts the requests and names the fault of each."""

    def __init__(self, plan: FaultPlan) -> None:
        self._plan = plan
        self._matched = [0] * len(plan.script)
        self._ordinals: Counter[str] = Counter()
        self._blocks: dict[str, dict[int, Fault]] = {}
        self._turns: Counter[Place] = Counter()

    def draw(self, call: Call, *, is_write: bool) -> Fault | None:
        """Return what shall happen to this request, or None; each request is to be shown once."""
        struck: Fault | None = None
        for number, fault in enumerate(self._plan.script):
            if fault.matches(call):
                self._matched[number] += 1
                if struck is None and fault.hits(self._matched[number]):
                    struck = fault
        if struck is None and self._plan.mix is not None:
            struck = self._from_mix(self._plan.mix, call.operation, is_write=is_write)
        return struck

    def _from_mix(self, mix: FaultMix, operation: str, *, is_write: bool) -> Fault | None:
        size = mix.write_block if is_write else mix.read_block
        block, position = divmod(self._ordinals[operation], size)
        self._ordinals[operation] += 1
        if position == 0:
            self._blocks[operation] = self._lay_out(mix, operation, block, is_write=is_write)
        return self._blocks[operation].get(position)

    def _lay_out(self, mix: FaultMix, operation: str, block: int, *, is_write: bool) -> dict[int, Fault]:
        # Text seeds are hashed the same way in every process; only these draws decide, never arrival order.
        draw = random.Random(f"{self._plan.seed}:{operation}:{block}")  # noqa: S311
        places = mix.writes if is_write else mix.reads
        size = mix.write_block if is_write else mix.read_block
        faults: dict[int, Fault] = {}
        for place, position in zip(places, draw.sample(range(size), len(places)), strict=True):
            kind = place[self._turns[place] % len(place)]
            self._turns[place] += 1
            seconds = mix.slow_seconds if kind is FaultKind.SLOW_BODY else None
            faults[position] = Fault(
                kind=kind, at=operation, status=draw.choice(_ERROR_STATUSES), seconds=seconds
            )
        return faults
