"""A few histories over real sockets: what the transport without sockets stands in for."""

from pathlib import Path

import attrs
import pytest
from history_draw import draw_script
from history_judge import complaints
from history_play import play_on_sockets


@pytest.mark.parametrize("seed", [0, 1, 2, 4, 5])
def test_history_on_sockets(seed: int, tmp_path: Path) -> None:
    """aiohttp at both ends: the same invariants hold.

    What goes wrong on the line is left to the transport without sockets; what the provider does is not.
    """
    script = draw_script(seed)
    events = tuple(
        attrs.evolve(event, strikes=tuple(one for one in event.strikes if one.trouble is None))
        for event in script.events
    )

    history = play_on_sockets(attrs.evolve(script, events=events), folder=tmp_path)

    assert complaints(history) == []
    assert history.arrivals
