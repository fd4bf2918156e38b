"""What a naive client of Clockify gets wrong: one test each, failing where this adapter does the same."""

import hashlib
import hmac
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import attrs
import pytest
from clockify_desk import (
    INVOICE,
    PAID_AT,
    WORKSPACE,
    Desk,
    StubSender,
    adapter,
    answer,
    invoice_document,
    new_payment,
    opened,
)

from invoicekit.adapter import Idempotency
from invoicekit.errors import (
    DestructiveTransition,
    InvalidRequest,
    MalformedResponse,
    NotFound,
    OutcomeUnknown,
    Rejected,
    UsageError,
    WebhookRejected,
)
from invoicekit.model import (
    InvoiceChange,
    InvoiceQuery,
    InvoiceStatus,
    Money,
    NewLineItem,
    Outcome,
)
from invoicekit.secret import Secret
from invoicekit.simulate import Fault, FaultKind, serving
from invoicekit_clockify import Clockify, ClockifyConfig, TimeImport, UserEntries, verify_webhook
from invoicekit_clockify.simulator import Behaviour, ClockifySimulator

TEN = Money("10.00", "EUR")
DAY = datetime(2026, 3, 1, tzinfo=UTC)
NEXT_DAY = DAY + timedelta(days=1)


async def pay(desk: Desk, *, reference: str = "bank-1", note: str = "") -> str | None:
    result = await desk.service.record_payment(
        desk.invoice_id, TEN, paid_at=PAID_AT, reference=reference, note=note
    )
    return result.value.id


def track(desk: Desk, *, hour: float = 9, project: object = None) -> str:
    """Add a billable hour on the first of March to the client's project and return its id."""
    home = desk.simulator.home
    if not home.projects:
        home.add_project("Site", desk.client_id, rate=4000)
    start = int((DAY + timedelta(hours=hour)).timestamp())
    return home.add_entry(start=start, project=home.projects[0])


def draft(desk: Desk) -> str:
    return desk.simulator.home.add_invoice(client_id=desk.client_id).id


def window() -> TimeImport:
    return TimeImport(start=DAY, end=NEXT_DAY, zone=UTC)


async def test_01_a_payment_whose_answer_is_lost_is_not_sent_again() -> None:
    """After a lost answer the payment is found by its marker: one request, one payment."""
    async with opened(faults=[Fault(kind=FaultKind.DROP_AFTER, at="add_payment")]) as desk:
        await pay(desk)

        assert len(desk.requests("add_payment")) == 1
        assert len(desk.simulator.ledger.payments(desk.invoice_id)) == 1


async def test_02_the_payment_id_is_the_payments_and_not_the_invoices(desk: Desk) -> None:
    """The POST answers with the invoice; a receipt that kept its id would point a deletion at the invoice."""
    result = await desk.service.record_payment(desk.invoice_id, TEN, paid_at=PAID_AT, reference="bank-1")

    (stored,) = desk.simulator.ledger.payments(desk.invoice_id)
    assert (result.value.id, result.resource_id) == (stored.id, stored.id)


async def test_03_a_payment_is_told_by_its_marker_over_all_pages() -> None:
    """Twins of the same amount and day on other pages neither hide the payment nor pass for it."""
    async with opened(page_size=2) as desk:
        for number in range(3):
            await pay(desk, reference=f"before-{number}")
        mine = await pay(desk, reference="mine")
        await pay(desk, reference="after")

        async with desk.elsewhere() as service:
            again = await service.record_payment(desk.invoice_id, TEN, paid_at=PAID_AT, reference="mine")

        assert (again.outcome, again.value.id) == (Outcome.ALREADY_APPLIED, mine)
        assert len(desk.simulator.ledger.payments(desk.invoice_id)) == 5


