"""Payments in and out of Clockify's JSON, and the marker."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from clockify_desk import INVOICE, MARKER, answer, new_payment

from invoicekit.errors import InvalidAmount, MalformedResponse, UsageError
from invoicekit.model import Money, NewPayment, Payment
from invoicekit_clockify.wire_payment import encode_payment, note_of, read_payments, units_of

ROW: dict[str, Any] = {
    "id": "65f0c0ffee0000000000b001",
    "amount": 12000,
    "author": "65f0c0ffee0000000000e001",
    "date": "2026-03-01T10:20:30Z",
    "note": f"by bank {MARKER}",
}


def encoded(payment: NewPayment) -> bytes:
    return encode_payment(payment, units=units_of(payment), note=note_of(payment))


def test_a_payment_goes_out_in_minor_units_with_its_marker() -> None:
    """Amount as int, instant in UTC and whole seconds, the marker behind the caller's note."""
    zoned = datetime(2026, 3, 1, 11, 20, 30, 999_999, tzinfo=timezone(timedelta(hours=1)))

    body = encoded(new_payment(note="by bank", paid_at=zoned))

    assert json.loads(body) == {
        "amount": 12000,
        "note": f"by bank {MARKER}",
        "paymentDate": "2026-03-01T10:20:30Z",
    }


def test_without_a_note_the_marker_stands_alone() -> None:
    """No blank goes before it, which a provider might trim."""
    assert note_of(new_payment()) == MARKER


@pytest.mark.parametrize(("length", "is_fine"), [(1000 - len(MARKER) - 1, True), (1000 - len(MARKER), False)])
def test_a_note_leaves_room_for_the_marker(*, length: int, is_fine: bool) -> None:
    """Clockify keeps 1000 characters; a cut marker could never be found again."""
    payment = new_payment(note="x" * length)

    if is_fine:
        assert len(note_of(payment)) == 1000
    else:
        with pytest.raises(UsageError, match="nothing was sent"):
            encoded(payment)


@pytest.mark.parametrize(
    "amount", [Money("0", "EUR"), Money("-1", "EUR"), Money("1.001", "EUR"), Money("0.001", "KWD")]
)
def test_an_amount_that_does_not_fit_is_refused(amount: Money) -> None:
    """Zero, refunds and a third decimal never reach the wire."""
    with pytest.raises(InvalidAmount):
        encoded(new_payment(amount=amount))


def test_amounts_are_hundredths_whatever_the_currency() -> None:
    """The declared assumption for currencies without two decimals, the same in both directions."""
    body = json.loads(encoded(new_payment(amount=Money("1200", "JPY"))))
    (record,) = read_payments(answer([{**ROW, "amount": body["amount"]}]).body)

    assert body["amount"] == 120_000
    assert record.payment(INVOICE, "JPY").amount == Money("1200", "JPY")


def test_a_payment_is_read_in_neutral_words() -> None:
    """What was written as paymentDate is read as date; unknown fields stay in raw."""
    (record,) = read_payments(answer([{**ROW, "extra": 1}]).body)

    assert record.payment(INVOICE, "EUR") == Payment(
        id=ROW["id"],
        invoice_id=INVOICE,
        amount=Money("120.00", "EUR"),
        paid_at=datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC),
        note=ROW["note"],
        author=ROW["author"],
    )
    assert record.raw["extra"] == 1


@pytest.mark.parametrize("document", [{"payments": [ROW]}, None, [{**ROW, "amount": 1.5}], [{"amount": 1}]])
def test_another_shape_is_an_error(document: object) -> None:
    """An envelope, null, a fraction or a row without an id is never read as "no payments"."""
    with pytest.raises(MalformedResponse):
        read_payments(json.dumps(document).encode())


@pytest.mark.parametrize(
    ("note", "is_ours"),
    [
        (MARKER, True),
        (f"  {MARKER}\n", True),
        (f"<p>by bank&nbsp;{MARKER}</p>", True),
        (f"by bank,{MARKER}.", True),
        (f"{MARKER}0", False),
        (f"x{MARKER}", False),
        (f"{MARKER}_2", False),
        (MARKER.upper(), False),
        (MARKER[:-1], False),
        ("", False),
        (None, False),
    ],
)
def test_the_marker_is_found_as_a_token_of_its_own(*, note: str | None, is_ours: bool) -> None:
    """Whatever the provider does around it, and never as a part of a longer word."""
    (record,) = read_payments(answer([{**ROW, "note": note}]).body)

    assert record.carries(MARKER) is is_ours


def test_no_marker_matches_nothing() -> None:
    """An empty marker must not find every payment."""
    (record,) = read_payments(answer([ROW]).body)

    assert not record.carries("")
