"""What a line is taken for, and why."""

from datetime import date

import attrs
import pytest

from invoicekit.model import InvoiceStatus, Money
from invoicekit.reconcile import Decision, Kind, Matching, Proposal, Receivable, Rules, StatementLine, match


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


def invoice(number: str, due: str = "100.00", **changes: object) -> Receivable:
    made = Receivable(
        id=f"id-{number}", number=number, due=eur(due), customer="Acme GmbH", issued=date(2026, 2, 1)
    )
    return attrs.evolve(made, **changes)  # type: ignore[arg-type]  # any attribute


def line(text: str = "", amount: str = "100.00", **changes: object) -> StatementLine:
    made = StatementLine(
        source="bank.xml", row=7, id="bank:B1", booked=date(2026, 3, 1), amount=eur(amount), text=text
    )
    return attrs.evolve(made, **changes)  # type: ignore[arg-type]  # any attribute


def only(matching: Matching) -> Proposal:
    (proposal,) = matching.proposals
    return proposal


def amounts(proposal: Proposal) -> list[tuple[str, str]]:
    (option,) = proposal.options
    return [(part.invoice.number, str(part.amount)) for part in option.parts]


@pytest.mark.parametrize(
    "text",
    [
        "Invoice INV-2026-001",
        "inv 2026/001 thanks",
        "INV2026001",
        "payment for inv-2026001.",
        "INV-2026-001/INV-2026-777",
        "ReferenceINV2026001",
        "\uff29\uff2e\uff36-2026-001",
    ],
)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    """Case, separators and words glued to it do not matter."""
    proposal = only(match([line(text)], [invoice("INV-2026-001")]))

    assert (proposal.kind, proposal.decision) == (Kind.EXACT, Decision.APPLY)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("INV-2026-001", "INV-2026-0011"),
        ("100123", "100 123"),
        ("100123", "A100123B"),
        ("100123", "5100123"),
        ("2026-001", "12026-001"),
    ],
)
def test_a_number_inside_of_another_is_none(number: str, text: str) -> None:
    """A longer number, or digits that only stand side by side, mean something else."""
    proposal = only(match([line(text, "7.00")], [invoice(number)]))

    assert proposal.kind is Kind.UNMATCHED


def test_the_longer_number_wins() -> None:
    """Where one number holds another, the text means the one it spells out."""
    both = [invoice("2026-001"), invoice("2026-001-2")]

    proposal = only(match([line("for 2026-001-2")], both))

    assert amounts(proposal) == [("2026-001-2", "100.00 EUR")]


@pytest.mark.parametrize("reference", ["INV-2026-001", "RF10INV2026001", "rf10 INV2026001"])
def test_a_structured_reference_names_its_invoice(reference: str) -> None:
    """As it is, or inside of an ISO 11649 creditor reference with right check digits."""
    proposal = only(match([line(references=("".join(reference.split()),))], [invoice("INV-2026-001")]))

    assert proposal.kind is Kind.EXACT
    assert proposal.options[0].parts[0].reasons[0].endswith(" names INV-2026-001 (+70)")


def test_a_creditor_reference_with_wrong_check_digits_names_nothing() -> None:
    """A typing mistake in it is what the digits are for."""
    proposal = only(match([line(amount="7.00", references=("RF11INV2026001",))], [invoice("INV-2026-001")]))

    assert proposal.kind is Kind.UNMATCHED


def test_every_criterion_is_explained() -> None:
    """With its points, in words."""
    proposal = only(match([line("INV-2026-001", payer="ACME")], [invoice("INV-2026-001")]))

    assert proposal.options[0].points == 130
    assert proposal.options[0].parts[0].reasons == (
        "the text names INV-2026-001 (+60)",
        "pays what is due (+35)",
        "payer is Acme GmbH (+30)",
        "booked 28 days after it was issued (+5)",
    )


def test_less_than_is_due_is_partial() -> None:
    """With a certain number it is applied."""
    proposal = only(match([line("INV-2026-001", "40.00")], [invoice("INV-2026-001")]))

    assert (proposal.kind, proposal.decision) == (Kind.PARTIAL, Decision.APPLY)
    assert amounts(proposal) == [("INV-2026-001", "40.00 EUR")]


