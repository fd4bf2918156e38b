"""A command line of its own, and simulators that end with the test."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.request import Request, urlopen

import attrs
import pytest
from command_line import CommandLine, Simulated

PAID_AT = "2026-03-01T12:00:00Z"
Start = Callable[..., Simulated]


@pytest.fixture
def command(tmp_path: Path) -> CommandLine:
    """Return a command line with a home of its own and no settings of the machine's user."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INVOICEKIT_")}
    home = tmp_path / "home"
    home.mkdir()
    own = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "COLUMNS": "100", "NO_COLOR": "1"}
    return CommandLine(tmp_path, kept | own)


@pytest.fixture
def simulator(command: CommandLine) -> Iterator[Start]:
    """Return what starts a simulator and waits until it listens."""
    with ExitStack() as running:

        def start(*arguments: object, provider: str = "clockify") -> Simulated:
            started = running.enter_context(command.start("simulate", provider, "--json", *arguments))
            ready = json.loads(started.line())
            return Simulated(url=ready["url"], settings=ready["settings"], started=started)

        yield start


@attrs.frozen(kw_only=True)
class Desk:
    """A simulator with three invoices that wait for a status, and one more."""

    provider: str
    simulated: Simulated
    ids: list[str]
    other: str

    @property
    def account(self) -> list[str]:
        return ["--provider", self.provider, *self.simulated.options]

    def statuses(self) -> list[object]:
        rows = {row["id"]: row["status"] for row in self.simulated.ask("ledger/invoices")}
        return [rows[one] for one in [*self.ids, self.other]]

    def requests(self) -> object:
        return self.simulated.ask("stats")[0]["requests"]


def stocked(provider: str, simulator: Start, *options: str, status: str) -> Desk:
    """Start a provider that has four invoices of one status."""
    simulated = simulator(*options, provider=provider)
    known = {row["id"] for row in simulated.ask("ledger/invoices")}
    simulated.ask("seed", {"invoices": 4, "status": status, "amount_minor": 50_000, "currency": "EUR"})
    ids = [str(row["id"]) for row in simulated.ask("ledger/invoices") if row["id"] not in known]
    return Desk(provider=provider, simulated=simulated, ids=ids[:3], other=ids[3])


@pytest.fixture
def clockify(simulator: Start) -> Desk:
    """Return a Clockify with three sent invoices and a paid one."""
    desk = stocked("clockify", simulator, "--rate", "none", status="SENT")
    settings = desk.simulated.settings
    place = f"{settings['base_url']}/v1/workspaces/{settings['workspace_id']}/invoices/{desk.other}/payments"
    body = json.dumps({"amount": 50_000, "paymentDate": PAID_AT, "note": ""}).encode()
    headers = {"X-Api-Key": str(settings["api_key"]), "Content-Type": "application/json"}
    with urlopen(Request(place, data=body, headers=headers), timeout=30) as answer:  # noqa: S310
        assert answer.status == 201
    return desk


@pytest.fixture
def kukkingu(simulator: Start) -> Desk:
    """Return a Kukkingu with four drafts."""
    return stocked("kukkingu", simulator, status="DRAFT")
