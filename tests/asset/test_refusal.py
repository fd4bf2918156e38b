"""Error answers and limits: what certainly had no effect, and what is left in doubt."""

import pytest
from asset_desk import PAID_AT, answer, opened, usd

from invoicekit.adapter import Effect, HttpRequest, HttpResponse, Operation, Support
from invoicekit.errors import (
    AuthenticationError,
    Conflict,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    Rejected,
    UnsupportedOperation,
)
from invoicekit.model import InvoiceStatus, Outcome, TimeGrouping, TimeWindow
from invoicekit.simulate import Fault, FaultKind
from invoicekit_asset import Asset

EVERYTHING = TimeWindow(
    start=PAID_AT, end=PAID_AT.replace(year=2027), grouping=TimeGrouping.SINGLE, entry_ids=("y",)
)
SHAPES = [
    {"detail": "no"},
    {"detail": [{"loc": ["body", "x"], "msg": "no", "type": "value_error"}]},
    {"error": {"code": "x", "message": "no"}},
    {"message": "no", "code": "x"},
    {"errors": []},
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequest),
        (401, AuthenticationError),
        (403, PermissionDenied),
        (404, NotFound),
        (405, InvalidRequest),
        (409, Conflict),
        (413, InvalidRequest),
        (415, InvalidRequest),
        (422, InvalidRequest),
    ],
)
def test_a_refusal_is_told_by_its_status(status: int, kind: type[Rejected], shape: object) -> None:
    """Whatever its fields are, which no page shows; its words are dropped."""
    refusal = Asset.refusal(answer(shape, status=status, x_request_id="q-1"))

    assert type(refusal) is kind
    assert (refusal.status, refusal.request_id) == (status, "q-1")
    assert "no\n" not in f"{refusal}\n"


@pytest.mark.parametrize("status", [402, 408, 418, 429, 500, 502, 503])
def test_no_other_status_proves_anything(status: int) -> None:
    """A 5xx least of all: the vendor's own limiter answers 500 after a write that was carried out."""
    assert Asset.refusal(answer({"detail": "no"}, status=status)) is None


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'"no"', b"{}", b'{"status":"error"}', b'{"detail":']
)
def test_somebody_elses_words_prove_nothing(body: bytes) -> None:
    """A proxy's page, or no document at all."""
    assert Asset.refusal(HttpResponse(status=404, headers={}, body=body)) is None


async def test_retry_after_on_a_success_is_no_pause() -> None:
    """Every success carries a minute of it; ten reads take no minute."""
    async with opened() as desk:
        for _ in range(10):
            await desk.service.get_invoice(desk.invoice_id)

        assert desk.service.limits().paused_seconds == 0
        assert desk.service.stats().rate_limited == 0


@pytest.mark.parametrize("which", ["rate", "tenant_rate"])
async def test_either_allowance_refuses_and_nothing_is_lost(which: str) -> None:
    """A 429 without one header: slower, and every read succeeds."""
    rates = {"rate": "none", "tenant_rate": "none", which: "5/s:window"}
    async with opened(rate=rates["rate"], tenant_rate=rates["tenant_rate"]) as desk:
        patient = desk.service.bulk_lane()
        for _ in range(8):
            await patient.get_invoice(desk.invoice_id)

        statuses = [record.status for record in desk.requests("get_invoice")]
        assert desk.service.stats().rate_limited == statuses.count(429) >= 1
        assert statuses.count(200) == 8


async def test_a_500_after_a_committed_write_is_doubt_and_settles() -> None:
    """The rate limiter's header step failed after the route had run."""
    faults = [Fault(kind=FaultKind.ERROR_AFTER, at=step, status=500) for step in ("create_*", "apply_*")]
    async with opened(faults=faults) as desk:
        result = await desk.service.record_payment(
            desk.invoice_id, usd("120"), paid_at=PAID_AT, reference="b"
        )

        assert result.outcome is Outcome.APPLIED
        assert len(desk.rows()) == len(desk.transactions()) == 1


@pytest.mark.parametrize(
    "method",
    [name for name, one in Asset.capabilities.operations.items() if one.support is Support.UNSUPPORTED],
)
async def test_what_asset_lacks_is_refused_before_any_request(method: str) -> None:
    """In words that name what to do instead."""
    capability = Asset.capabilities.of(method)
    async with opened() as desk:
        service = desk.service

        async def call() -> object:
            match method:
                case "delete_invoice":
                    return await service.delete_invoice("x")
                case "duplicate_invoice":
                    return await service.duplicate_invoice("x", reference="r")
                case "delete_payment":
                    return await service.delete_payment("x", "y")
                case "export_pdf":
                    return service.open_pdf("x")
                case "list_time_entries":
                    return service.list_time_entries()
                case "link_time_entries":
                    return await service.link_time_entries("x", ["y"])
                case "import_time_entries":
                    return await service.import_time_entries("x", EVERYTHING)
                case _:
                    return service.mark_each(["x"])

        with pytest.raises(UnsupportedOperation, match=method) as refused:
            await call()

        assert capability.alternative
        assert capability.alternative in str(refused.value)
        assert len(desk.simulator.requests) == 0


async def test_any_route_can_be_called_under_the_same_rules() -> None:
    """request(): the token, the limiter and the journal come with it."""
    async with opened() as desk:
        path = f"/v0/business/{desk.service.account}/customers/{desk.customer_id}"
        request = HttpRequest(method="PATCH", path=path, body=b'{"email":"a@example.com"}')
        operation = Operation(name="update_customer", effect=Effect.SET)

        response = await desk.service.request(operation, request, reference="c-1")

        assert response.status == 200
        assert desk.simulator.home.customers[desk.customer_id].email == "a@example.com"


async def test_everything_sent_stays_in_raw() -> None:
    """Of invoices, payments and customers alike."""
    async with opened() as desk:
        await desk.service.record_payment(desk.invoice_id, usd("1"), paid_at=PAID_AT, reference="b")
        invoice = await desk.service.get_invoice(desk.invoice_id)
        customer = await desk.service.get_customer(desk.customer_id)

        assert invoice.raw["source"] == "manual"
        assert customer.raw["id"] == desk.customer_id
        assert invoice.status is InvoiceStatus.OPEN