async def test_04_no_idempotency_header_is_relied_on(desk: Desk) -> None:
    """Clockify ignores such a key, so none is sent and the declaration names what does protect."""
    await pay(desk)

    (request,) = desk.requests("add_payment")
    assert "idempotency-key" not in request.headers
    assert desk.native.record_payment(new_payment()).operation.idempotency is Idempotency.MARKER


async def test_05_the_status_goes_by_its_own_name(desk: Desk) -> None:
    """The key is invoiceStatus; a body with status is refused."""
    await desk.service.set_status(desk.invoice_id, InvoiceStatus.VOID)

    (request,) = desk.requests("set_status")
    assert json.loads(request.body) == {"invoiceStatus": "VOID"}


async def test_06_a_status_is_patched_and_lines_are_read_with_their_invoice(desk: Desk) -> None:
    """No PUT and no /send sets a status, and there is no GET of /items."""
    await desk.service.set_status(desk.invoice_id, InvoiceStatus.VOID)
    invoice = await desk.service.get_invoice(desk.invoice_id)

    asked = {(one.method, one.path.partition(desk.invoice_id)[2]) for one in desk.simulator.requests}
    assert asked == {("GET", ""), ("PATCH", "/status")}
    assert isinstance(invoice.line_items, tuple)
    assert [line.description for line in invoice.line_items] == ["Services"]


@pytest.mark.parametrize("status", [InvoiceStatus.DRAFT, InvoiceStatus.OPEN, InvoiceStatus.VOID])
async def test_07_payments_are_not_lost_to_a_status(desk: Desk, status: InvoiceStatus) -> None:
    """Going back to UNSENT deletes every payment; without consent nothing is sent."""
    await pay(desk)

    with pytest.raises(DestructiveTransition, match="allow_payment_loss"):
        await desk.service.set_status(desk.invoice_id, status)

    assert desk.requests("set_status") == []
    assert len(desk.simulator.ledger.payments(desk.invoice_id)) == 1


async def test_08_an_update_keeps_what_it_was_not_asked_to_change(desk: Desk) -> None:
    """A PUT replaces: echoing the GET would zero taxes and discount and wipe billFrom and clientAddress."""
    stored = desk.simulator.ledger.invoice(desk.invoice_id)
    stored.tax, stored.tax2, stored.discount = Decimal("19.5"), Decimal(7), Decimal("2.25")
    stored.visible_zero_fields = ("TAX",)
    before = attrs.evolve(stored, items=[], payments=[])

    await desk.service.update_invoice(desk.invoice_id, InvoiceChange(subject="March"))

    after = desk.simulator.ledger.invoice(desk.invoice_id)
    assert attrs.evolve(after, items=[], payments=[]) == attrs.evolve(before, subject="March")


async def test_09_note_and_subject_of_a_new_invoice_are_really_set(desk: Desk) -> None:
    """Create drops both silently; the update that follows sets them."""
    created = await desk.service.create_invoice(
        number="N-1",
        customer_id=desk.client_id,
        currency="EUR",
        issue_date=date(2026, 3, 1),
        due_date=date(2026, 3, 31),
        subject="March",
        note="By bank, please",
    )

    stored = desk.simulator.ledger.invoice(created.value.id)
    assert (stored.subject, stored.note) == ("March", "By bank, please")


async def test_10_the_invoice_list_is_an_envelope_and_the_payments_list_is_an_array() -> None:
    """Each is read in its own shape, and the other shape is an error rather than an empty list."""
    envelope, array = {"invoices": [invoice_document()], "total": 1}, [{"id": INVOICE, "amount": 1}]
    right = StubSender([answer(envelope), answer(invoice_document()), answer(array, last_page="true")])
    wrong = StubSender(
        [answer([invoice_document()]), answer(invoice_document()), answer({"payments": array})]
    )

    invoices = await adapter(right).list_invoices(InvoiceQuery(), None)
    payments = await adapter(right).list_payments(INVOICE, None)

    assert (len(invoices.items), len(payments.items)) == (1, 1)
    with pytest.raises(MalformedResponse):
        await adapter(wrong).list_invoices(InvoiceQuery(), None)
    with pytest.raises(MalformedResponse):
        await adapter(wrong).list_payments(INVOICE, None)


