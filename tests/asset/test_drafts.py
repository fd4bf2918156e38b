"""New invoices: one or a batch, each found again by its number, each with an outcome of its own."""

from decimal import Decimal
from typing import Any

import attrs
import pytest
from asset_desk import (
    BUSINESS,
    CUSTOMER,
    DUE,
    LEDGER,
    Desk,
    StubSender,
    adapter,
    answer,
    config,
    invoice_document,
    new_invoice,
    opened,
    page,
    usd,
)

from invoicekit.errors import (
    ConfigurationError,
    Conflict,
    CurrencyMismatch,
    InvalidAmount,
    InvalidIdentifier,
    InvalidRequest,
    MalformedResponse,
    OutcomeUnknown,
    UnsupportedOperation,
    UsageError,
)
from invoicekit.guard import OnDoubt
from invoicekit.model import Invoice, InvoiceStatus, Money, NewLineItem, Outcome, WriteResult
from invoicekit.simulate import Fault, FaultKind
from invoicekit_asset.simulator import Behaviour


async def create(desk: Desk, number: str = "N-1", **changes: Any) -> WriteResult[Invoice]:
    new = new_invoice(number, customer_id=desk.customer_id)
    values: dict[str, Any] = {
        "number": new.number,
        "customer_id": new.customer_id,
        "currency": new.currency,
        "issue_date": new.issue_date,
        "due_date": new.due_date,
        "line_items": new.line_items,
        **changes,
    }
    return await desk.service.create_invoice(**values)


def named(desk: Desk, number: str) -> list[str]:
    """Return the ledger's invoices of a number."""
    return [one.id for one in desk.simulator.ledger.invoices() if one.number == number]


async def test_an_invoice_is_created_open_with_its_lines(desk: Desk) -> None:
    """Amounts exact, the rest as given, and what it is made of reads back."""
    result = await create(desk, subject="March", note="thanks")

    read = await desk.service.get_invoice(result.value.id)
    assert (read.status, read.total, read.amount_due) == (InvoiceStatus.OPEN, usd("100"), usd("100"))
    assert (read.number, read.subject, read.note) == ("N-1", "March", "thanks")
    assert (read.due_date, read.customer_id) == (DUE, desk.customer_id)
    assert isinstance(read.line_items, tuple)
    assert [(line.quantity, line.unit_price, line.kind) for line in read.line_items] == [
        (Decimal("1.5"), usd("60"), LEDGER),
        (Decimal(1), usd("10"), LEDGER),
    ]


@pytest.mark.parametrize(
    "kind", [FaultKind.ERROR_AFTER, FaultKind.DROP_AFTER, FaultKind.GARBAGE, FaultKind.LATE]
)
async def test_an_invoice_exists_once_whatever_becomes_of_the_answer(kind: FaultKind) -> None:
    """Asset takes a second of the same number: it is looked for and never asked for."""
    async with opened(faults=[Fault(kind=kind, at="create_invoices", seconds=0.02)]) as desk:
        first = await create(desk)
        async with desk.elsewhere() as service:
            found = await service.find_invoice(number="N-1")

        assert first.outcome is Outcome.APPLIED
        assert found is not None
        assert named(desk, "N-1") == [found.id] == [first.value.id]


async def test_the_same_number_again_is_the_same_invoice(desk: Desk) -> None:
    """Here and in a process that knows nothing of it."""
    first = await create(desk)
    again = await create(desk)
    async with desk.elsewhere() as service:
        new = new_invoice(customer_id=desk.customer_id)
        elsewhere = await service.create_invoice(
            number="N-1",
            customer_id=desk.customer_id,
            currency="USD",
            issue_date=new.issue_date,
            due_date=new.due_date,
            line_items=new.line_items,
        )

    assert (again.outcome, elsewhere.outcome) == (Outcome.ALREADY_APPLIED, Outcome.ALREADY_APPLIED)
    assert elsewhere.value.id == first.value.id
    assert len(desk.requests("create_invoices")) == 1


async def test_a_number_of_another_customer_is_a_conflict(desk: Desk) -> None:
    """Nothing is sent, and nobody's invoice is taken for ours."""
    await create(desk)
    other = desk.simulator.home.add_customer("Other")

    async with desk.elsewhere() as service:
        new = new_invoice()
        with pytest.raises(Conflict, match="N-1"):
            await service.create_invoice(
                number="N-1",
                customer_id=other.id,
                currency="USD",
                issue_date=new.issue_date,
                due_date=new.due_date,
                line_items=new.line_items,
            )

    assert len(named(desk, "N-1")) == 1


async def test_the_search_for_the_number_reads_only_what_is_due_then(desk: Desk) -> None:
    """The list has no filter by number; the due instant is on both sides of its window."""
    await create(desk)

    search, _ = desk.requests("list_invoices")  # before and after
    assert search.query["due_at_start"] == search.query["due_at_end"] == ["2026-03-31T00:00:00Z"]
    assert search.query["page_size"] == ["100"]


