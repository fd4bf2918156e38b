"""Seeded histories of several writers, faults, crashes and strangers, judged by the provider's ledger."""

import os
from collections import Counter

import pytest
from history_counts import COUNTS
from history_draw import draw_script
from history_judge import INVARIANTS, complaints
from history_report import played

from .conftest import Playhouse

ALONE = os.environ.get("INVOICEKIT_HISTORY_SEED")
SEEDS = int(os.environ.get("INVOICEKIT_HISTORY_SEEDS", "100"))
FIRST_SEED = int(os.environ.get("INVOICEKIT_HISTORY_FIRST_SEED", "0"))

_EVERY = [int(ALONE)] if ALONE else list(range(FIRST_SEED, FIRST_SEED + SEEDS))
_SIZE = 1 if len(_EVERY) <= 100 else 25
BLOCKS = [_EVERY[at : at + _SIZE] for at in range(0, len(_EVERY), _SIZE)]
DEFAULT = range(100)


@pytest.mark.parametrize("seeds", BLOCKS, ids=lambda seeds: f"seed {seeds[0]}-{seeds[-1]}")
def test_history(seeds: list[int], playhouse: Playhouse) -> None:
    """Nothing is doubled, lost, misreported, left hanging or shown, whatever happens."""
    problems = [problem for seed in seeds if (problem := playhouse.problem(seed))]

    assert not problems, "\n\n".join(problems)


def test_every_invariant_is_put_to_the_test(playhouse: Playhouse) -> None:
    """A hundred histories hold every fault, and a chance to break every invariant."""
    total: Counter[str] = Counter()
    for seed in DEFAULT:
        total += playhouse.counted(seed)

    assert [name for name in (*INVARIANTS, *COUNTS) if not total[name]] == []


def test_a_seed_draws_one_script() -> None:
    """What a failure prints is enough to draw it again."""
    assert [draw_script(seed) for seed in DEFAULT] == [draw_script(seed) for seed in DEFAULT]


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_script_has_one_history(seed: int) -> None:
    """Nothing but the script decides what happens: not the machine, not the time of day."""
    one, other = played(draw_script(seed)), played(draw_script(seed))

    assert (one.calls, one.arrivals, one.effects) == (other.calls, other.arrivals, other.effects)
    assert complaints(one) == complaints(other)
