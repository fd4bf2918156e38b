"""A command line of its own, and simulators that end with the test."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from command_line import CommandLine, Simulated


@pytest.fixture
def command(tmp_path: Path) -> CommandLine:
    """Return a command line with a home of its own and no settings of the machine's user."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INVOICEKIT_")}
    home = tmp_path / "home"
    home.mkdir()
    own = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "COLUMNS": "100", "NO_COLOR": "1"}
    return CommandLine(tmp_path, kept | own)


@pytest.fixture
def simulator(command: CommandLine) -> Iterator[Callable[..., Simulated]]:
    """Return what starts a Clockify simulator and waits until it listens."""
    with ExitStack() as running:

        def start(*arguments: object) -> Simulated:
            started = running.enter_context(command.start("simulate", "clockify", "--json", *arguments))
            ready = json.loads(started.line())
            return Simulated(url=ready["url"], settings=ready["settings"], started=started)

        yield start
