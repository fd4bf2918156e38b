"""Invoices at the simulator: locks, actions, instants."""

import pytest
from kukkingu_wire import LINE, kukkingu

PAID = {"paidAt": "2026-03-01T10:20:30Z"}
FIELDS = {
    "invoiceNumber": "X",
    "exchangeRate": 2,
    "currencyCode": "USD",
    "amountMinor": 1,
    "issuedAt": "2026-01-01T00:00:00Z",
    "dueAt": "2026-01-01T00:00:00Z",
}


@pytest.mark.parametrize("created_status", [200, 201])
async def test_creating_makes_a_draft_in_an_envelope(created_status: int) -> None:
    """Without lines, and without what was not given."""
    async with kukkingu(behaviour={"created_status": created_status}) as it:
        reply = await it.create()

        data = reply.json()["data"]
        assert (reply.status, data["status"], data["exchangeRate"]) == (created_status, "DRAFT", 1.12)
        assert data["id"].startswith("inv_")
        assert not {"paidAt", "issuedAt", "billables"} & data.keys()


@pytest.mark.parametrize(
    "changes",
    [
        {"contractId": None},
        {"contractId": "ctr_unknown"},
        {"invoiceNumber": None},
        {"invoiceNumber": ""},
        {"invoiceNumber": "x" * 256},
        {"exchangeRate": None},
        {"exchangeRate": -1},
        {"exchangeRate": "1.12"},
        {"currencyCode": "EURO"},
        {"amountMinor": None},
        {"amountMinor": -1},
        {"amountMinor": 1.5},
        {"amountMinor": "100"},
        {"amountMinor": 9007199254740992},
        {"issuedAt": "2026-01-01T00:00:00+00:00"},
        {"issuedAt": "2026-01-01T00:00:00"},
        {"issuedAt": "2026-01-01"},
        {"issuedAt": "2026-01-01T00:00:00z"},
        {"dueAt": "2026-02-30T00:00:00Z"},
        {"paidAt": 5},
    ],
)
async def test_a_body_against_the_schema_changes_nothing(changes: dict[str, object]) -> None:
    """An offset is refused even where it means the same."""
    async with kukkingu() as it:
        reply = await it.create(**changes)

        assert reply.status in (400, 404)
        assert set(reply.json()) == {"error", "message"}
        assert it.simulator.ledger.deeds("create_invoice") == []


@pytest.mark.parametrize(
    "instant", ["2026-01-01T00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123456Z"]
)
async def test_seconds_and_fractions_are_optional(instant: str) -> None:
    """As in the seed's pattern; they are printed as a server's clock does."""
    async with kukkingu() as it:
        reply = await it.on_invoice("PATCH", body={"paidAt": instant})

        assert reply.status == 200
        assert reply.json()["data"]["paidAt"][:17] == "2026-01-01T00:00:"
        assert len(reply.json()["data"]["paidAt"]) == 24


@pytest.mark.parametrize(("field", "value"), FIELDS.items())
async def test_a_finalized_invoice_takes_paid_at_alone(field: str, value: object) -> None:
    """Every other field is locked, and with paidAt together too."""
    async with kukkingu() as it:
        alone = await it.on_invoice("PATCH", body={field: value})
        together = await it.on_invoice("PATCH", body={field: value, **PAID})
        paid = await it.on_invoice("PATCH", body=PAID)

        assert (alone.status, together.status, paid.status) == (409, 409, 200)
        assert len(it.simulator.ledger.deeds("set_paid_at")) == 1


async def test_a_draft_takes_everything() -> None:
    """paidAt among it: a paid draft is possible here."""
    async with kukkingu() as it:
        reply = await it.on_draft("PATCH", body={**FIELDS, **PAID})

        data = reply.json()["data"]
        assert (data["invoiceNumber"], data["currencyCode"], data["amountMinor"]) == ("X", "USD", 1)
        assert (data["status"], data["paidAt"]) == ("DRAFT", "2026-03-01T10:20:30.000Z")


async def test_a_void_invoice_takes_nothing() -> None:
    """Not even paidAt."""
    async with kukkingu() as it:
        await it.on_draft("POST", "/void")

        assert (await it.on_draft("PATCH", body=PAID)).status == 409


async def test_paid_at_is_not_cleared() -> None:
    """Null is no instant."""
    async with kukkingu() as it:
        await it.on_invoice("PATCH", body=PAID)

        assert (await it.on_invoice("PATCH", body={"paidAt": None})).status == 400
        assert it.simulator.ledger.invoice(it.invoice_id).paid_at == PAID["paidAt"]


async def test_status_is_no_field() -> None:
    """It is read over, as unknown members are."""
    async with kukkingu() as it:
        await it.on_draft("PATCH", body={"status": "FINALIZED"})

        assert it.simulator.ledger.invoice(it.draft_id).status == "DRAFT"


async def test_replacing_keeps_to_the_same_locks() -> None:
    """PUT needs the four plain fields, which a finalized invoice does not take."""
    async with kukkingu() as it:
        assert (await it.on_draft("PUT", body=FIELDS)).status == 200
        assert (await it.on_draft("PUT", body=PAID)).status == 400
        assert (await it.on_invoice("PUT", body=FIELDS)).status == 409


