"""The table of faults and operations is whole."""

from fault_cells import CELLS, NOT_APPLICABLE, OPERATIONS, expected_codes
from fault_kinds import FAULTS
from fault_trials import trials
from fault_worlds import WORLDS


def test_every_cell_is_played_or_says_why_not() -> None:
    """32 faults on nine operations: 240 are played, and 48 cannot happen."""
    played = {(cell.fault, cell.op) for cell in CELLS}

    assert len(played) == len(CELLS) == 240
    assert len(NOT_APPLICABLE) == 48
    assert played | set(NOT_APPLICABLE) == {(fault, op) for fault in FAULTS for op in OPERATIONS}
    assert all(NOT_APPLICABLE.values())


def test_every_cell_tries_every_place_it_has() -> None:
    """A cell that tried nothing would always end well."""
    untried = [
        (str(cell), where)
        for cell in CELLS
        for where in WORLDS[cell.op]
        if where not in {trial.where for trial in trials(cell.fault, cell.op, 0, lambda *_: 9, 2)}
    ]

    # The lists of this provider have no pages.
    assert untried == [("F24-W7", "kukkingu"), ("F24-R2", "kukkingu")]


def test_every_cell_that_is_played_has_an_end() -> None:
    """What a cell may end with is decided by the table."""
    assert [str(cell) for cell in CELLS if not expected_codes(cell.fault, cell.op)] == []


def test_the_same_seed_makes_the_same_trials() -> None:
    """What a failure prints is enough to play it again."""
    cell = ("F22", "W5", 7, lambda *_: 0, 4)

    assert trials(*cell) == trials(*cell)
