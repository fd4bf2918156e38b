"""Lines: added, removed from the highest down, imported; never by a repeat."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import attrs
import pytest
from clockify_desk import INVOICE, Desk, StubSender, adapter, answer, invoice_document, opened

from invoicekit.errors import (
    Conflict,
    CurrencyMismatch,
    FieldLocked,
    InvalidRequest,
    MalformedResponse,
    OutcomeUnknown,
    UsageError,
)
from invoicekit.model import LineItem, Money, NewLineItem, Outcome
from invoicekit.simulate import Fault, FaultKind
from invoicekit_clockify import Grouping, TimeImport

DAY = datetime(2026, 3, 1, tzinfo=UTC)
LOST = [FaultKind.DROP_AFTER, FaultKind.ERROR_AFTER, FaultKind.GARBAGE]


def line(description: str = "Work", **changes: object) -> NewLineItem:
    plain = NewLineItem(
        description=description, quantity=Decimal(1), unit_price=Money("10.00", "EUR"), kind="Service"
    )
    return attrs.evolve(plain, **changes) if changes else plain  # type: ignore[arg-type]


def draft(desk: Desk) -> str:
    return desk.simulator.home.add_invoice(client_id=desk.client_id).id


def shown(desk: Desk, invoice_id: str) -> list[str]:
    return [item.description for item in desk.simulator.ledger.invoice(invoice_id).items]


async def fill(desk: Desk, invoice_id: str, *descriptions: str) -> tuple[LineItem, ...]:
    for number, description in enumerate(descriptions):
        write = desk.native.add_item(invoice_id, line(description))
        await desk.service.write(write, reference=f"fill-{number}")
    lines = (await desk.service.get_invoice(invoice_id)).line_items
    assert isinstance(lines, tuple)
    return lines


def track(desk: Desk, hour: int, seconds: int = 3600) -> str:
    home = desk.simulator.home
    if not home.projects:
        home.add_project("Site", desk.client_id, rate=4000)
    start = int((DAY + timedelta(hours=hour)).timestamp())
    return home.add_entry(start=start, seconds=seconds, project=home.projects[0])


@pytest.mark.parametrize("kind", [None, *LOST])
async def test_a_line_is_added_once_whatever_becomes_of_the_answer(kind: FaultKind | None) -> None:
    """What was there before tells that one more equal line is there now."""
    async with opened(faults=[] if kind is None else [Fault(kind=kind, at="add_item", nth=2)]) as desk:
        invoice_id = draft(desk)
        await fill(desk, invoice_id, "Work")

        result = await desk.service.write(desk.native.add_item(invoice_id, line()), reference="line-1")

        assert result.outcome is Outcome.APPLIED
        assert shown(desk, invoice_id) == ["Work", "Work"]


async def test_a_line_that_did_not_arrive_is_not_sent_again() -> None:
    """Nothing tells a repeat from a second line, so doubt stays doubt."""
    async with opened(faults=[Fault(kind=FaultKind.DROP_BEFORE, at="add_item")]) as desk:
        invoice_id = draft(desk)
        for _ in range(2):
            with pytest.raises(OutcomeUnknown):
                await desk.service.write(desk.native.add_item(invoice_id, line()), reference="line-1")

        assert len(desk.requests("add_item")) == 1


async def test_without_the_state_before_nothing_can_be_told() -> None:
    """A new process cannot know what was there: its look is incomplete, not "absent"."""
    stub = StubSender()
    write = adapter(stub).add_item(INVOICE, line())
    assert write.look is not None

    sighting = await write.look(stub)

    assert (sighting.matches, sighting.is_complete, stub.sent) == ((), False, [])


@pytest.mark.parametrize("status", ["PAID", "PARTIALLY_PAID", "VOID"])
async def test_lines_of_a_settled_invoice_are_left_alone(desk: Desk, status: str) -> None:
    """Neither added, removed nor imported."""
    invoice_id = draft(desk)
    lines = await fill(desk, invoice_id, "Work")
    desk.simulator.ledger.invoice(invoice_id).status = status
    window = TimeImport(start=DAY, end=DAY + timedelta(days=1), zone=UTC)

    for write in (
        desk.native.add_item(invoice_id, line()),
        desk.native.remove_items(invoice_id, lines),
        desk.native.import_items(invoice_id, window),
    ):
        with pytest.raises(FieldLocked):
            await desk.service.write(write, reference="x")

    assert shown(desk, invoice_id) == ["Work"]


async def test_a_line_in_another_currency_is_not_added(desk: Desk) -> None:
    """It would be billed as the same number of the invoice's."""
    item = line(unit_price=Money("10.00", "USD"))

    with pytest.raises(CurrencyMismatch):
        await desk.service.write(desk.native.add_item(draft(desk), item), reference="line-1")

    assert desk.requests("add_item") == []


async def test_an_unknown_item_type_is_a_refusal(desk: Desk) -> None:
    """404 with code 501 means the name, not the invoice."""
    with pytest.raises(InvalidRequest):
        await desk.service.write(
            desk.native.add_item(draft(desk), line(kind="Nothing like it")), reference="line-1"
        )


