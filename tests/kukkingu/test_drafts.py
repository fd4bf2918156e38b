"""Creating an invoice: the draft by its number, the lines by their markers."""

import json
from typing import Any

import attrs
import pytest
from kukkingu_desk import (
    INVOICE,
    PAID_AT,
    Desk,
    StubSender,
    adapter,
    answer,
    billable_document,
    config,
    invoice_document,
    new_invoice,
    new_line,
    opened,
)

from invoicekit.adapter import Done
from invoicekit.errors import (
    ConfigurationError,
    Conflict,
    DuplicateDetected,
    FieldLocked,
    MalformedResponse,
    OutcomeUnknown,
    ReferenceReused,
    UsageError,
)
from invoicekit.model import Invoice, InvoiceStatus, Money, NewLineItem, Outcome, WriteResult
from invoicekit.service import InvoiceService
from invoicekit.simulate import Fault, FaultKind
from invoicekit.wire import Codec
from invoicekit_kukkingu.drafts import Draft
from invoicekit_kukkingu.lines import markers_of
from invoicekit_kukkingu.simulator import Behaviour

CODEC = Codec()


async def create(
    desk: Desk, lines: list[NewLineItem], *, service: InvoiceService | None = None, **changes: Any
) -> WriteResult[Invoice]:
    new = new_invoice(customer_id=desk.client_id, line_items=lines)
    return await (service or desk.service).create_invoice(
        **{
            "number": new.number,
            "customer_id": new.customer_id,
            "currency": new.currency,
            "issue_date": new.issue_date,
            "due_date": new.due_date,
            "line_items": new.line_items,
            **changes,
        }
    )


@pytest.mark.parametrize("setting", ["contract_id", "exchange_rate"])
async def test_what_only_kukkingu_needs_comes_from_its_settings(setting: str) -> None:
    """Missing, it is named, and nothing is sent."""
    missing: dict[str, Any] = {setting: None}
    async with opened(**missing) as desk:
        with pytest.raises(ConfigurationError, match=setting):
            await create(desk, [new_line()])

        assert len(desk.simulator.requests) == 0


async def test_what_is_said_to_kukkingu_alone_arrives(desk: Desk) -> None:
    """Through the service, beside what other providers are told."""
    extra = {"kukkingu": {"exchangeRate": "1.5", "amountMinor": 700}, "asset": {"tags": {}}}

    result = await create(desk, [], extra=extra)

    held = desk.simulator.ledger.invoice(result.value.id)
    assert (held.exchange_rate, held.amount) == (1.5, 700)


async def test_an_invoice_is_created_with_its_lines(desk: Desk) -> None:
    """A draft, then one write for the lines; the result shows both, read back."""
    result = await create(desk, [new_line("40.00", "2.5"), new_line("1.00", kind="Service")])

    (held,) = desk.simulator.ledger.invoices("A-1")
    lines = result.value.line_items
    assert isinstance(lines, tuple)
    assert desk.writes() == ["create_invoice", "create_billables"]
    assert (held.status, held.amount, held.contract_id) == ("DRAFT", 10_100, desk.simulator.contract.id)
    assert (held.issued_at, held.due_at) == ("2026-03-01T00:00:00Z", "2026-03-31T00:00:00Z")
    assert (result.outcome, result.verified, result.value.total) == (
        Outcome.APPLIED,
        True,
        Money("101.00", "EUR"),
    )
    assert [(line.unit_price, line.amount) for line in lines] == [
        (Money("40.00", "EUR"), Money("100.00", "EUR")),
        (Money("1.00", "EUR"), Money("1.00", "EUR")),
    ]
    assert lines[1].kind == "Service"


async def test_a_repeat_finds_the_first_invoice(desk: Desk) -> None:
    """With the journal or without it, nothing is added."""
    first = await create(desk, [new_line(), new_line()])

    again = await create(desk, [new_line(), new_line()])
    async with desk.elsewhere() as service:
        elsewhere = await create(desk, [new_line(), new_line()], service=service)

    assert first.value.id == again.value.id == elsewhere.value.id
    assert {again.outcome, elsewhere.outcome} == {Outcome.ALREADY_APPLIED}
    assert len(desk.simulator.ledger.billables(first.value.id)) == 2