def test_charges_explain_what_is_missing() -> None:
    """What arrived is recorded, not what was sent."""
    proposal = only(match([line("INV-2026-001", "95.00", charges=eur("5.00"))], [invoice("INV-2026-001")]))

    assert proposal.kind is Kind.PARTIAL
    assert "banks kept 5.00 EUR back as charges" in proposal.options[0].parts[0].reasons


def test_a_surplus_is_stated_and_not_booked() -> None:
    """What is due is applied; the rest is for a person."""
    proposal = only(match([line("INV-2026-001", "120.00")], [invoice("INV-2026-001")]))

    assert (proposal.kind, proposal.surplus) == (Kind.OVERPAID, eur("20.00"))
    assert amounts(proposal) == [("INV-2026-001", "100.00 EUR")]
    assert proposal.needs_a_person


def test_a_second_payment_of_an_invoice_is_all_surplus() -> None:
    """The earlier one pays it."""
    first, second = match(
        [
            line("INV-2026-001", id="bank:B2", booked=date(2026, 3, 5), row=9),
            line("INV-2026-001", booked=date(2026, 3, 4)),
        ],
        [invoice("INV-2026-001")],
    ).proposals

    assert (first.kind, second.kind) == (Kind.EXACT, Kind.OVERPAID)
    assert (second.options, second.surplus, second.decision) == ((), eur("100.00"), Decision.ASK)


def test_one_transfer_pays_several_invoices() -> None:
    """Each part is what its invoice owes."""
    proposal = only(
        match([line("A-2026-1 and A-2026-2", "150.00")], [invoice("A-2026-1"), invoice("A-2026-2", "50.00")])
    )

    assert (proposal.kind, proposal.decision) == (Kind.COMBINED, Decision.APPLY)
    assert amounts(proposal) == [("A-2026-1", "100.00 EUR"), ("A-2026-2", "50.00 EUR")]


def test_too_little_for_all_that_it_names_is_asked() -> None:
    """Which of them is short nobody but a person can tell."""
    both = [invoice("A-2026-1", due_date=date(2026, 3, 2)), invoice("A-2026-2", due_date=date(2026, 3, 1))]

    proposal = only(match([line("A-2026-1, A-2026-2", "150.00")], both))

    assert (proposal.kind, proposal.decision) == (Kind.AMBIGUOUS, Decision.ASK)
    assert amounts(proposal) == [("A-2026-2", "100.00 EUR"), ("A-2026-1", "50.00 EUR")]


def test_amount_and_payer_together_are_enough() -> None:
    """Where nothing else fits as well."""
    proposal = only(
        match([line("thanks", payer="Acme")], [invoice("A-2026-1"), invoice("A-2026-2", "99.00")])
    )

    assert (proposal.kind, proposal.decision) == (Kind.EXACT, Decision.APPLY)


def test_the_amount_alone_is_not_enough() -> None:
    """It is shown, and asked."""
    proposal = only(match([line("thanks")], [invoice("A-2026-1")]))

    assert (proposal.kind, proposal.decision) == (Kind.AMBIGUOUS, Decision.ASK)
    assert proposal.reason == "too few points"


def test_two_invoices_alike_are_asked() -> None:
    """The same customer owes the same amount twice."""
    proposal = only(match([line("thanks", payer="Acme")], [invoice("A-2026-1"), invoice("A-2026-2")]))

    assert (proposal.kind, len(proposal.options)) == (Kind.AMBIGUOUS, 2)
    assert proposal.reason == "2 invoices fit about as well"


def test_two_lines_alike_are_asked() -> None:
    """Both could pay the one invoice."""
    both = [line("thanks", payer="Acme"), line("thanks!", payer="Acme", id="bank:B2", row=8)]

    proposals = match(both, [invoice("A-2026-1")]).proposals

    assert [each.kind for each in proposals] == [Kind.AMBIGUOUS, Kind.AMBIGUOUS]


