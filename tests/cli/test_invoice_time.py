"""`invoicekit invoice-time`: seen before it is made, made once, gone on with, taken back."""

import asyncio
import json
import signal
from pathlib import Path
from urllib.request import Request, urlopen

import attrs
import pytest
from command_line import CommandLine, Ended, Simulated, options_of

from invoicekit.simulate import Fault, FaultKind, FaultPlan, serving
from invoicekit_clockify.simulator import ClockifySimulator

from .conftest import Start

DAYS = ("--from", "2024-01-01", "--to", "2024-02-01")
PERIOD = (*DAYS, "--currency", "EUR")


@attrs.frozen(kw_only=True)
class Month:
    """A Clockify with a month of billable time of one client."""

    command: CommandLine
    simulated: Simulated
    customer: str

    def arguments(self, *more: object, number: str = "T-1") -> list[object]:
        who = ["--number", number, "--customer", self.customer]
        return ["invoice-time", "--provider", "clockify", *self.simulated.options, *who, *PERIOD, *more]

    def run(self, *more: object, number: str = "T-1") -> Ended:
        return self.command.run(*self.arguments(*more, number=number))

    def marked(self) -> int:
        return sum(bool(row["invoiced"]) for row in self.simulated.ask("ledger/time-entries"))

    def invoices(self) -> list[tuple[object, object]]:
        return [(row["number"], row["amount"]) for row in self.simulated.ask("ledger/invoices")]


@pytest.fixture
def month(command: CommandLine, simulator: Start) -> Month:
    simulated = simulator("--rate", "none", "--add", "time_entries=12")
    settings = simulated.settings
    place = f"{settings['base_url']}/v1/workspaces/{settings['workspace_id']}/clients"
    asked = Request(place, headers={"X-Api-Key": str(settings["api_key"])})  # noqa: S310 -- our own simulator
    with urlopen(asked, timeout=30) as answer:  # noqa: S310
        customer = json.loads(answer.read())[0]["id"]
    return Month(command=command, simulated=simulated, customer=customer)


def test_plan_make_go_on_and_take_back(month: Month) -> None:
    """The whole way of a draft."""
    shown = month.run("--dry-run")
    unasked = month.run()
    made = month.run("--yes")
    again = month.run("--yes")
    other = month.run("--yes", "--group-by", "user")
    state = (month.invoices(), month.marked())
    undone = month.run("--undo")

    assert (shown.code, "Nothing was written." in shown.out) == (0, True)
    assert (unasked.code, "--yes" in unasked.err) == (2, True)
    assert (made.code, "Draft T-1 was made" in made.out, "agree with the plan" in made.out) == (0, True, True)
    assert (again.code, "was there already" in again.out) == (0, True)
    assert (other.code, "another one (--group-by was project, now user)" in other.err) == (2, True)
    assert ([number for number, _ in state[0]], state[1] > 0) == (["T-1"], True)
    assert (undone.code, "is gone" in undone.out) == (0, True)
    assert (month.invoices(), month.marked()) == ([], 0)


def test_rounded_and_taxed_for_machines(month: Month) -> None:
    """One document says lines, totals, and whether the invoice agrees."""
    ended = month.run(
        "--yes", "--round", "up:60", "--rate", "90", "--tax", "19", "--group-by", "single", "--json"
    )

    told = json.loads(ended.out)
    (line,) = told["plan"]["lines"]
    assert (ended.code, told["agrees"], told["plan"]["way"]) == (0, True, "mark")
    assert told["invoice_total"] == told["plan"]["total"]
    assert float(line["hours"]) == len(line["time_entry_ids"])
    assert month.marked() == len(line["time_entry_ids"])