async def test_a_hundred_lines_go_in_one_call(desk: Desk) -> None:
    """The hundred-and-first makes a second write, journalled under a name of its own."""
    result = await create(desk, [new_line(f"{number}.00") for number in range(1, 202)])

    sizes = [len(json.loads(one.body)["billables"]) for one in desk.requests("create_billables")]
    held = desk.simulator.ledger.billables(result.value.id)
    assert sizes == [100, 100, 1]
    assert [line.amount for line in held] == [number * 100 for number in range(1, 202)]
    assert result.value.total == Money("20301.00", "EUR")


async def test_equal_lines_are_told_apart_by_position(desk: Desk) -> None:
    """Three times the same are three lines."""
    result = await create(desk, [new_line()] * 3)

    assert len(desk.simulator.ledger.billables(result.value.id)) == 3


async def test_a_half_done_creation_is_completed(desk: Desk) -> None:
    """Only the lines that are missing are added."""
    first = await create(desk, [new_line("1.00"), new_line("2.00")])
    home = desk.simulator.home
    home.billables.remove(desk.simulator.ledger.billables(first.value.id)[0].id)

    async with desk.elsewhere() as service:
        result = await create(desk, [new_line("1.00"), new_line("2.00")], service=service)

    sizes = [len(json.loads(one.body)["billables"]) for one in desk.requests("create_billables")]
    assert sizes == [2, 1]
    assert sorted(line.amount for line in desk.simulator.ledger.billables(result.value.id)) == [100, 200]


async def test_other_lines_under_the_same_number_are_refused(desk: Desk) -> None:
    """Without a journal too: the lines that are there belong to another creation."""
    await create(desk, [new_line("1.00"), new_line("2.00")])

    async with desk.elsewhere() as service:
        with pytest.raises(ReferenceReused, match="not the same"):
            await create(desk, [new_line("1.00"), new_line("2.00"), new_line("3.00")], service=service)

    assert len(desk.requests("create_billables")) == 1


async def test_doubled_lines_are_told_and_not_deleted(desk: Desk) -> None:
    """Somebody's proxy sent them twice: both are shown, nothing is done about it."""
    first = await create(desk, [new_line()])
    home, (line,) = desk.simulator.home, desk.simulator.ledger.billables(first.value.id)
    copy = home.add_billable(first.value.id, amount_minor=line.amount)
    home.billables.put(attrs.evolve(line, id=copy.id))

    async with desk.elsewhere() as service:
        with pytest.raises(DuplicateDetected) as caught:
            await create(desk, [new_line()], service=service)

    assert len(caught.value.candidates) == 2
    assert len(desk.simulator.ledger.billables(first.value.id)) == 2


async def test_a_number_in_another_currency_is_taken(desk: Desk) -> None:
    """It is somebody else's invoice, not ours."""
    desk.simulator.home.add_invoice(desk.simulator.contract.id, number="A-1", currency="USD")

    with pytest.raises(Conflict, match="taken"):
        await create(desk, [new_line()])

    assert desk.writes() == []


async def test_a_number_of_another_customer_is_taken(desk: Desk) -> None:
    """Also where the invoice stands in the contract that is the default."""
    desk.simulator.home.add_invoice(desk.simulator.contract.id, number="A-1")
    other = desk.simulator.home.add_client("Other")

    with pytest.raises(Conflict, match="of another customer"):
        await create(desk, [new_line()], customer_id=other.id)

    assert desk.writes() == []


async def test_a_number_held_twice_is_told(desk: Desk) -> None:
    """Kukkingu may not keep numbers unique."""
    for _ in range(2):
        desk.simulator.home.add_invoice(desk.simulator.contract.id, number="A-1")

    with pytest.raises(DuplicateDetected):
        await create(desk, [new_line()])


async def test_a_contract_of_another_client_is_refused(desk: Desk) -> None:
    """A default contract must not bill the wrong customer."""
    other = desk.simulator.home.add_client("Other")

    with pytest.raises(UsageError, match="contract_id"):
        await create(desk, [], customer_id=other.id)

    assert desk.writes() == []