def test_two_invoices_of_one_number_are_asked() -> None:
    """The number means none of them."""
    twice = [invoice("A-2026-1"), attrs.evolve(invoice("A-2026-1"), id="id-other")]

    proposal = only(match([line("A-2026-1")], twice))

    assert (proposal.kind, proposal.decision, len(proposal.options)) == (Kind.AMBIGUOUS, Decision.ASK, 2)


def test_a_sum_of_unnamed_invoices_is_asked() -> None:
    """It fits, but the payer did not say so."""
    three = [invoice("A-2026-1", "10.00"), invoice("A-2026-2", "20.00"), invoice("A-2026-3", "45.00")]

    proposal = only(match([line("thanks", "30.00", payer="Acme")], three))

    assert (proposal.kind, proposal.decision) == (Kind.COMBINED, Decision.ASK)
    assert amounts(proposal) == [("A-2026-1", "10.00 EUR"), ("A-2026-2", "20.00 EUR")]


def test_another_payer_outweighs_a_partial_amount() -> None:
    """A number with somebody else's name and another amount is for a person."""
    proposal = only(match([line("INV-2026-001", "40.00", payer="Globex")], [invoice("INV-2026-001")]))

    assert (proposal.kind, proposal.decision) == (Kind.AMBIGUOUS, Decision.ASK)


def test_another_payer_with_number_and_amount_is_applied() -> None:
    """Somebody paid it for them."""
    proposal = only(match([line("INV-2026-001", payer="Globex")], [invoice("INV-2026-001")]))

    assert (proposal.kind, proposal.decision) == (Kind.EXACT, Decision.APPLY)


def test_a_short_number_alone_is_not_enough() -> None:
    """2026 may be a year."""
    proposal = only(match([line("Rent 2026", "40.00")], [invoice("2026")]))

    assert proposal.kind is Kind.UNMATCHED


def test_the_end_of_a_number_counts_in_part() -> None:
    """With the amount it is enough, where only one number ends so."""
    ends = [invoice("INV-2026-0017"), invoice("INV-2026-0018")]

    assert only(match([line("no. 0017")], ends)).kind is Kind.EXACT
    assert only(match([line("XINV-2026-0017", "40.00")], ends)).decision is Decision.ASK
    assert only(match([line("no. 0017", "40.00")], ends)).decision is Decision.ASK


def test_another_currency_is_never_applied() -> None:
    """Nobody exchanges money here."""
    proposal = only(
        match(
            [line("INV-2026-001", amount="1")], [attrs.evolve(invoice("INV-2026-001"), due=Money("1", "USD"))]
        )
    )

    assert (proposal.kind, proposal.decision) == (Kind.AMBIGUOUS, Decision.ASK)
    assert proposal.reason == "INV-2026-001 is in USD, not in EUR"


@pytest.mark.parametrize("status", [InvoiceStatus.VOID, InvoiceStatus.DRAFT, InvoiceStatus.UNCOLLECTIBLE])
def test_an_invoice_that_takes_no_money_is_named(status: InvoiceStatus) -> None:
    """With what it is."""
    proposal = only(match([line("INV-2026-001")], [invoice("INV-2026-001", status=status)]))

    assert (proposal.kind, proposal.decision) == (Kind.UNMATCHED, Decision.ASK)
    assert proposal.reason == f"INV-2026-001 is {status.value}"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": eur("-100.00")}, "money that went out"),
        ({"is_reversal": True}, "takes an earlier line back"),
        ({"amount": eur("-100.00"), "is_reversal": True}, "takes an earlier line back"),
        ({"is_booked": False}, "not booked yet"),
        ({"amount": eur("0")}, "an amount of nothing"),
    ],
)
def test_what_is_no_payment_is_never_matched(changes: dict[str, object], reason: str) -> None:
    """Whatever its text says."""
    found = match([attrs.evolve(line("INV-2026-001"), **changes)], [invoice("INV-2026-001")])  # type: ignore[arg-type]

    assert (only(found).kind, only(found).decision) == (Kind.NOT_A_PAYMENT, Decision.SKIP)
    assert only(found).reason == reason
    assert [each.number for each in found.unmatched] == ["INV-2026-001"]