@pytest.mark.parametrize("sends_last_page", [True, False])
async def test_11_a_list_ends_where_clockify_says_and_not_at_a_short_page(*, sends_last_page: bool) -> None:
    """Pages are asked for by page-size; a short page with more behind it loses nothing."""
    behaviour = Behaviour(short_pages=True, sends_last_page=sends_last_page)
    async with opened(behaviour=behaviour, page_size=3) as desk:
        desk.simulator.populate({"invoices": 6})

        invoices = await desk.service.list_invoices().snapshot()

        assert len({invoice.id for invoice in invoices}) == len(desk.simulator.ledger.invoices())
        assert all(one.query["page-size"] == ["3"] for one in desk.requests("list_invoices"))


async def test_12_missing_is_400_with_501_and_the_phrase(desk: Desk) -> None:
    """A missing invoice is NotFound although the status is 400; another 400/501 is not, nor a text code."""
    with pytest.raises(NotFound) as missing:
        await desk.service.get_invoice("65f0c0ffee00000000000000")
    with pytest.raises(InvalidRequest):
        await desk.service.create_customer(name="Nobody", email="no address")

    text_code = answer({"code": "501", "message": "doesn't belong to Workspace"}, status=400)
    assert (missing.value.status, missing.value.code) == (400, "501")
    assert Clockify.refusal(text_code) is None


async def test_13_a_core_read_does_not_say_that_an_entry_is_not_invoiced(desk: Desk) -> None:
    """The core host never shows the flag: None, not False."""
    entry_id = track(desk)
    await desk.service.mark_batch([entry_id])

    (entry,) = await desk.native.get_time_entries([entry_id])

    assert entry.invoiced is None


async def test_14_the_flag_is_read_from_the_report_on_its_own_host(desk: Desk) -> None:
    """The detailed report has another base URL, and its id is called _id."""
    entry_id = track(desk)
    await desk.service.mark_batch([entry_id])

    (entry,) = await desk.service.list_time_entries(start=DAY, end=NEXT_DAY).snapshot()

    assert (entry.id, entry.invoiced) == (entry_id, True)
    assert {one.path.split("/")[1] for one in desk.requests("detailed_report")} == {"report"}


async def test_15_windows_are_instants_whatever_the_account_zone_is() -> None:
    """A window of one hour finds exactly that hour, in both hosts, and its instants come back as such."""
    zone = ZoneInfo("Europe/Belgrade")
    async with opened(time_zone=zone.key) as desk:
        ids = [track(desk, hour=hour) for hour in (7.5, 8.5, 9.5, 10.5, 23.5)]
        start, end = DAY + timedelta(hours=9), DAY + timedelta(hours=10)
        wanted = UserEntries(user_id=ClockifySimulator.USER_ID, start=start, end=end, zone=zone)

        of_user = await desk.native.list_user_time_entries(wanted)
        reported = await desk.service.list_time_entries(start=start, end=end).snapshot()
        late = await desk.service.list_time_entries(start=DAY, end=NEXT_DAY).snapshot()

        assert [one.id for one in of_user.items] == [one.id for one in reported] == [ids[2]]
        assert {one.id: one.start for one in late}[ids[4]] == DAY + timedelta(hours=23.5)


async def test_16_linked_and_manual_marks_are_told_apart(desk: Desk) -> None:
    """Only an import links an entry to an invoice; a mark by hand leaves invoice_id empty."""
    linked, by_hand = track(desk, hour=9), track(desk, hour=30)
    invoice_id = draft(desk)
    await desk.service.write(desk.native.import_items(invoice_id, window()), reference="import-1")
    await desk.service.mark_batch([by_hand])

    rows = await desk.service.list_time_entries(start=DAY, end=DAY + timedelta(days=3)).snapshot()

    assert {row.id: (row.invoiced, row.invoice_id) for row in rows} == {
        linked: (True, invoice_id),
        by_hand: (True, None),
    }


