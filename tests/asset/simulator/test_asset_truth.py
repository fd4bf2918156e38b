"""The simulator is as odd as Asset: surplus, matching, late transactions, batches, statuses."""

from decimal import Decimal
from typing import Any

import pytest
from asset_wire import asset, exact

from invoicekit.simulate import Fault, FaultKind, FaultPlan
from invoicekit_asset.simulator import AssetSimulator

NEW = {
    "number": "N-1",
    "description": "x",
    "due_at": "2026-03-31T00:00:00Z",
    "sent_at": "2026-03-01T00:00:00Z",
    "lines": [{"description": "x", "amount": 100.5, "ledger_id": "ldg_1"}],
}


async def test_a_surplus_becomes_credit_without_a_word() -> None:
    """The answer shows what fitted; the rest is the customer's."""
    async with asset() as line:
        transaction = await line.transact(150)

        reply = await line.apply(transaction_id=transaction["id"])

        assert (reply.status, exact(reply)["data"]["total_paid"]) == (201, 120)
        assert line.simulator.home.customers[line.customer_id].credit == 30


async def test_a_repeated_application_is_absorbed() -> None:
    """Paid twice, credited once, and no error anywhere."""
    async with asset() as line:
        transaction = await line.transact(120)
        for _ in range(2):
            reply = await line.apply(transaction_id=transaction["id"], payment_amount=120)
            assert reply.status == 201

        assert len(line.invoice.payments) == 2
        assert line.simulator.home.customers[line.customer_id].credit == 120


@pytest.mark.parametrize(
    ("switch", "body", "status"),
    [
        ("overpaying", {"payment_amount": 121}, 422),
        ("reapplying", {"payment_amount": 151}, 422),
        ("pay_closed", {"payment_amount": 1}, 422),
    ],
)
async def test_a_switch_makes_it_refuse(switch: str, body: dict[str, object], status: int) -> None:
    """Nobody knows which it is; both can be had."""
    async with asset(behaviour={switch: "refuse"}) as line:
        transaction = await line.transact(150)
        if switch == "pay_closed":
            line.invoice.word = "voided"

        reply = await line.apply(transaction_id=transaction["id"], **body)

        assert (reply.status, line.invoice.payments) == (status, [])


async def test_a_transaction_is_late() -> None:
    """202 is an acceptance: neither listed nor applicable until the lag has passed."""
    async with asset(behaviour={"transaction_lag_seconds": 5.0}) as line:
        transaction = await line.transact()
        path = "/transactions?external_ids=own-1"

        before = exact(await line.send("GET", path))["data"]
        refused = await line.apply(transaction_id=transaction["id"])
        await line.clock.advance(5.0)
        after = exact(await line.send("GET", path))["data"]

        assert (before, refused.status) == ([], 404)
        assert [row["id"] for row in after] == [transaction["id"]]


@pytest.mark.parametrize(("repeat", "count"), [("add", 2), ("return_first", 1)])
async def test_a_repeated_transaction_id(repeat: str, count: int) -> None:
    """A second record, or the first one again."""
    async with asset(behaviour={"repeated_transaction": repeat}) as line:
        await line.transact()
        await line.transact()

        assert len(line.simulator.ledger.transactions()) == count


@pytest.mark.parametrize(
    ("matching", "is_ours"), [("off", None), ("by_description", True), ("by_amount", False)]
)
async def test_it_matches_by_itself(matching: str, is_ours: bool | None) -> None:
    """By the invoice named in the description, or by the amount alone, whoever's it is."""
    async with asset(behaviour={"matching": matching}) as line:
        other = line.simulator.home.add_invoice("75")

        await line.transact(75, description=f"for {line.invoice.id}")

        assert [row.by for row in line.invoice.payments] == (["matching"] if is_ours else [])
        assert [row.by for row in other.payments] == (["matching"] if is_ours is False else [])


async def test_it_matches_when_it_likes() -> None:
    """After a while, between any two calls."""
    async with asset(behaviour={"matching": "by_amount", "match_after_seconds": 60.0}) as line:
        await line.transact(120)
        assert line.invoice.payments == []

        await line.simulator.late.finish()

        assert [row.by for row in line.invoice.payments] == ["matching"]


async def test_a_transaction_tells_where_it_went_when_asked() -> None:
    """Null without includes; with it the rows and their invoice."""
    async with asset() as line:
        transaction = await line.transact()
        await line.apply(transaction_id=transaction["id"], payment_amount=20)

        plain = exact(await line.send("GET", "/transactions"))["data"][0]
        full = exact(await line.send("GET", "/transactions?includes=invoice_payments.invoice"))["data"][0]

        assert plain["invoice_payments"] is None
        assert full["invoice_payments"][0]["invoice"]["id"] == line.invoice.id


