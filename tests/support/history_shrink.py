"""Make a failing script smaller: leave out whatever it fails without."""

from collections.abc import Callable, Iterator

import attrs
from history_script import Script

MOST_PLAYS = 400


def shrunk(script: Script, fails: Callable[[Script], bool], *, most_plays: int = MOST_PLAYS) -> Script:
    """Return a script that still fails, of which no single part can be left out.

    Args:
        fails: Plays a script and tells whether it fails in the same way.
        most_plays: Where to stop trying.
    """
    plays = 0
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for candidate in _smaller(script):
            plays += 1
            if plays > most_plays:
                return script
            if fails(candidate):
                script, is_smaller = candidate, True
                break
    return script


def _smaller(script: Script) -> Iterator[Script]:
    """Yield the script with one part less, the largest parts first."""
    events = script.events
    for size in (len(events) // 2, len(events) // 4, 1):
        for at in range(0, len(events), size) if size else ():
            kept = (*events[:at], *events[at + size :])
            # What follows keeps its time.
            gone = sum(event.after for event in events[at : at + size])
            if at < len(kept):
                moved = attrs.evolve(kept[at], after=round(kept[at].after + gone, 3))
                kept = (*kept[:at], moved, *kept[at + 1 :])
            yield attrs.evolve(script, events=kept)
    for at, event in enumerate(events):
        simpler = [
            attrs.evolve(event, strikes=(*event.strikes[:n], *event.strikes[n + 1 :]))
            for n in range(len(event.strikes))
        ]
        simpler += [attrs.evolve(event, stop=None)] if event.stop is not None else []
        simpler += [attrs.evolve(event, resolves=False)] if event.resolves else []
        for one in simpler:
            yield attrs.evolve(script, events=(*events[:at], one, *events[at + 1 :]))
    for at in range(len(script.behaviour)):
        yield attrs.evolve(script, behaviour=(*script.behaviour[:at], *script.behaviour[at + 1 :]))
    if script.page_size is not None:
        yield attrs.evolve(script, page_size=None)
    if script.is_durable:
        yield attrs.evolve(script, is_durable=False)
