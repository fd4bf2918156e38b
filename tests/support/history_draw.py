"""Draw a history's script from its seed."""

import random
from collections.abc import Callable, Mapping

from history_asset import AssetWorld, draw_asset
from history_clockify import ClockifyWorld, draw_clockify
from history_kukkingu import KukkinguWorld, draw_kukkingu
from history_script import SETTLE, End, Event, Script, Spec, Stop, Strike, WriterPlan
from history_world import BuildWorld, DrawSpec

from invoicekit.guard import OnDoubt
from invoicekit.simulate import Fault, FaultKind
from invoicekit.testing import LineFault, Trouble

Draw = random.Random

BUILDS: Mapping[str, BuildWorld] = {
    "clockify": ClockifyWorld,
    "asset": AssetWorld,
    "kukkingu": KukkinguWorld,
}
_SPECS: Mapping[str, DrawSpec] = {
    "clockify": draw_clockify,
    "asset": draw_asset,
    "kukkingu": draw_kukkingu,
}
_STRANGERS = {
    "clockify": ("pays the same", "pays another", "voids one", "takes a number"),
    "asset": ("pays the same", "pays another", "voids one", "takes a number"),
    "kukkingu": ("pays the same", "pays another", "voids one"),
}
_5XX = (500, 502, 503, 504)
_LAG_OF = {
    "clockify": "payment_lag_seconds",
    "asset": "transaction_lag_seconds",
    "kukkingu": "lag_seconds",
}


def draw_script(seed: int) -> Script:
    """Draw one history; the same seed draws the same one."""
    draw = random.Random(f"history:{seed}")
    provider = draw.choice(("clockify", "clockify", "asset", "asset", "kukkingu"))
    writers = _writers(draw)
    count = draw.randint(5, 14) if draw.random() < 0.85 else draw.randint(15, 40)
    events: list[Event] = []
    while len(events) < count:
        events += draw_events(draw, provider, writers)
    return Script(
        seed=seed,
        provider=provider,
        writers=writers,
        events=tuple(events),
        behaviour=draw_behaviour(draw, provider),
        page_size=2 if provider != "kukkingu" and draw.random() < 0.25 else None,
        is_durable=draw.random() < 0.06,
    )


def lag_of(script: Script) -> float:
    """Return for how many seconds reads may show what stood before."""
    return float(str(dict(script.behaviour).get(_LAG_OF[script.provider], 0.0)))


def _writers(draw: Draw) -> tuple[WriterPlan, ...]:
    plans = []
    for number in range(draw.choice((1, 2, 2, 3, 4))):
        is_shared = number == 0 or draw.random() < 0.65
        plans.append(
            WriterPlan(
                group=0 if is_shared else number,
                policy=draw.choice(tuple(OnDoubt)),
                deadline=draw.choice((30.0, 30.0, 300.0, None)),
                is_volatile=not is_shared and draw.random() < 0.5,
            )
        )
    return tuple(plans)


def _after(draw: Draw) -> float:
    kind = draw.random()
    if kind < 0.25:
        return 0.0
    longest = 0.05 if kind < 0.5 else 2.0 if kind < 0.7 else 40.0 if kind < 0.9 else 200.0
    return round(draw.uniform(0.0, longest), 3)


def draw_events(draw: Draw, provider: str, writers: tuple[WriterPlan, ...]) -> list[Event]:
    """Draw the next event; a crash may be followed by the same once more."""
    kind = draw.random()
    number = draw.randrange(len(writers))
    if kind < 0.05:
        return [Event(after=_after(draw), stranger=draw.choice(_STRANGERS[provider]))]
    if kind < 0.09:
        return [Event(after=_after(draw), writer=number, jump=draw.choice((-1, 1)))]
    spec = _SPECS[provider](draw, is_shared=writers[number].group == 0)
    event = Event(
        after=_after(draw),
        writer=number,
        spec=spec,
        strikes=_strikes(draw, provider),
        stop=_stop(draw),
        resolves=draw.random() < 0.15,
    )
    if event.stop is None or draw.random() < 0.4:
        return [event]
    return [event, _again(draw, spec, number, writers)]