async def test_a_killed_run_is_gone_on_with(command: CommandLine) -> None:
    """Killed after the draft was made, its import done and never answered: the same command does the rest."""
    stall = Fault(kind=FaultKind.STALL_AFTER, at="import_items", seconds=60)
    simulator = ClockifySimulator(faults=FaultPlan.scripted([stall]))
    simulator.populate({"time_entries": 12})
    customer = next(iter(simulator.home.clients))
    async with serving(simulator) as running:
        account = ["--provider", "clockify", *options_of(simulator.settings(running.url))]
        told = ["invoice-time", *account, "--number", "T-1", "--customer", customer, *PERIOD, "--yes"]
        with command.start(*told) as started:
            while not simulator.faults:  # noqa: ASYNC110 -- it waits for sockets, and nobody tells
                await asyncio.sleep(0.01)
            await asyncio.to_thread(started.end, signal.SIGKILL)
        ended = await asyncio.to_thread(command.run, *told)

    assert (ended.code, "agree with the plan" in ended.out) == (0, True), ended.err
    assert "Going on with the plan" in ended.err
    (invoice,) = simulator.ledger.invoices()
    marked = [one for one in simulator.ledger.entries() if one.invoiced]
    assert {one.invoice_id for one in marked} == {invoice.id}
    assert len(simulator.requests.of("import_items")) == 1


def test_nothing_to_bill_is_said(month: Month) -> None:
    """No draft is made of nothing."""
    month.run("--yes")

    ended = month.run("--yes", number="T-2")

    assert (ended.code, "There is no time to bill" in ended.out) == (0, True)
    assert [number for number, _ in month.invoices()] == ["T-1"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--round", "up"], "such as up:15"),
        (["--rate", "cheap"], "--rate wants a number"),
        (["--tax", "190"], "0 to 100 percent"),
        (["--zone", "Mars/Base"], "IANA"),
        (["--issue-date", "1.3.2026"], "--issue-date wants a day"),
        (["--project", "no/id"], "another project"),
    ],
)
def test_what_cannot_be_is_said_at_once(month: Month, more: list[str], words: str) -> None:
    """In one line, and nothing is made."""
    ended = month.run("--yes", *more)

    assert ended.code in {0, 2}
    assert words in ended.out + ended.err
    assert month.invoices() == []


def test_a_file_of_time_is_billed_in_asset(command: CommandLine, simulator: Start, tmp_path: Path) -> None:
    """Rows with problems are named, and then nothing is made; a good file is billed once."""
    simulated = simulator("--add", "clients=1", provider="asset")
    customer = str(simulated.ask("ledger/customers")[0]["id"])
    header = "time_entry_id,start,hours,project,hourly_rate\n"
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text(header + "e1,2024-01-02T09:00:00,1,P,90\ne2,2024-01-02T09:00:00Z,1h,P,90\n")
    good.write_text(header + "e1,2024-01-02T09:00:00Z,1.5,P,90\ne2,2024-01-03T09:00:00Z,0.5,P,90\n")
    start = ["invoice-time", "--provider", "asset", *simulated.options, "--number", "A-1"]

    refused = command.run(
        *start, "--customer", customer, *DAYS, "--currency", "USD", "--entries", bad, "--yes"
    )
    made = command.run(*start, "--customer", customer, *DAYS, "--currency", "USD", "--entries", good, "--yes")
    again = command.run(
        *start, "--customer", customer, *DAYS, "--currency", "USD", "--entries", good, "--yes"
    )
    good.write_text(header + "e1,2024-01-02T09:00:00Z,2.5,P,90\n")
    changed, other = (
        command.run(
            *start, "--customer", customer, *DAYS, "--currency", "USD", "--entries", good, "--yes", *more
        )
        for more in ([], ["--plan-again"])
    )
    good.write_text(header + "e1,2024-01-02T09:00:00Z,1.5,P,90\ne2,2024-01-03T09:00:00Z,0.5,P,90\n")
    back = command.run(*start, "--customer", customer, *DAYS, "--currency", "USD", "--entries", good, "--yes")

    assert (changed.code, "is not what it was when the plan" in changed.err) == (2, True)
    assert (other.code, "was used before for a different" in other.err) == (2, True)
    assert (back.code, "was there already" in back.out) == (0, True)
    assert refused.code == 2
    assert "bad.csv:2: start: has no time zone" in refused.err
    assert "bad.csv:3: hours: is not a number" in refused.err
    assert (made.code, again.code) == (0, 0), made.err
    assert [row["number"] for row in simulated.ask("ledger/invoices")] == ["A-1"]
