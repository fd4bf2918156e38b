"""What `invoice-time` keeps of a plan, and when it is forgotten."""

import asyncio
import os
from pathlib import Path

import attrs
import pytest
from typer.testing import CliRunner, Result

from invoicekit import InvoiceService
from invoicekit.cli.application import application
from invoicekit_local.store import LocalStore

OLD = (0.0, 0.0)


@attrs.frozen(kw_only=True)
class Desk:
    """Local books with a month of time, and a user's own folder for state."""

    store: LocalStore
    state: Path

    @property
    def customer(self) -> str:
        return str(next(self.store.ledger.rows("customers"))["id"])

    @property
    def plans(self) -> list[str]:
        return sorted(path.suffix for path in (self.state / "invoicekit" / "time-plans").glob("*"))

    def bill(self, *more: str) -> Result:
        period = ("--from", "2026-05-01", "--to", "2026-06-01", "--currency", "EUR")
        who = ("--number", "T-1", "--customer", self.customer)
        account = ("--provider", "local", "--set", f"path={self.store.path}")
        return CliRunner().invoke(application(), ["invoice-time", *account, *who, *period, "--yes", *more])

    def prune(self, *more: str) -> str:
        return CliRunner().invoke(application(), ["journal", "prune", "--older-than", "30", *more]).output

    def age(self) -> None:
        for path in (self.state / "invoicekit" / "time-plans").glob("*"):
            os.utime(path, OLD)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    store = LocalStore(tmp_path)

    async def lay_out() -> None:
        async with InvoiceService.connect("local", **store.settings()) as service:  # type: ignore[arg-type]
            await service.list_customers().snapshot()

    asyncio.run(lay_out())
    store.populate({"time_entries": 6})
    return Desk(store=store, state=tmp_path)


def test_a_plan_is_forgotten_when_its_run_is_finished_and_old(desk: Desk) -> None:
    """Not before it is old, and not with another journal."""
    made = desk.bill()
    young = desk.prune()
    desk.age()
    other = desk.state / "other.sqlite"
    (desk.state / "invoicekit" / "journal.sqlite").rename(other)
    elsewhere = desk.prune("--journal", str(other))
    other.rename(desk.state / "invoicekit" / "journal.sqlite")
    kept = desk.plans

    told = desk.prune()

    assert made.exit_code == 0, made.output
    assert "0 plans forgotten" in young
    assert "0 plans forgotten" in elsewhere
    assert kept == [".done", ".json"]
    assert "and 1 plan forgotten" in told
    assert desk.plans == []


def test_what_can_be_gone_on_with_is_kept_however_old(desk: Desk) -> None:
    """A run that was begun again is not finished before it ends; one that was cut off never is."""
    desk.bill()
    desk.age()
    desk.store.watch()
    desk.store.tap = _refuse
    cut = desk.bill()
    desk.store.close()
    desk.age()

    told = desk.prune()

    assert cut.exit_code != 0
    assert "0 plans forgotten" in told
    assert desk.plans == [".json"]


def _refuse(moment: object) -> None:
    raise OSError("the power is gone")


def test_what_is_taken_back_leaves_nothing(desk: Desk) -> None:
    """Neither the plan nor its mark."""
    desk.bill()

    undone = desk.bill("--undo")

    assert undone.exit_code == 0, undone.output
    assert desk.plans == []


def test_a_plan_of_ones_own_is_never_forgotten(desk: Desk) -> None:
    """A file that the user named is the user's."""
    mine = desk.state / "mine.json"
    desk.bill("--plan", str(mine))
    os.utime(mine, OLD)

    told = desk.prune()

    assert "0 plans forgotten" in told
    assert [path.name for path in desk.state.glob("mine*")] == ["mine.json"]