async def test_a_batch_succeeds_in_parts() -> None:
    """Good items are made, bad ones stand in errors[], and the status is a success."""
    async with asset() as line:
        items = [{**NEW, "number": "A"}, {**NEW, "number": "B", "customer_id": "cus_none"}]

        reply = await line.send("POST", "/invoice", items)

        document = exact(reply)
        assert reply.status == 201
        assert [one["number"] for one in document["data"]] == ["A"]
        assert document["data"][0]["total_amount"] == Decimal("100.5")
        assert document["errors"] == [{"error": "Customer not found", "invoice_number": "B"}]


@pytest.mark.parametrize("count", [0, 101])
async def test_a_batch_holds_one_to_a_hundred(count: int) -> None:
    """More or none is refused as a whole, with the places named."""
    async with asset() as line:
        reply = await line.send("POST", "/invoice", [NEW] * count)

        assert reply.status == 422
        assert reply.json()["detail"][0]["loc"] == ["body"]


@pytest.mark.parametrize("switch", ["accept", "refuse"])
async def test_a_number_may_be_taken(switch: str) -> None:
    """No page says that invoice numbers are unique."""
    async with asset(behaviour={"repeated_number": switch}) as line:
        await line.send("POST", "/invoice", [NEW, NEW])

        made = [one for one in line.simulator.ledger.invoices() if one.number == "N-1"]
        assert len(made) == (2 if switch == "accept" else 1)


@pytest.mark.parametrize(
    ("generation", "present", "absent"),
    [
        ("oldest", {"metadata_", "credit_amount", "status"}, {"metadata", "tags"}),
        ("middle", {"metadata_", "credit_amount", "status"}, {"metadata", "tags"}),
        ("newest", {"metadata", "tags", "status"}, {"metadata_", "credit_amount"}),
    ],
)
async def test_documents_follow_their_generation(
    generation: str, present: set[str], absent: set[str]
) -> None:
    """Lines by price and quantity, or by amount."""
    async with asset(behaviour={"generation": generation}) as line:
        document = await line.shown()

        assert present <= set(document)
        assert not absent & set(document)
        assert ("amount" in document["lines"][0]) is (generation == "newest")
        assert ("unit_price" in document["lines"][0]) is (generation != "newest")


async def test_status_and_amount_forms_are_switches() -> None:
    """The newest samples show no status; amounts may come as text."""
    async with asset(behaviour={"hides_status": True, "amounts_as_text": True}) as line:
        document = await line.shown()

        assert not {"status", "source"} & set(document)
        assert document["total_amount"] == "120.00"


@pytest.mark.parametrize(
    ("switch", "word"),
    [("paid_by_patch", "paid"), ("refunded_by_patch", "refunded"), ("void_paid", "voided")],
)
@pytest.mark.parametrize("verdict", ["accept", "refuse"])
async def test_a_status_word_is_taken_or_refused(switch: str, word: str, verdict: str) -> None:
    """Accepted, it moves no money."""
    async with asset(behaviour={switch: verdict}) as line:
        transaction = await line.transact(20)
        await line.apply(transaction_id=transaction["id"])

        reply = await line.patch({"status": word})

        assert reply.status == (200 if verdict == "accept" else 422)
        assert line.invoice.status == (word if verdict == "accept" else "open")
        assert line.invoice.paid == 20


async def test_voiding_is_dated_and_may_be_final() -> None:
    """The instant shows even where the word is hidden."""
    async with asset(behaviour={"leave_voided": "refuse"}) as line:
        await line.patch({"status": "voided"})

        again = await line.patch({"status": "open"})

        assert again.status == 422
        assert (await line.shown())["voided_at"].endswith("Z")