def test_a_payment_that_was_taken_back_is_asked() -> None:
    """A reversal of the same amount and payer may be its own."""
    back = line("INV-2026-001", "-100.00", id="bank:B2", row=8, is_reversal=True, booked=date(2026, 3, 3))

    first, _ = match([line("INV-2026-001"), back], [invoice("INV-2026-001")]).proposals

    assert (first.kind, first.decision) == (Kind.EXACT, Decision.ASK)
    assert first.reason == "bank.xml:8 may take it back"


def test_the_same_line_in_two_files_counts_once() -> None:
    """The second one is a duplicate that names the first."""
    again = line("INV-2026-001", source="more.xml", row=3)

    first, second = match([again, line("INV-2026-001")], [invoice("INV-2026-001")]).proposals

    assert (first.kind, second.kind) == (Kind.EXACT, Kind.DUPLICATE)
    assert second.reason == "stands in bank.xml:7, too"


def test_one_reference_for_two_amounts_is_asked() -> None:
    """Neither of them is applied."""
    proposals = match(
        [
            line("INV-2026-001", bank_reference="B1"),
            line("INV-2026-001", "40.00", row=8, bank_reference="B1"),
        ],
        [invoice("INV-2026-001")],
    ).proposals

    assert {each.decision for each in proposals} == {Decision.ASK}
    assert (
        proposals[0].reason == "the bank's reference B1 stands for other money, too: 40.00 EUR in bank.xml:8"
    )


def test_what_is_recorded_is_not_proposed_again() -> None:
    """The invoice has it off its due already."""
    recorded = {("bank:B1", "id-INV-2026-001"): eur("100.00")}
    paid = invoice("INV-2026-001", "0.00", status=InvoiceStatus.PAID)

    proposal = only(match([line("INV-2026-001")], [paid], recorded=recorded))

    assert (proposal.kind, proposal.decision) == (Kind.ALREADY_APPLIED, Decision.SKIP)


def test_the_rest_of_a_combined_transfer_is_proposed() -> None:
    """An earlier run recorded one of its parts."""
    recorded = {("bank:B1", "id-A-2026-1"): eur("100.00")}
    both = [invoice("A-2026-1", "0.00", status=InvoiceStatus.PAID), invoice("A-2026-2", "50.00")]

    proposal = only(match([line("A-2026-1 A-2026-2", "150.00")], both, recorded=recorded))

    assert amounts(proposal) == [("A-2026-2", "50.00 EUR")]
    assert proposal.reason == "100.00 EUR of it are recorded already"


def test_unmatched_invoices_are_told() -> None:
    """Only open ones that stand in no proposal."""
    found = match(
        [line("A-2026-1")],
        [invoice("A-2026-1"), invoice("A-2026-2", "7.00"), invoice("A-2026-3", status=InvoiceStatus.DRAFT)],
    )

    assert [each.number for each in found.unmatched] == ["A-2026-2"]


@pytest.mark.parametrize(
    ("payer", "customer"),
    [
        ("MUELLER & SOEHNE", "Müller & Söhne GmbH"),
        ("Acme Ltd.", "ACME"),
        ("Jane Q. Public", "Public, Jane Q."),
        ("Industrial Widgets and Gad", "Industrial Widgets and Gadgets of Europe"),
    ],
)
def test_names_are_compared_as_banks_write_them(payer: str, customer: str) -> None:
    """Accents, legal forms, order of words, and fields that cut them off."""
    proposal = only(match([line(payer=payer)], [invoice("A-2026-1", customer=customer)]))

    assert proposal.kind is Kind.EXACT


def test_the_rules_are_data() -> None:
    """Whoever wants every amount looked at says so."""
    proposal = only(match([line("INV-2026-001")], [invoice("INV-2026-001")], rules=Rules(enough=101)))

    assert proposal.decision is Decision.ASK
