"""A command line of its own, and a simulator with two invoices that ends with the test."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import CommandLine, Simulated
from reconcile_till import Till


@pytest.fixture
def till(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Till]:
    for name in [name for name in os.environ if name.startswith("INVOICEKIT_")]:
        monkeypatch.delenv(name)
    for name, value in {"XDG_STATE_HOME": str(tmp_path), "COLUMNS": "100", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    with CommandLine(tmp_path, os.environ).start("simulate", "clockify", "--json") as started:
        ready = json.loads(started.line())
        simulated = Simulated(url=ready["url"], settings=ready["settings"], started=started)
        simulated.ask(
            "seed", {"clients": 1, "invoices": 2, "amount_minor": 12_000, "currency": "EUR", "status": "SENT"}
        )
        numbers = tuple(sorted(str(row["number"]) for row in simulated.ask("ledger/invoices")))
        yield Till(folder=tmp_path, simulated=simulated, numbers=numbers, captured=capsys)
