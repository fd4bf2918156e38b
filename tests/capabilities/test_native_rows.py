"""What a provider has beyond the common operations: each row names the test that looks at its ledger.

The rows are those of the providers' own pages; a test is named by the middle of its file's name. A native
method without a row fails, and so does a row whose test is not there or never looks at what is held.
"""

import ast
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from invoicekit.adapter import Adapter
from invoicekit.registry import Registry

TESTS = Path(__file__).parents[1]

METHODS: Mapping[str, Mapping[str, str]] = {
    "asset": {
        "apply_credit": "credit::test_credit_is_spent_once",
        "change_lines": "changes::test_lines_are_swapped_once",
        "create_invoices": "drafts::test_a_batch_ends_each_number_in_one_place",
        "customer_credits": "credit_notes::test_the_credit_pays_an_invoice_when_it_is_applied",
        "get_credit_memo": "credit_notes::test_a_credit_note_is_voided_once",
        "list_credit_memos": "credit_notes::test_credit_notes_are_listed_by_customer",
        "list_invoice_refunds": "refunds::test_money_is_given_back_once",
        "list_refunds": "refunds::test_money_is_given_back_once",
        "refund_invoice": "refunds::test_one_refund_of_two_invoices_counts_for_each_by_its_part",
        "update_customer": "customers::test_a_customer_is_changed_once",
        "void_credit_memo": "credit_notes::test_a_credit_note_is_voided_once",
    },
    "clockify": {
        "add_item": "lines::test_a_line_is_added_once_whatever_becomes_of_the_answer",
        "current_user": "account::test_people_and_places_are_listed",
        "get_workspace": "account::test_people_and_places_are_listed",
        "get_project": "account::test_people_and_places_are_listed",
        "get_time_entries": "entries::test_single_entries_and_batches_are_read_by_id",
        "get_time_entry": "entries::test_single_entries_and_batches_are_read_by_id",
        "import_items": "lines::test_an_import_takes_the_window_and_links_it",
        "get_invoice_settings": "account::test_settings_are_changed_and_kept",
        "invoiced_entries": "entries::test_marks_are_verified_over_a_range_of_days",
        "list_projects": "account::test_people_and_places_are_listed",
        "list_user_time_entries": "entries::test_a_window_in_the_night_of_a_change_is_exact",
        "list_users": "account::test_people_and_places_are_listed",
        "list_workspaces": "account::test_people_and_places_are_listed",
        "remove_items": "lines::test_lines_are_removed_from_the_highest_down",
        "update_invoice_settings": "account::test_settings_are_changed_and_kept",
    },
    "kukkingu": {
        "create_contract": "directory::test_a_contract_is_created_once",
        "create_time_entry": "tracking::test_time_is_recorded_once",
        "delete_contract": "tracking::test_a_contract_is_deleted_and_gone_is_done",
        "delete_customer": "directory::test_a_client_is_deleted_and_gone_is_done",
        "entries_of_billable": "entries::test_native_reads_of_time",
        "get_contract": "directory::test_one_contract_is_read_as_it_is_held",
        "get_time_entry": "entries::test_native_reads_of_time",
        "health": "directory::test_one_contract_is_read_as_it_is_held",
        "list_billables": "invoices::test_lines_are_those_that_are_held",
        "list_contracts": "directory::test_contracts_are_read_by_client",
        "list_projects": "directory::test_projects_tell_contract_and_client",
    },
    "local": {
        "add_time_entries": "books::test_time_is_listed_and_marked",
        "export_books": "books::test_books_move_house",
        "import_books": "import::test_books_without_their_counters_go_on",
    },
}