async def test_lines_are_removed_from_the_highest_down(desk: Desk) -> None:
    """Positions shift after each removal; the order of asking does not matter."""
    invoice_id = draft(desk)
    lines = await fill(desk, invoice_id, "a", "b", "c", "d")

    await desk.service.write(
        desk.native.remove_items(invoice_id, [lines[0], lines[2], lines[1]]), reference="remove-1"
    )

    assert shown(desk, invoice_id) == ["d"]
    assert [one.path.rpartition("/")[2] for one in desk.requests("remove_item")] == ["3", "2", "1"]


@pytest.mark.parametrize("kind", LOST)
async def test_a_removal_whose_answer_is_lost_removes_one_line(kind: FaultKind) -> None:
    """Sent twice, the same position would take the next line along."""
    async with opened(faults=[Fault(kind=kind, at="remove_item")]) as desk:
        invoice_id = draft(desk)
        lines = await fill(desk, invoice_id, "a", "b", "c")

        await desk.service.write(desk.native.remove_items(invoice_id, lines[:1]), reference="remove-1")

        assert shown(desk, invoice_id) == ["b", "c"]
        assert len(desk.requests("remove_item")) == 1


async def test_a_line_that_moved_is_not_removed(desk: Desk) -> None:
    """The position is somebody else's by now."""
    invoice_id = draft(desk)
    lines = await fill(desk, invoice_id, "a", "b")
    desk.simulator.ledger.invoice(invoice_id).items.reverse()

    with pytest.raises(Conflict, match="read it again"):
        await desk.service.write(desk.native.remove_items(invoice_id, lines[:1]), reference="remove-1")

    assert desk.requests("remove_item") == []


@pytest.mark.parametrize("items", [[], [LineItem(description="x")], [LineItem(position=1)] * 2])
def test_lines_without_a_place_cannot_be_removed(items: list[LineItem]) -> None:
    """Each needs its own position, as it was read."""
    with pytest.raises(UsageError):
        adapter(StubSender()).remove_items(INVOICE, items)


async def test_an_import_takes_the_window_and_links_it(desk: Desk) -> None:
    """Only what starts inside; each entry's line names it."""
    inside, _ = track(desk, 9), track(desk, 30)
    invoice_id = draft(desk)
    window = TimeImport(
        start=DAY, end=DAY + timedelta(days=1), zone=UTC, grouping=Grouping.DETAILED, fields=("DATE",)
    )

    result = await desk.service.write(desk.native.import_items(invoice_id, window), reference="import-1")

    assert isinstance(result.value.line_items, tuple)
    assert [one.time_entry_ids for one in result.value.line_items] == [(inside,)]
    assert desk.simulator.ledger.entry(inside).invoice_id == invoice_id


@pytest.mark.parametrize("kind", LOST)
async def test_an_import_whose_answer_is_lost_bills_once(kind: FaultKind) -> None:
    """New imported lines tell that it happened."""
    async with opened(faults=[Fault(kind=kind, at="import_items")]) as desk:
        track(desk, 9)
        invoice_id = draft(desk)
        window = TimeImport(start=DAY, end=DAY + timedelta(days=1), zone=UTC)

        result = await desk.service.write(desk.native.import_items(invoice_id, window), reference="import-1")

        assert result.outcome is Outcome.APPLIED
        assert desk.simulator.ledger.invoice(invoice_id).amount == 4000
        assert len(desk.requests("import_items")) == 1


async def test_an_import_that_did_not_arrive_stays_in_doubt() -> None:
    """No new imported line is no sign of an import."""
    async with opened(faults=[Fault(kind=FaultKind.DROP_BEFORE, at="import_items")]) as desk:
        track(desk, 9)
        window = TimeImport(start=DAY, end=DAY + timedelta(days=1), zone=UTC)

        with pytest.raises(OutcomeUnknown):
            await desk.service.write(desk.native.import_items(draft(desk), window), reference="import-1")

        assert len(desk.requests("import_items")) == 1


async def test_an_import_that_finds_nothing_is_done(desk: Desk) -> None:
    """The answer confirms it, though no line is new."""
    window = TimeImport(start=DAY, end=DAY + timedelta(days=1), zone=UTC)

    result = await desk.service.write(desk.native.import_items(draft(desk), window), reference="import-1")

    assert (result.outcome, result.value.line_items) == (Outcome.APPLIED, ())


async def test_an_answer_without_the_removal_is_not_believed() -> None:
    """As many lines as before are no confirmation."""
    document = invoice_document(items=[{"order": 1, "description": "Work", "amount": 100}])
    item = LineItem(position=1, description="Work", amount=Money("1.00", "EUR"))
    stub = StubSender([answer(document), answer(document)])

    with pytest.raises(MalformedResponse, match="without the change"):
        await adapter(stub).remove_items(INVOICE, [item]).perform(stub)