def _again(draw: Draw, spec: Spec, number: int, writers: tuple[WriterPlan, ...]) -> Event:
    """Do the same again, by the same or by another of its group."""
    same = [other for other, plan in enumerate(writers) if plan.group == writers[number].group]
    return Event(after=_after(draw), writer=draw.choice(same), spec=spec)


def _stop(draw: Draw) -> Stop | None:
    kind = draw.random()
    if kind > 0.2:
        return None
    end = End.CANCEL if kind > 0.07 else End.CRASH
    return Stop(end=end, step=draw.randrange(draw.choice((12, 12, 30))), lets_go=draw.random() < 0.6)


def _strikes(draw: Draw, provider: str) -> tuple[Strike, ...]:
    if draw.random() < 0.4:
        return ()
    struck = [_strike_write(draw, provider)] if draw.random() < 0.8 else []
    if not struck or draw.random() < 0.25:
        struck.append(_strike_read(draw))
    return tuple(struck)


def _strike_write(draw: Draw, provider: str) -> Strike:
    nth = draw.choice((1, 1, 1, 2))
    times = draw.choice((1, 1, 1, 2, 3))
    make = draw.choice(_WRITE_FAULTS)
    return make(draw, provider, nth, times)


def _lost_before(draw: Draw, provider: str, nth: int, times: int) -> Strike:
    fault = draw.choice(
        (
            Fault(kind=FaultKind.DROP_BEFORE, is_reset=draw.random() < 0.5),
            Fault(kind=FaultKind.STALL_BEFORE, seconds=draw.uniform(25, 90)),
            Fault(kind=FaultKind.ERROR_BEFORE, status=draw.choice(_5XX)),
            Fault(kind=FaultKind.REDIRECT, status=draw.choice((301, 302, 303, 307, 308))),
        )
    )
    return Strike(nth=nth, times=times, fault=fault)


def _lost_after(draw: Draw, provider: str, nth: int, times: int) -> Strike:
    fault = draw.choice(
        (
            Fault(kind=FaultKind.DROP_AFTER, is_reset=draw.random() < 0.5),
            Fault(kind=FaultKind.STALL_AFTER, seconds=draw.uniform(25, 90)),
            Fault(kind=FaultKind.ERROR_AFTER, status=draw.choice(_5XX)),
            Fault(kind=FaultKind.TRUNCATED),
            Fault(kind=FaultKind.GARBAGE),
            Fault(kind=FaultKind.WRONG_BODY),
            Fault(kind=FaultKind.SLOW_BODY, seconds=draw.choice((0.5, 90.0))),
        )
    )
    return Strike(nth=nth, times=times, fault=fault)


def _late(draw: Draw, provider: str, nth: int, times: int) -> Strike:
    return Strike(nth=nth, fault=Fault(kind=FaultKind.LATE, seconds=draw.uniform(0.01, 0.5) * SETTLE))


def _rare(draw: Draw, provider: str, nth: int, times: int) -> Strike:
    """Do what no protocol can undo: come too late, come twice."""
    if draw.random() < 0.3:
        return Strike(nth=nth, fault=Fault(kind=FaultKind.LATE, seconds=SETTLE + draw.uniform(2, 60)))
    seconds = draw.choice((0.0, 0.005, draw.uniform(0.1, 10.0)))
    return Strike(nth=nth, fault=Fault(kind=FaultKind.REPLAY, seconds=seconds))


def _throttle(draw: Draw, provider: str, nth: int, times: int) -> Strike:
    kind = draw.choice((FaultKind.THROTTLE, FaultKind.THROTTLE_EMPTY, FaultKind.THROTTLE_RETRY_AFTER))
    hint = draw.choice(("1", "3", "7", "0.5", "-5", "soon"))
    return Strike(nth=nth, times=times, fault=Fault(kind=kind, retry_after=hint))


def _on_line(draw: Draw, provider: str, nth: int, times: int) -> Strike:
    trouble = draw.choice([one for one in Trouble if one is not Trouble.PASSED])
    hint = draw.choice(("1", "4"))
    return Strike(nth=nth, times=times, trouble=LineFault(trouble=trouble, hint=hint))