async def test_finalizing_is_for_good() -> None:
    """Once; and then nothing leads back."""
    async with kukkingu() as it:
        first = await it.on_draft("POST", "/finalize")
        again = await it.on_draft("POST", "/finalize")

        assert (first.status, first.json()["data"]["status"], again.status) == (200, "FINALIZED", 409)
        assert len(it.simulator.ledger.deeds("finalize")) == 1


async def test_acting_again_may_be_let_through() -> None:
    """It changes nothing then."""
    async with kukkingu(behaviour={"act_again": "accept"}) as it:
        for action in ("/finalize", "/finalize", "/void", "/void"):
            assert (await it.on_draft("POST", action)).status == 200

        assert len(it.simulator.ledger.deeds("finalize") + it.simulator.ledger.deeds("void")) == 2


async def test_void_cannot_be_left() -> None:
    """Neither by finalizing nor by voiding."""
    async with kukkingu() as it:
        await it.on_invoice("POST", "/void")

        assert (await it.on_invoice("POST", "/void")).status == 409
        assert (await it.on_invoice("POST", "/finalize")).status == 409


@pytest.mark.parametrize(("switch", "target"), [("void_draft", "on_draft"), ("void_paid", "on_invoice")])
async def test_what_may_be_voided_is_a_switch(switch: str, target: str) -> None:
    """From which states nobody knows."""
    async with kukkingu(behaviour={switch: "refuse"}) as it:
        await it.on_invoice("PATCH", body=PAID)

        assert (await getattr(it, target)("POST", "/void")).status == 409


@pytest.mark.parametrize("keeps", [True, False])
async def test_whether_paid_at_survives_is_a_switch(*, keeps: bool) -> None:
    """By default it does."""
    async with kukkingu(behaviour={"void_keeps_paid_at": keeps}) as it:
        await it.on_invoice("PATCH", body=PAID)
        await it.on_invoice("POST", "/void")

        assert (it.simulator.ledger.invoice(it.invoice_id).paid_at is not None) is keeps


@pytest.mark.parametrize(("verdict", "status"), [("accept", 201), ("refuse", 409)])
async def test_whether_numbers_are_unique_is_a_switch(verdict: str, status: int) -> None:
    """By default two may share one, which hurts a careless client most."""
    async with kukkingu(behaviour={"duplicate_number": verdict}) as it:
        await it.create()

        assert (await it.create()).status == status


@pytest.mark.parametrize(
    ("amounts", "shown", "finalized"),
    [("free", 12_000, 200), ("computed", 100, 200), ("checked", 12_000, 409)],
)
async def test_how_amounts_hang_together_is_a_switch(amounts: str, shown: int, finalized: int) -> None:
    """The invoice's own, that of its lines, or both compared."""
    async with kukkingu(behaviour={"amounts": amounts}) as it:
        await it.add_lines(LINE)

        assert (await it.on_draft("GET")).json()["data"]["amountMinor"] == shown
        assert (await it.on_draft("POST", "/finalize")).status == finalized


@pytest.mark.parametrize(
    ("query", "count"),
    [({}, 3), ({"status": "DRAFT"}, 2), ({"status": "VOID"}, 0), ({"contractId": "ctr_x"}, 0)],
)
async def test_lists_come_whole_and_filtered(query: dict[str, str], count: int) -> None:
    """Without a cursor."""
    async with kukkingu() as it:
        reply = await it.send("GET", "/invoices", query=query)

        assert (len(reply.json()["data"]), set(reply.json())) == (count, {"data"})


@pytest.mark.parametrize("query", [{"status": "PAID"}, {"expand": "client"}])
async def test_a_filter_that_is_none_is_refused(query: dict[str, str]) -> None:
    """Rather than read over."""
    async with kukkingu() as it:
        assert (await it.send("GET", "/invoices", query=query)).status == 400


async def test_relations_are_ids_unless_written_out() -> None:
    """To any depth that was asked for."""
    async with kukkingu() as it:
        plain = await it.on_draft("GET")
        full = await it.on_draft("GET", "?expand=contract,contract.client")

        assert plain.json()["data"]["contract"] == it.simulator.contract.id
        assert full.json()["data"]["contract"]["client"]["name"] == "Client 1"


async def test_reading_one_invoice_may_be_no_route() -> None:
    """No page shows it."""
    async with kukkingu(behaviour={"get_invoice": False}) as it:
        assert (await it.on_draft("GET")).status == 404
        assert (await it.on_draft("PATCH", body=PAID)).status == 200


async def test_reads_may_lag() -> None:
    """They show the former state for a while; what is written is true at once."""
    async with kukkingu(behaviour={"lag_seconds": 5.0}) as it:
        await it.on_invoice("PATCH", body=PAID)
        early = (await it.on_invoice("GET")).json()["data"]
        await it.clock.advance(5)
        late = (await it.on_invoice("GET")).json()["data"]

        assert "paidAt" not in early
        assert late["paidAt"] == "2026-03-01T10:20:30.000Z"
