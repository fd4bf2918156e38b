"""The bar on a terminal: what it counts, and the room it leaves."""

import re
from io import StringIO

import pytest
from rich.console import Console

from invoicekit.bulk import ItemOutcome, Standing, Tally
from invoicekit.cli.progress import Bars

_SIGNS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def tally_of(*standings: Standing) -> Tally:
    tally = Tally()
    for position, standing in enumerate(standings, start=1):
        tally.read()
        tally.add(ItemOutcome(position=position, id=str(position), standing=standing, payload=None))
    return tally


async def drawn(tally: Tally, *, width: int, total: int) -> list[str]:
    """Return the bar as it was drawn, each time."""
    file = StringIO()
    console = Console(file=file, force_terminal=True, width=width, color_system=None)
    async with Bars(console).show("payments", tally, total=total):
        pass
    return [line for line in re.split(r"[\r\n]+", _SIGNS.sub("", file.getvalue())) if line.strip()]


async def test_the_bar_counts_what_was_done() -> None:
    """Rows that an interrupt left are not drawn as done."""
    tally = tally_of(Standing.APPLIED, Standing.REJECTED, Standing.NOT_ATTEMPTED)

    lines = await drawn(tally, width=80, total=3)

    assert "2/3" in lines[-1]


@pytest.mark.parametrize("width", [40, 80, 120])
async def test_the_bar_leaves_room_for_an_interrupt(width: int) -> None:
    """What the terminal writes on Ctrl-C stays on the bar's own line."""
    lines = await drawn(tally_of(Standing.APPLIED), width=width, total=1)

    assert max(map(len, lines)) <= max(1, width - 2)
