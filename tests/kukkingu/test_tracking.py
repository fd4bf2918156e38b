"""Recording time: once under each reference, whatever is lost on the way."""

from datetime import date, timedelta
from typing import Any

import attrs
import pytest
from kukkingu_desk import BILLABLE, CONTRACT, ENTRY, PROJECT, Desk, StubSender, adapter, answer, opened

from invoicekit.errors import (
    InvalidIdentifier,
    MalformedResponse,
    OutcomeUnknown,
    ReferenceReused,
    UsageError,
)
from invoicekit.model import Outcome
from invoicekit.simulate import Fault, FaultKind
from invoicekit_kukkingu import NewTimeEntry

DAY = date(2026, 3, 2)


def work(project_id: str = PROJECT, **changes: Any) -> NewTimeEntry:
    """Return an hour and a half of work."""
    given: dict[str, Any] = {
        "project_id": project_id,
        "day": DAY,
        "duration": timedelta(minutes=90),
        "reference": "JIRA-7",
        "description": "Work",
        **changes,
    }
    return NewTimeEntry(**given)


def recorded(desk: Desk) -> list[dict[str, object]]:
    """Return what the ledger says was tracked on the day."""
    return [dict(row) for row in desk.simulator.ledger.rows("time-entries") if row["date"] == DAY.isoformat()]


async def test_time_is_recorded_once(desk: Desk) -> None:
    """As asked for; a rerun elsewhere, without a journal, finds it and sends nothing."""
    new = work(desk.simulator.project.id, billable_id=desk.line_id)

    first = await desk.service.write(desk.native.create_time_entry(new), reference="JIRA-7")
    async with desk.elsewhere() as service:
        again = await service.write(desk.native.create_time_entry(new), reference="JIRA-7")

    assert (first.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
    assert first.value.id == again.value.id
    assert (first.value.duration, first.value.invoiced) == (timedelta(minutes=90), True)
    (row,) = recorded(desk)
    assert (row["seconds"], row["billable_id"]) == (5400, desk.line_id)
    entry = desk.simulator.ledger.entry(first.value.id)
    assert (entry.reference_source, entry.reference_id) == ("invoicekit", "JIRA-7")


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.ERROR_AFTER])
async def test_time_whose_recording_is_in_doubt_is_found(kind: FaultKind) -> None:
    """By its reference, among the project's entries of the day."""
    async with opened(faults=[Fault(kind=kind, at="create_time_entry")]) as desk:
        new = work(desk.simulator.project.id)

        result = await desk.service.write(desk.native.create_time_entry(new), reference="JIRA-7")

        assert result.outcome is Outcome.APPLIED
        assert len(recorded(desk)) == 1


async def test_time_that_never_arrived_stays_in_doubt() -> None:
    """It may still turn up, so it is not sent again."""
    async with opened(faults=[Fault(kind=FaultKind.DROP_BEFORE, at="create_time_entry")]) as desk:
        new = work(desk.simulator.project.id)

        with pytest.raises(OutcomeUnknown):
            await desk.service.write(desk.native.create_time_entry(new), reference="JIRA-7")

        assert len(desk.requests("create_time_entry")) == 1
        assert recorded(desk) == []


async def test_other_time_under_the_same_reference_is_refused(desk: Desk) -> None:
    """Neither added beside what is there nor taken for it."""
    project = desk.simulator.project.id
    await desk.service.write(desk.native.create_time_entry(work(project)), reference="JIRA-7")
    other = work(project, duration=timedelta(minutes=30))

    async with desk.elsewhere() as service:
        with pytest.raises(ReferenceReused):
            await service.write(desk.native.create_time_entry(other), reference="JIRA-7")

    assert len(recorded(desk)) == 1


async def test_ours_is_known_beside_other_time_under_its_reference(desk: Desk) -> None:
    """Two journals, one reference, two stretches of time, both recorded at once: each finds its own."""
    project = desk.simulator.project.id
    new = work(project)
    first = await desk.service.write(desk.native.create_time_entry(new), reference="JIRA-7")
    desk.simulator.home.add_entry(
        project,
        date=DAY.isoformat(),
        seconds=60,
        description="Work",
        reference_source="invoicekit",
        reference_id="JIRA-7",
    )

    async with desk.elsewhere() as service:
        again = await service.write(desk.native.create_time_entry(new), reference="JIRA-7")

    assert (again.outcome, again.value.id) == (Outcome.ALREADY_APPLIED, first.value.id)


async def test_the_same_reference_of_another_system_is_another_entry(desk: Desk) -> None:
    """Two systems may count alike."""
    project = desk.simulator.project.id
    for source in ("JIRA", "invoicekit"):
        new = work(project, source=source)
        await desk.service.write(desk.native.create_time_entry(new), reference=f"{source} 7")

    assert len(recorded(desk)) == 2


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"project_id": "../../clients"}, InvalidIdentifier),
        ({"billable_id": "bil_/x"}, InvalidIdentifier),
        ({"duration": timedelta()}, UsageError),
        ({"duration": timedelta(seconds=-1)}, UsageError),
        ({"duration": timedelta(milliseconds=1500)}, UsageError),
        ({"reference": "  "}, UsageError),
        ({"source": ""}, UsageError),
        ({"description": ""}, UsageError),
    ],
)
def test_time_that_can_never_be_is_refused(changes: dict[str, Any], error: type[Exception]) -> None:
    """Before anything is planned."""
    with pytest.raises(error):
        adapter(StubSender()).create_time_entry(work(**changes))


async def test_an_answer_about_another_entry_is_doubt() -> None:
    """What came back must be what was recorded."""
    stub = StubSender([answer({"id": ENTRY, "date": "2026-03-02", "durationSeconds": 60})])

    with pytest.raises(MalformedResponse):
        await adapter(stub).create_time_entry(work()).perform(stub)

    assert stub.body(0) == {
        "projectId": PROJECT,
        "date": "2026-03-02",
        "durationSeconds": 5400,
        "referenceSource": "invoicekit",
        "referenceId": "JIRA-7",
        "description": "Work",
    }


def test_the_line_is_sent_where_it_is_given() -> None:
    """And left out where it is not: a null is not shown as allowed."""
    assert attrs.evolve(work(), billable_id=BILLABLE).document()["billableId"] == BILLABLE
    assert "billableId" not in work().document()


async def test_a_contract_is_deleted_and_gone_is_done(desk: Desk) -> None:
    """Natively; a repeat sends nothing, and one with invoices stays."""
    contract = desk.simulator.home.add_contract(desk.client_id, "Old", amount_minor=1, currency="EUR")

    first = await desk.service.write(desk.native.delete_contract(contract.id))
    again = await desk.service.write(desk.native.delete_contract(contract.id))

    assert (first.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
    assert desk.simulator.home.contracts.get(contract.id) is None
    assert len(desk.requests("delete_contract")) == 1
    assert CONTRACT not in (contract.id, desk.simulator.contract.id)