def _meanwhile(draw: Draw, provider: str, nth: int, times: int) -> Strike:
    fault = draw.choice((None, Fault(kind=FaultKind.DROP_BEFORE), Fault(kind=FaultKind.DROP_AFTER)))
    stranger = draw.choice(_STRANGERS[provider])
    return Strike(nth=nth, fault=fault, stranger=stranger)


_Make = Callable[[Draw, str, int, int], Strike]
_WRITE_FAULTS: tuple[_Make, ...] = (
    *(_lost_before, _lost_before, _lost_before, _lost_after, _lost_after, _lost_after, _lost_after),
    *(_late, _late, _late, _throttle, _on_line, _on_line, _meanwhile, _rare),
)


def _strike_read(draw: Draw) -> Strike:
    nth, times = draw.choice((1, 1, 2, 3, 4)), draw.choice((1, 1, 2, 3, 6))
    kind = draw.random()
    if kind < 0.06:
        return Strike(on="read", circles=True, times=None)
    if kind < 0.4:
        trouble = draw.choice([one for one in Trouble if one is not Trouble.PASSED])
        return Strike(on="read", nth=nth, times=times, trouble=LineFault(trouble=trouble, hint="2"))
    fault = draw.choice(
        (
            Fault(kind=FaultKind.DROP_BEFORE),
            Fault(kind=FaultKind.ERROR_BEFORE, status=draw.choice(_5XX)),
            Fault(kind=FaultKind.STALL_BEFORE, seconds=draw.uniform(5, 60)),
            Fault(kind=FaultKind.TRUNCATED),
            Fault(kind=FaultKind.GARBAGE),
            Fault(kind=FaultKind.WRONG_BODY),
            Fault(kind=FaultKind.REDIRECT),
            Fault(kind=FaultKind.THROTTLE_RETRY_AFTER, retry_after=draw.choice(("1", "5"))),
        )
    )
    return Strike(on="read", nth=nth, times=times, fault=fault)


def draw_behaviour(draw: Draw, provider: str) -> tuple[tuple[str, object], ...]:
    """Draw the provider's oddities: mostly none, then what nobody has proved about it."""
    drawn: dict[str, object] = {}
    if draw.random() < 0.3:
        is_beyond = draw.random() < 0.1
        share = draw.uniform(1.2, 2.5) if is_beyond else draw.uniform(0.01, 0.4)
        drawn[_LAG_OF[provider]] = round(share * SETTLE, 3)
    for name, chance, values in _ODDITIES[provider]:
        if draw.random() < chance:
            drawn[name] = draw.choice(values)
    return tuple(sorted(drawn.items()))


_ODDITIES: Mapping[str, tuple[tuple[str, float, tuple[object, ...]], ...]] = {
    "clockify": (
        ("note_rewrite", 0.1, ("trim", "strip_html", "drop")),
        ("sends_last_page", 0.2, (False,)),
        ("sends_last_page_on_search", 0.3, (True,)),
        ("short_pages", 0.1, (True,)),
        ("duplicate_number", 0.3, ("refuse",)),
        ("keeps_time_of_day", 0.1, (False,)),
        ("overpayment", 0.1, ("refuse",)),
    ),
    "asset": (
        ("generation", 0.4, ("oldest", "middle")),
        ("envelope", 0.2, ("guide",)),
        ("amounts_as_text", 0.2, (True,)),
        ("repeated_transaction", 0.3, ("return_first", "refuse")),
        ("repeated_refund", 0.3, ("return_first", "refuse")),
        ("repeated_number", 0.3, ("refuse",)),
        ("reapplying", 0.3, ("refuse",)),
        ("overpaying", 0.3, ("refuse",)),
        ("filters_by_external_id", 0.2, (False,)),
        ("error_shape", 0.3, ("error", "message")),
    ),
    "kukkingu": (
        ("get_invoice", 0.2, (False,)),
        ("created_status", 0.2, (200,)),
        ("locked_status", 0.2, (422,)),
        ("duplicate_number", 0.3, ("refuse",)),
        ("act_again", 0.3, ("accept",)),
        ("unlinked_is_null", 0.3, (True,)),
        ("expands", 0.2, (False,)),
        ("bad_billable", 0.2, ("partial",)),
    ),
}
