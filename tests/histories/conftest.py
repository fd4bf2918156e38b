"""Histories, each played once."""

from collections import Counter

import pytest
from history_counts import counts
from history_draw import draw_script
from history_judge import complaints, looked
from history_report import played, told


class Playhouse:
    """Plays seeds and remembers what came of each."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[list[str], Counter[str]]] = {}

    def _of(self, seed: int) -> tuple[list[str], Counter[str]]:
        if seed not in self._seen:
            history = played(draw_script(seed))
            self._seen[seed] = complaints(history), counts(history) + looked(history)
        return self._seen[seed]

    def problem(self, seed: int) -> str:
        """Tell what is wrong with a seed's history; empty where nothing is."""
        found, _ = self._of(seed)
        return told(draw_script(seed), found) if found else ""

    def counted(self, seed: int) -> Counter[str]:
        """Count what happened in a seed's history, and what it put to the test."""
        return self._of(seed)[1]


@pytest.fixture(scope="session")
def playhouse() -> Playhouse:
    """Return where histories are played; each of them once."""
    return Playhouse()