RULES: Mapping[str, Mapping[str, str]] = {
    "asset": {
        "a batch of a hundred": "drafts::test_a_hundred_go_in_one_request",
        "errors for each item": "drafts::test_an_item_refused_in_a_success_certainly_had_no_effect",
        "a payment in two steps": "payments::test_a_payment_is_a_transaction_and_its_application",
        "a part payment": "payments::test_what_one_payment_took_is_not_open_to_the_next",
        "both steps settle": "payments::test_a_payment_stands_once_whatever_becomes_of_an_answer",
        "a late transaction": "payments::test_202_is_waited_for_until_it_shows",
        "no silent surplus": "payments::test_a_surplus_is_refused_before_anything_is_sent",
        "matched by itself": "matching::test_a_transaction_that_was_matched_is_not_applied_again",
        "matched elsewhere": "matching::test_a_match_on_another_invoice_is_told_and_nothing_is_applied",
        "tags replaced": "changes::test_tags_are_replaced_once",
        "a write-off": "credit::test_a_debt_is_given_up_once",
        "a refund of a line": "refunds::test_a_part_of_the_only_line_is_given_back",
        "refunded by the refund alone": "refunds::test_money_is_given_back_once",
        "500 after the write": "refusal::test_a_500_after_a_committed_write_is_doubt_and_settles",
        "two limits": "refusal::test_either_allowance_refuses_and_nothing_is_lost",
        "who acted": "transitions::test_who_acted_is_told_on_writes_alone",
        "one token for fifty": "token::test_fifty_callers_with_an_expired_token_ask_for_one",
    },
    "clockify": {
        "a marker in the note": "payments::test_a_payment_exists_once_whatever_becomes_of_its_answer",
        "unsent loses payments": "transitions::test_with_consent_the_payments_are_gone",
        "note and subject": "drafts::test_a_new_invoice_is_complete",
        "a full replacement": "changes::test_a_change_arrives_whatever_becomes_of_its_answer",
        "percents by hundred": "changes::test_percents_arrive_plain_and_come_back_hundredfold",
        "links go with the invoice": "changes::test_an_invoice_is_deleted_whatever_becomes_of_the_answer",
        "a copy has no links": "changes::test_a_copy_is_a_draft_of_its_own",
    },
    "kukkingu": {
        "a draft is free": "changes::test_a_draft_changes_and_keeps_the_rest",
        "the rest is locked": "changes::test_locked_fields_are_refused_before_any_write",
        "finalized for good": "transitions::test_a_draft_is_finalized",
        "void is final": "transitions::test_void_is_final",
        "paid at once": "payments::test_a_full_payment_sets_paid_at",
        "never in parts": "payments::test_part_payments_are_refused_with_the_alternative",
        "never overwritten": "payments::test_another_instant_is_a_conflict_and_is_not_overwritten",
        "a hundred lines": "drafts::test_a_hundred_lines_go_in_one_call",
        "lines are told apart": "drafts::test_equal_lines_are_told_apart_by_position",
        "a replacement keeps": "entries::test_two_writers_here_do_not_lose_an_update",
        "unlinked by leaving out": "entries::test_unmarking_takes_an_entry_off_its_line",
        "a file elsewhere": "pdf::test_a_pdf_is_fetched_from_another_port_without_credentials",
    },
    "local": {
        "a credit note counts": "credit_notes::test_a_note_takes_its_amount_off_what_is_owed",
    },
}

LOOKS = re.compile(
    r"ledger|\.home\b|\.simulator\b|\.requests\b|\.rows\(|\.transactions\(|\.credit\(|stored\(|recorded\(|"
    r"service\.(get|list|find)_|sqlite3"
)
"""How a test looks at what is there: for books of a file, through another read."""


def named(rows: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str]]:
    return [
        (f"{provider}: {row}", f"{provider}/test_{test}")
        for provider, those in rows.items()
        for row, test in those.items()
    ]


def native_methods(provider: str) -> set[str]:
    """Return what the typed adapter has beyond the contract."""
    adapter, contract = Registry().adapter(provider), {*dir(Adapter), *Adapter.__annotations__}
    return {name for name in set(dir(adapter)) - contract if not name.startswith("_")}


@pytest.mark.parametrize("provider", sorted(METHODS))
def test_every_native_method_has_a_row(provider: str) -> None:
    """What is offered natively is tried against the provider's ledger."""
    assert set(METHODS[provider]) == native_methods(provider)


def test_every_provider_has_rows() -> None:
    """A new one cannot be forgotten."""
    ours = {one.name for one in Registry().installed() if one.name}

    assert set(METHODS) == set(RULES) == ours


@pytest.mark.parametrize(("row", "test"), named(METHODS) + named(RULES))
def test_the_test_is_there_and_looks(row: str, test: str) -> None:
    """The function named exists, and asks what the provider holds."""
    file, _, name = test.partition("::")
    source = (TESTS / f"{file}.py").read_text()
    functions = {
        node.name: ast.get_source_segment(source, node) or ""
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert name in functions, row
    called = [text for helper, text in functions.items() if f"{helper}(" in functions[name]]
    assert any(LOOKS.search(text) for text in called), row