async def test_lines_are_not_added_to_what_is_no_draft(desk: Desk) -> None:
    """The number belongs to an invoice that somebody finalized meanwhile."""
    invoice = desk.simulator.home.add_invoice(
        desk.simulator.contract.id, number="A-1", amount_minor=4000, status="FINALIZED"
    )

    with pytest.raises(FieldLocked, match="FINALIZED"):
        await create(desk, [new_line()])

    assert desk.simulator.ledger.billables(invoice.id) == []


@pytest.mark.parametrize("changes", [{"invoiceNumber": "B-1"}, {"currencyCode": "USD"}])
async def test_another_invoice_that_was_created_is_doubt(changes: dict[str, object]) -> None:
    """A 201 for another number or currency is not what was asked for."""
    stub = StubSender([answer(invoice_document(**{"invoiceNumber": "A-1", **changes}))])

    with pytest.raises(MalformedResponse):
        await adapter(stub).create_invoice(new_invoice()).perform(stub)


@pytest.mark.parametrize(
    "changes", [{"amountMinor": 40}, {"quantity": 2}, {"currencyCode": "USD"}, {"referenceId": "ik:0"}]
)
async def test_other_lines_that_were_added_are_doubt(changes: dict[str, object]) -> None:
    """Each line comes back with its marker, price and quantity, or it is not taken for added."""
    draft = Draft.of(new_invoice(), config())
    (marker,) = markers_of(INVOICE, draft.lines)
    line = {"quantity": 1, "referenceType": "invoicekit", "referenceId": marker, **changes}
    held = answer(invoice_document(status="DRAFT", amountMinor=4000))
    stub = StubSender([answer([]), answer([billable_document(**line)]), held])
    then = adapter(stub).create_invoice(new_invoice()).then
    assert then is not None
    adding = then(Done(value=Invoice(id=INVOICE), resource_id=INVOICE))
    assert adding is not None

    with pytest.raises(MalformedResponse, match="without the lines"):
        await adding.perform(stub)


async def test_amounts_that_the_server_computes_otherwise_are_not_success() -> None:
    """Here Kukkingu means totals, and computes the invoice from them: 40.00 where 100.00 were meant."""
    behaviour = Behaviour(amounts="computed", billable_amount="line_total")
    async with opened(behaviour=behaviour) as desk:
        with pytest.raises(OutcomeUnknown, match="billable_amount"):
            await create(desk, [new_line("40.00", "2.5")])


async def test_a_server_that_computes_amounts_is_fine() -> None:
    """The sum comes out as it was meant, once the lines are there."""
    behaviour = Behaviour(amounts="computed", billable_amount="line_total")
    async with opened(behaviour=behaviour, billable_amount="line_total") as desk:
        result = await create(desk, [new_line("40.00", "2.5")])

        assert result.verified
        assert result.value.total == Money("100.00", "EUR")


@pytest.mark.parametrize("created_status", [200, 201])
async def test_either_success_code_will_do(created_status: int) -> None:
    """No page shows the number."""
    async with opened(behaviour=Behaviour(created_status=created_status)) as desk:
        assert (await create(desk, [new_line()])).outcome is Outcome.APPLIED


async def test_one_program_creates_finalizes_and_pays(desk: Desk) -> None:
    """From nothing to paid."""
    created = await create(desk, [new_line("40.00", "2.5")])
    await desk.service.set_status(created.value.id, InvoiceStatus.OPEN, allow_irreversible=True)

    paid = await desk.service.mark_paid(created.value.id, paid_at=PAID_AT, reference="bank-1")

    assert paid.value.status is InvoiceStatus.PAID


async def test_lines_go_to_no_invoice_of_another_number() -> None:
    """Where the creation was answered with another invoice, whose list still lags, nobody else is billed."""
    mistaken = Fault(kind=FaultKind.WRONG_BODY, at="create_invoice")
    async with opened(faults=[mistaken]) as desk:
        desk.simulator.home.behaviour = Behaviour(lag_seconds=60.0)

        with pytest.raises(Conflict, match="nothing was added"):
            await create(desk, [new_line("120")])

        assert desk.requests("create_billables") == []