async def test_lines_and_tags_change_together_or_not_at_all() -> None:
    """A line that is not there refuses the whole change."""
    async with asset() as line:
        created = {"description": "y", "amount": 5, "ledger_id": "ldg_1", "metadata": {"a": "b"}}
        bad = {"tags": {"a": "b"}, "line_changes": {"delete_lines": ["inl_none"]}}
        good = {
            "tags": {"a": "b"},
            "line_changes": {"delete_lines": [line.invoice.lines[0].id], "create_lines": [created]},
        }

        refused, done = await line.patch(bad), await line.patch(good)

        assert (refused.status, done.status) == (422, 200)
        document = await line.shown()
        assert (document["total_amount"], document["tags"]) == (5, {"a": "b"})
        assert document["lines"][0]["metadata"] == {"a": "b"}


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([{"amount": 120}], 201),
        ([{"amount": 20}], 422),
        ([{"amount": 20, "invoice_line_id": "LINE"}], 201),
        ([{"amount": 121}], 422),
    ],
)
async def test_a_refund_follows_the_rules(parts: list[dict[str, Any]], status: int) -> None:
    """A part names its line; more than was paid is an error; the status follows."""
    async with asset() as line:
        transaction = await line.transact(120)
        await line.apply(transaction_id=transaction["id"])
        line_id = line.invoice.lines[0].id
        targets = [
            {**part, "invoice_id": line.invoice.id}
            | ({"invoice_line_id": line_id} if "invoice_line_id" in part else {})
            for part in parts
        ]

        reply = await line.send(
            "POST",
            "/refund",
            {
                "amount": parts[0]["amount"],
                "refund_external_id": "r-1",
                "refunded_at": "2026-03-02T00:00:00Z",
                "method": "other",
                "invoices_to_refund": targets,
            },
        )

        words = {120: "refunded", 20: "partially_refunded"}
        assert reply.status == status
        assert line.invoice.status == (words[parts[0]["amount"]] if status == 201 else "paid")


async def test_a_credit_memo_number_is_unique() -> None:
    """The second stands in errors[]; credit is granted once."""
    async with asset() as line:
        memo = {"customer_id": line.customer_id, "number": "C", "amount": 10}

        reply = await line.send("POST", "/credit-memo", [memo, memo])

        assert [one["number"] for one in exact(reply)["errors"]] == ["C"]
        assert line.simulator.home.customers[line.customer_id].credit == 10


async def test_credit_pays_within_what_there_is() -> None:
    """Without a transaction the pool is drawn on; without enough of it nothing happens."""
    async with asset() as line:
        line.simulator.home.customers[line.customer_id].credit = Decimal(50)

        too_much = await line.apply(payment_amount=51)
        enough = await line.apply(payment_amount=50)

        assert (too_much.status, enough.status) == (422, 201)
        row = (await line.shown())["payments"][0]
        assert (row["transaction_id"], row["payment_amount"], row["is_write_off"]) == (None, 50, False)


async def test_a_write_off_is_a_row_of_its_own() -> None:
    """Marked as such in the newest form."""
    async with asset() as line:
        reply = await line.send("POST", f"/invoice/{line.invoice.id}/write-off", {"amount": 120})

        assert exact(reply)["data"]["status"] == "paid"
        assert (await line.shown())["payments"][0]["is_write_off"] is True


async def test_the_ledger_tells_the_truth_by_its_control_route() -> None:
    """What was asked beside what fitted, and what the client wrote on it."""
    async with asset() as line:
        transaction = await line.transact(150)
        await line.apply(transaction_id=transaction["id"])

        rows = (await line.wire.send("GET", "/_simulator/ledger/payments")).lines()

        assert [(row["amount"], row["asked_major"], row["external_id"], row["note"]) for row in rows] == [
            (12000, "150", "own-1", "x")
        ]


async def test_a_fault_names_the_payment_it_struck() -> None:
    """By what the client wrote on the transaction, in both steps."""
    steps = ("create_transactions", "apply_payment")
    faults = FaultPlan.scripted(Fault(kind=FaultKind.ERROR_AFTER, at=step, nth=2) for step in steps)
    async with asset(faults=faults) as line:
        transaction = await line.transact(20, description="mine")
        path = f"/v0/business/{line.simulator.home.business_id}/transactions"
        item = {"transaction_id": "own-2", "description": "second"}
        await line.wire.send("POST", path, [item], headers=line.headers)
        for _ in range(2):
            await line.apply(transaction_id=transaction["id"], payment_amount=10)

        assert [row.targets["payment_note"] for row in line.simulator.faults] == ["second", "mine"]


def test_the_same_seed_makes_the_same_books() -> None:
    """And an order for what it does not know is refused."""
    made = [AssetSimulator(seed=3) for _ in range(2)]
    for simulator in made:
        simulator.populate({"clients": 2, "invoices": 5, "currency": "USD", "status": "OPEN"})

    first, second = ([(one.id, one.total) for one in simulator.ledger.invoices()] for simulator in made)
    assert first == second
    for order in ({"time_entries": 1}, {"invoices": -1}, {"currency": "EUR"}, {"status": "paid"}):
        with pytest.raises(ValueError, match=r".+"):
            made[0].populate(order)