async def test_17_an_import_marks_by_itself(desk: Desk) -> None:
    """Imported entries are invoiced without a mark; one that was marked before is missing from the lines."""
    marked, free = track(desk, hour=9), track(desk, hour=11)
    await desk.service.mark_batch([marked])
    before = len(desk.requests("mark_time_entries"))

    done = await desk.service.write(desk.native.import_items(draft(desk), window()), reference="import-1")

    assert isinstance(done.value.line_items, tuple)
    assert [line.time_entry_ids for line in done.value.line_items] == [(free,)]
    assert len(desk.requests("mark_time_entries")) == before


async def test_18_the_limit_follows_the_plan() -> None:
    """A Free workspace has 30 requests an hour; an unknown one is not taken for a paid one."""
    async with opened(plan="free", rate=None) as desk:
        free = await Clockify(attrs.evolve(desk.native.config, rate=None), desk.native.sender).probe()
    unknown = ClockifyConfig(api_key=Secret("k"), workspace_id=WORKSPACE).site()

    assert [(one.limit, one.seconds) for one in free.windows] == [(30, 3600.0)]
    assert not free.capabilities.of("record_payment").is_offered
    assert all(one.rate <= 10 and not one.is_documented for one in unknown.windows)


async def test_19_an_empty_429_is_a_pause_and_not_a_crash() -> None:
    """No body, no Retry-After: the payment goes out again later and is recorded once."""
    async with opened(faults=[Fault(kind=FaultKind.THROTTLE_EMPTY, at="add_payment")]) as desk:
        await pay(desk)

        assert len(desk.requests("add_payment")) == 2
        assert len(desk.simulator.ledger.payments(desk.invoice_id)) == 1


async def test_20_a_line_is_billed_at_price_times_quantity(desk: Desk) -> None:
    """Two and a half times 40.00 is 100.00; a server that bills 1.00 for it is not believed."""
    item = NewLineItem(
        description="Work", quantity=Decimal("2.5"), unit_price=Money("40.00", "EUR"), kind="Service"
    )
    billed = invoice_document(
        items=[
            {"description": "Work", "itemType": "Service", "quantity": 250, "unitPrice": 4000, "amount": 100}
        ]
    )

    stub = StubSender([answer(invoice_document(items=[])), answer(billed)])

    done = await desk.service.write(desk.native.add_item(draft(desk), item), reference="line-1")

    assert done.value.total == Money("100.00", "EUR")
    with pytest.raises(MalformedResponse, match="another amount"):
        await adapter(stub).add_item(INVOICE, item).perform(stub)


def test_21_an_item_type_is_never_guessed() -> None:
    """Clockify wants the name of an item type that exists; without one nothing is sent."""
    item = NewLineItem(description="Work", quantity=Decimal(1), unit_price=TEN)

    with pytest.raises(UsageError, match="kind="):
        adapter(StubSender()).add_item(INVOICE, item)


async def test_22_any_success_counts_and_empty_bodies_are_not_decoded(desk: Desk) -> None:
    """Add and import answer 200, status and marks answer 200 with nothing: all of them are done."""
    invoice_id, entry_id = draft(desk), track(desk)
    item = NewLineItem(description="Work", quantity=Decimal(1), unit_price=TEN, kind="Service")

    results = [
        await desk.service.write(desk.native.add_item(invoice_id, item), reference="line-1"),
        await desk.service.write(desk.native.import_items(invoice_id, window()), reference="import-1"),
        await desk.service.set_status(invoice_id, InvoiceStatus.OPEN),
        await desk.service.mark_batch([entry_id]),
    ]

    assert [one.outcome for one in results] == [Outcome.APPLIED] * 4