async def test_an_item_refused_in_a_success_certainly_had_no_effect(desk: Desk) -> None:
    """201 with errors[]: no doubt, no second send, and the number is free afterwards."""
    with pytest.raises(InvalidRequest, match="refused"):
        await create(desk, customer_id=CUSTOMER)
    fixed = await create(desk)

    assert fixed.outcome is Outcome.APPLIED
    assert len(named(desk, "N-1")) == 1


async def test_an_item_refused_with_a_422_is_refused_too() -> None:
    """Older versions refuse the whole batch."""
    behaviour = Behaviour(reports_batch_errors=False)
    async with opened(behaviour=behaviour) as desk:
        with pytest.raises(InvalidRequest):
            await create(desk, customer_id=CUSTOMER)

        assert named(desk, "N-1") == []


async def test_the_older_form_has_priced_lines_and_the_business() -> None:
    """A tenant that still runs it needs lines_by."""
    behaviour = Behaviour(generation="middle")
    async with opened(behaviour=behaviour, lines_by="unit_price") as desk:
        result = await create(desk)

        read = await desk.service.get_invoice(result.value.id)
        assert read.total == usd("100")
        assert isinstance(read.line_items, tuple)
        assert read.line_items[0].unit_price == usd("60")


def test_a_line_whose_amount_would_be_rounded_is_refused() -> None:
    """A tenth of 35 cents is no amount of dollars."""
    line = NewLineItem(description="W", quantity=Decimal("0.1"), unit_price=usd("0.35"))

    with pytest.raises(InvalidAmount):
        adapter(StubSender()).create_invoice(new_invoice(line_items=(line,)))


async def test_the_body_is_an_array_of_plain_numbers() -> None:
    """As the newest page shows it, with the digits given."""
    stub = StubSender([answer({"data": [invoice_document(number="N-1")], "errors": []}, status=201)])
    new = new_invoice(subject="S")

    await adapter(stub).create_invoice(new).perform(stub)

    assert stub.body(0) == [
        {
            "number": "N-1",
            "description": "S",
            "due_at": "2026-03-31T00:00:00Z",
            "sent_at": "2026-03-01T00:00:00Z",
            "customer_id": CUSTOMER,
            "lines": [
                {
                    "description": "Work",
                    "ledger_id": LEDGER,
                    "amount": Decimal("90.00"),
                    "metadata": {"quantity": "1.5", "unit_price": "60"},
                },
                {
                    "description": "Travel",
                    "ledger_id": LEDGER,
                    "amount": Decimal("10.00"),
                    "metadata": {"quantity": "1", "unit_price": "10.00"},
                },
            ],
        }
    ]


async def test_extra_is_merged_last() -> None:
    """What Asset alone knows wins over what is said in neutral words."""
    stub = StubSender([answer({"data": [invoice_document(number="N-1")]}, status=201)])
    extra = {"tags": {"project": "x"}, "description": "mine"}

    await adapter(stub).create_invoice(new_invoice(extra=extra)).perform(stub)

    (item,) = stub.body(0)
    assert (item["tags"], item["description"]) == ({"project": "x"}, "mine")


async def test_a_customer_may_be_named_by_our_own_id(desk: Desk) -> None:
    """By extra; then the number alone tells the invoice, here and elsewhere."""
    desk.simulator.home.customers[desk.customer_id].external_id = "acme"
    own: dict[str, Any] = {"customer_id": "", "extra": {"asset": {"customer_external_id": "acme"}}}

    first = await create(desk, **own)
    async with desk.elsewhere() as service:
        again = await create(attrs.evolve(desk, service=service), **own)

    assert first.value.customer_id == desk.customer_id
    assert again.outcome is Outcome.ALREADY_APPLIED
    assert len(named(desk, "N-1")) == 1


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"number": " N-1"}, UsageError),
        ({"number": ""}, UsageError),
        ({"currency": "EUR"}, CurrencyMismatch),
        ({"customer_id": "inv_1"}, InvalidIdentifier),
        ({"line_items": ()}, UsageError),
        ({"extra": {"number": "N-2"}}, UsageError),
        (
            {
                "line_items": (
                    NewLineItem(description="W", quantity=Decimal(1), unit_price=Money("1", "EUR")),
                )
            },
            CurrencyMismatch,
        ),
    ],
)
def test_what_can_never_be_created_is_refused_at_once(change: dict[str, Any], error: type[Exception]) -> None:
    """Before anything is planned or sent."""
    with pytest.raises(error):
        adapter(StubSender()).create_invoice(new_invoice(**{"number": "N-1", **change}))


def test_what_the_configuration_lacks_is_named() -> None:
    """Lines need a ledger account; the older form keeps no note."""
    with pytest.raises(ConfigurationError, match="ledger_id"):
        adapter(StubSender(), ledger_id=None).create_invoice(new_invoice())
    with pytest.raises(UnsupportedOperation, match="note"):
        adapter(StubSender(), lines_by="unit_price").create_invoice(new_invoice(note="x"))
    assert config().business_id == BUSINESS


