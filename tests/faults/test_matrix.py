"""Every fault on every operation, played in virtual time and judged by the provider's own ledger."""

import os

import pytest
from fault_cells import CELLS, Cell, expected_codes
from fault_judge import complaints
from fault_play import play, steps_of
from fault_trials import trials

SEEDS = int(os.environ.get("INVOICEKIT_FAULT_SEEDS", "1"))
FIRST_SEED = int(os.environ.get("INVOICEKIT_FAULT_FIRST_SEED", "0"))
MOST_STEPS = int(os.environ.get("INVOICEKIT_FAULT_STEPS", "4"))

pytestmark = pytest.mark.looptime(noop_cycles=0)


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + SEEDS))
@pytest.mark.parametrize("cell", CELLS, ids=str)
async def test_cell(cell: Cell, seed: int) -> None:
    """The cell ends as the table says, nothing is doubled, lost or misreported, and a rerun settles it."""
    counts = {where: await steps_of(cell.op, where) for where in cell.places} if cell.is_stepped else {}
    wrong: list[str] = []
    for trial in trials(cell.fault, cell.op, seed, lambda _, where: counts[where], MOST_STEPS):
        assert trial.code in expected_codes(cell.fault, cell.op), trial
        report = await play(trial)
        wrong += [f"{trial}: {complaint}" for complaint in complaints(trial, report)]

    assert not wrong, "\n".join(["", *wrong])
