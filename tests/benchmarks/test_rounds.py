"""The arithmetic every benchmark rests on."""

import gc

import pytest
from rounds import Side, interleave, ratios, spread


async def test_every_side_has_every_turn_and_each_begins_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three sides, three slices: each comes first once, and each costs what its slices cost."""
    monkeypatch.setattr(gc, "collect", lambda: 0)  # the garbage of a whole test run is not the point here
    turns: list[str] = []

    def side(name: str, cost: float) -> Side:
        async def measure() -> float:
            turns.append(name)
            return cost

        return measure

    sides = {"a": side("a", 1.0), "b": side("b", 2.0), "c": side("c", 4.0)}

    costs = await interleave(sides, 2, 3)

    assert costs == {"a": [3.0, 3.0], "b": [6.0, 6.0], "c": [12.0, 12.0]}
    assert [turns[begin] for begin in (0, 3, 6)] == ["a", "b", "c"]


def test_ratios_are_taken_round_by_round() -> None:
    """A slow round slows both sides down and leaves its ratio alone."""
    costs = {"ours": [1.0, 10.0, 3.0], "bare": [2.0, 20.0, 6.0]}

    assert ratios(costs, "ours", "bare") == [0.5, 0.5, 0.5]


def test_rounds_are_never_dropped_silently() -> None:
    """A side with fewer rounds is a mistake, not a shorter list."""
    with pytest.raises(ValueError, match="zip"):
        ratios({"ours": [1.0], "bare": [2.0, 3.0]}, "ours", "bare")


def test_the_spread_names_median_and_ends() -> None:
    """The middle is what counts; the ends say how far to trust it."""
    assert spread([3.0, 1.0, 2.0]) == {"median": 2.0, "min": 1.0, "max": 3.0}