@pytest.mark.parametrize(
    "document",
    [
        {"data": []},
        {"data": [invoice_document(number="N-2")]},
        {"data": [invoice_document(number="N-1"), invoice_document(number="N-2")]},
        {"data": [], "errors": [{"error": "no", "invoice_number": "N-2"}]},
        {"data": [invoice_document(number="N-1")], "errors": [{"error": "no"}]},
        {"data": [invoice_document(number="N-1")], "errors": {}},
    ],
)
async def test_an_answer_about_something_else_is_no_confirmation(document: object) -> None:
    """It is read back instead."""
    stub = StubSender([answer(document, status=201)])

    with pytest.raises(MalformedResponse):
        await adapter(stub).create_invoice(new_invoice()).perform(stub)


# --- batches --------------------------------------------------------------------------------------


async def test_a_batch_ends_each_number_in_one_place(desk: Desk) -> None:
    """Two are made, one is refused in the provider's words; a rerun knows it from the journal."""
    mine, other = {"customer_id": desk.customer_id}, {"customer_id": CUSTOMER}
    news = [new_invoice("B-1", **mine), new_invoice("B-2", **other), new_invoice("B-3", **mine)]
    write = desk.native.create_invoices(news)

    first = await desk.service.write(write, reference="batch")
    again = await desk.service.write(write, reference="batch")

    assert [invoice.number for invoice in first.value.invoices] == ["B-1", "B-3"]
    assert [(fault.number, fault.reason) for fault in first.value.refused] == [("B-2", "Customer not found")]
    assert (first.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
    assert [invoice.id for invoice in again.value.invoices] == [one.id for one in first.value.invoices]
    assert [fault.number for fault in again.value.refused] == ["B-2"]
    assert len(desk.requests("create_invoices")) == 1


async def test_a_hundred_go_in_one_request(desk: Desk) -> None:
    """The most that the provider takes."""
    news = [new_invoice(f"B-{number}", customer_id=desk.customer_id) for number in range(100)]

    result = await desk.service.write(desk.native.create_invoices(news), reference="batch")

    assert len(result.value.invoices) == 100
    assert len(desk.requests("create_invoices")) == 1


@pytest.mark.parametrize("kind", [FaultKind.ERROR_AFTER, FaultKind.DROP_AFTER, FaultKind.GARBAGE])
async def test_a_batch_whose_answer_is_lost_is_found(kind: FaultKind) -> None:
    """By its numbers; none is created twice."""
    async with opened(faults=[Fault(kind=kind, at="create_invoices")]) as desk:
        news = [new_invoice(f"B-{number}", customer_id=desk.customer_id) for number in range(3)]

        result = await desk.service.write(desk.native.create_invoices(news), reference="batch")

        assert (result.outcome, result.verified) == (Outcome.APPLIED, True)
        assert [len(named(desk, new.number)) for new in news] == [1, 1, 1]


@pytest.mark.parametrize("on_doubt", OnDoubt)
async def test_a_batch_that_did_not_arrive_is_resent_only_where_chosen(on_doubt: OnDoubt) -> None:
    """And then only what is not there by then."""
    fault = Fault(kind=FaultKind.DROP_BEFORE, at="create_invoices")
    async with opened(faults=[fault], on_doubt=on_doubt) as desk:
        news = [new_invoice(f"B-{number}", customer_id=desk.customer_id) for number in range(2)]
        write = desk.native.create_invoices(news)
        if on_doubt is OnDoubt.ASK:
            with pytest.raises(OutcomeUnknown):
                await desk.service.write(write, reference="batch")
        else:
            await desk.service.write(write, reference="batch")

        made = 1 if on_doubt is OnDoubt.RESEND else 0
        assert [len(named(desk, new.number)) for new in news] == [made, made]


async def test_a_batch_sends_only_what_is_not_there(desk: Desk) -> None:
    """A number that exists already counts as created."""
    existing = await create(desk, "B-1")
    news = [new_invoice(f"B-{number}", customer_id=desk.customer_id) for number in (1, 2)]

    result = await desk.service.write(desk.native.create_invoices(news), reference="batch")

    assert result.value.invoices[0].id == existing.value.id
    assert [len(named(desk, number)) for number in ("B-1", "B-2")] == [1, 1]


async def test_an_answer_that_leaves_one_out_is_no_confirmation() -> None:
    """Neither created nor refused: doubt about the whole."""
    news = [new_invoice("B-1"), new_invoice("B-2")]
    made = answer({"data": [invoice_document(number="B-1")], "errors": []}, status=201)
    stub = StubSender([page(), made])

    with pytest.raises(MalformedResponse):
        await adapter(stub).create_invoices(news).perform(stub)


@pytest.mark.parametrize("numbers", [[], ["B-1", "B-1"], [f"B-{number}" for number in range(101)]])
def test_a_batch_that_can_never_be_right_is_refused(numbers: list[str]) -> None:
    """None, twice the same, or more than the provider takes."""
    with pytest.raises(UsageError):
        adapter(StubSender()).create_invoices([new_invoice(number) for number in numbers])