@pytest.mark.parametrize("given", ["", "Stored-token", "stored-token ", "hmac", "störed"])
def test_23_a_webhook_is_checked_against_its_token_and_is_only_a_hint(given: str) -> None:
    """The header is the token itself, no HMAC of the body; what comes out holds no figure to act on."""
    token, body = "stored-token", b'{"id":"1","status":"PAID"}'
    if given == "hmac":
        given = hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
    event = {"Clockify-Webhook-Event-Type": "INVOICE_UPDATED"}

    hint = verify_webhook({**event, "clockify-signature": token}, Secret(token))

    assert attrs.asdict(hint) == {"event": "INVOICE_UPDATED"}
    with pytest.raises(WebhookRejected):
        verify_webhook({**event, "Clockify-Signature": given}, Secret(token))


async def test_24_the_providers_words_stay_out_of_errors(desk: Desk) -> None:
    """Clockify repeats submitted values in its messages; an error carries status and code alone."""
    with pytest.raises(Rejected) as refused:
        await desk.service.create_customer(name="Nobody", email="secret person")

    shown = f"{refused.value} {refused.value!r} {refused.value.args} {vars(refused.value)}"
    assert "secret person" not in shown
    assert refused.value.code == "501"


async def test_25_redirects_are_not_followed_and_hosts_are_not_hard_coded() -> None:
    """The key never goes to another host, and a region or subdomain has its own two hosts."""
    elsewhere = ClockifySimulator()
    async with serving(elsewhere) as trap:
        redirect = Fault(kind=FaultKind.REDIRECT, at="add_payment", location=trap.url, times=None)
        async with opened(faults=[redirect]) as desk:
            with pytest.raises(OutcomeUnknown):
                await pay(desk)

    region = ClockifyConfig(api_key=Secret("k"), workspace_id=WORKSPACE, region="euc1").site()
    named = ClockifyConfig(api_key=Secret("k"), workspace_id=WORKSPACE, subdomain="acme").site()
    assert len(elsewhere.requests) == 0
    assert region.hosts == {
        "api": "https://euc1.clockify.me/api",
        "reports": "https://euc1.clockify.me/report",
    }
    assert named.hosts["reports"] == "https://acme.clockify.me/report"


async def test_26_new_words_are_kept_and_not_refused() -> None:
    """Statuses, features, plans and events beyond the documented ones are read as they are."""
    workspace = {"id": WORKSPACE, "features": ["INVOICING", "TELEPATHY"], "featureSubscriptionType": "COSMIC"}
    stub = StubSender([answer(invoice_document(status="FROZEN")), answer(workspace), answer({"id": INVOICE})])

    invoice = await adapter(stub).get_invoice(INVOICE)
    probe = await adapter(stub).probe()
    hint = verify_webhook(
        {"Clockify-Signature": "t", "Clockify-Webhook-Event-Type": "INVOICE_SUNG"}, Secret("t")
    )

    assert (invoice.status, invoice.raw_status) == (InvoiceStatus.UNKNOWN, "FROZEN")
    assert ("plan", "COSMIC") in probe.facts
    assert probe.capabilities.of("record_payment").is_offered
    assert hint.event == "INVOICE_SUNG"


async def test_21_a_configured_item_type_serves_lines_that_name_none() -> None:
    """The setting stands in for `kind`, so that a program that knows no Clockify can add lines."""
    async with opened(item_type="Service") as desk:
        made = await desk.service.create_invoice(
            number="with-lines",
            customer_id=desk.client_id,
            currency="EUR",
            issue_date=date(2026, 5, 1),
            due_date=date(2026, 5, 31),
            line_items=[NewLineItem(description="x", quantity=Decimal(2), unit_price=Money("5", "EUR"))],
        )

    assert made.value.total == Money("10.00", "EUR")
