"""Reports that lie are found out."""

from collections.abc import Mapping

import pytest

from invoicekit.bulk import Standing, audit_entries, audit_payments

Row = Mapping[str, object]


def row(line: int, name: str, standing: Standing, **more: object) -> Row:
    return {"line": line, "id": name, "standing": standing.value, **more}


def entry(name: str, *, invoiced: bool) -> Row:
    return {"id": name, "invoiced": invoiced}


def paid(line: int, reference: str, standing: Standing, **more: object) -> Row:
    money = {"invoice_id": "i1", "amount": "10.00", "currency": "EUR"}
    return row(line, reference, standing, **(money | more))


def held(reference: str, **more: object) -> Row:
    return {"id": f"p-{reference}", "invoice_id": "i1", "amount": 1000, "note": f"x ik:{reference}", **more}


def marker_of(reference: str) -> str:
    return f"ik:{reference}"


def test_an_honest_marking_report_stands() -> None:
    """Applied is there, rejected is not, a duplicate counts once, doubt is excused by a fault."""
    rows = [
        row(1, "a", Standing.APPLIED),
        row(2, "a", Standing.ALREADY_APPLIED),
        row(3, "b", Standing.REJECTED),
        row(4, "c", Standing.UNKNOWN),
        row(5, "d", Standing.UNKNOWN),
    ]
    ledger = [
        entry("a", invoiced=True),
        entry("b", invoiced=False),
        entry("c", invoiced=True),
        entry("d", invoiced=False),
    ]

    verdict = audit_entries(rows, ledger, [{"time_entry_ids": ["c", "d"]}])

    assert verdict.is_consistent
    assert (verdict.rows, verdict.there, verdict.doubted) == (5, 2, 2)


@pytest.mark.parametrize(
    ("standing", "invoiced", "contradiction"),
    [
        (Standing.APPLIED, False, "row 1: entry a is applied, but the ledger has it unmarked"),
        (Standing.ALREADY_APPLIED, False, "row 1: entry a is already applied, but"),
        (Standing.REJECTED, True, "row 1: entry a is rejected, but the ledger has it marked"),
        (Standing.NOT_ATTEMPTED, True, "row 1: entry a is not attempted, but the ledger has it marked"),
        (Standing.UNKNOWN, True, "entry a is in doubt, but no fault lost or refused its write"),
    ],
)
def test_a_lie_about_an_entry_is_found(standing: Standing, invoiced: bool, contradiction: str) -> None:
    """Each way to contradict the ledger is named with its row."""
    verdict = audit_entries([row(1, "a", standing)], [entry("a", invoiced=invoiced)], [])

    (found,) = verdict.contradictions
    assert found.startswith(contradiction)
    assert not verdict.is_consistent


def test_an_entry_nobody_asked_for_is_found() -> None:
    """Marking more than the input holds is a contradiction; what was marked before is not."""
    ledger = [entry("a", invoiced=True), entry("b", invoiced=True)]
    rows = [row(1, "a", Standing.APPLIED)]

    assert audit_entries(rows, ledger, []).contradictions == ("1 entries are marked that no row asked for",)
    assert audit_entries(rows, ledger, [], marked_before=1).is_consistent


def test_an_applied_entry_the_ledger_does_not_know_is_found() -> None:
    """Applied to nothing is not applied."""
    assert not audit_entries([row(1, "ghost", Standing.APPLIED)], [], []).is_consistent


def test_unmarking_is_audited_the_other_way_round() -> None:
    """The value the job set is what must be there."""
    rows = [row(1, "a", Standing.APPLIED)]

    assert audit_entries(rows, [entry("a", invoiced=False)], [], invoiced=False).is_consistent
    assert not audit_entries(rows, [entry("a", invoiced=True)], [], invoiced=False).is_consistent


def test_contradictions_are_kept_up_to_a_bound() -> None:
    """A job that is wrong everywhere does not fill the memory."""
    rows = [row(number, str(number), Standing.APPLIED) for number in range(80)]

    verdict = audit_entries(rows, [], [])

    assert (len(verdict.contradictions), verdict.contradictions_left_out) == (50, 30)
    assert verdict.as_json()["is_consistent"] is False


def test_an_honest_paying_report_stands() -> None:
    """Each reference once or not at all, as its row says."""
    rows = [
        paid(1, "r1", Standing.APPLIED),
        paid(2, "r1", Standing.ALREADY_APPLIED, first_line=1),
        paid(3, "r1", Standing.REJECTED, first_line=1, amount="11.00"),
        paid(4, "r2", Standing.REJECTED),
        paid(5, "r3", Standing.UNKNOWN),
        row(6, "broken", Standing.REJECTED),
    ]

    verdict = audit_payments(
        rows, [held("r1"), held("r3")], [{"payment_note": "x ik:r3"}], marker_of=marker_of
    )

    assert verdict.contradictions == ()
    assert (verdict.rows, verdict.there, verdict.doubted) == (6, 2, 1)


@pytest.mark.parametrize(
    ("rows", "ledger", "contradiction"),
    [
        (
            [paid(1, "r1", Standing.APPLIED)],
            [held("r1"), held("r1")],
            "payment r1 stands 2 times in the ledger",
        ),
        (
            [paid(1, "r1", Standing.UNKNOWN)],
            [held("r1"), held("r1")],
            "payment r1 stands 2 times in the ledger",
        ),
        ([paid(1, "r1", Standing.APPLIED)], [], "payment r1 is applied, but the ledger has none"),
        ([paid(1, "r1", Standing.REJECTED)], [held("r1")], "payment r1 is rejected or not attempted, but"),
        (
            [paid(1, "r1", Standing.NOT_ATTEMPTED)],
            [held("r1")],
            "payment r1 is rejected or not attempted, but",
        ),
        ([paid(1, "r1", Standing.UNKNOWN)], [], "payment ik:r1 is in doubt, but no fault"),
        (
            [paid(1, "r1", Standing.APPLIED)],
            [held("r1", amount=1001)],
            "payment r1 stands in the ledger with another",
        ),
        (
            [paid(1, "r1", Standing.APPLIED)],
            [held("r1", invoice_id="i2")],
            "payment r1 stands in the ledger with",
        ),
        ([], [held("r9")], "the ledger has 1 payments that no row asked for"),
        ([], [held("r9", note=None)], "the ledger has 1 payments that no row asked for"),
    ],
)
def test_a_lie_about_a_payment_is_found(rows: list[Row], ledger: list[Row], contradiction: str) -> None:
    """Twice, missing, unexpected, or another amount: each is named."""
    verdict = audit_payments(rows, ledger, [], marker_of=marker_of)

    assert any(found.startswith(contradiction) for found in verdict.contradictions)


def test_earlier_payments_are_not_held_against_the_job() -> None:
    """Only what came during the job must be in its rows."""
    verdict = audit_payments([], [held("r9")], [], marker_of=marker_of, recorded_before=1)

    assert verdict.is_consistent
