"""What a naive client of Clockify does, one change of ours each: the test of that mistake must fail of it.

The numbers are those of the tests in `tests/clockify/test_naive_mistakes.py`.
"""

from removal import Removal

_CLOCKIFY = "adapters/invoicekit_clockify"
_TESTS = "tests/clockify/test_naive_mistakes.py"


def _mistake(number: int, name: str, path: str, line: str, without: str) -> Removal:
    where = path if "/" in path else f"{_CLOCKIFY}/{path}"
    return Removal(
        name=f"naive client {number:02}: {name}",
        path=where,
        line=line,
        without=without,
        tests=(f"{_TESTS}::{_NAMES[number]}",),
    )


_NAMES = {
    1: "test_01_a_payment_whose_answer_is_lost_is_not_sent_again",
    2: "test_02_the_payment_id_is_the_payments_and_not_the_invoices",
    3: "test_03_a_payment_is_told_by_its_marker_over_all_pages",
    4: "test_04_no_idempotency_header_is_relied_on",
    5: "test_05_the_status_goes_by_its_own_name",
    6: "test_06_a_status_is_patched_and_lines_are_read_with_their_invoice",
    7: "test_07_payments_are_not_lost_to_a_status",
    8: "test_08_an_update_keeps_what_it_was_not_asked_to_change",
    9: "test_09_note_and_subject_of_a_new_invoice_are_really_set",
    10: "test_10_the_invoice_list_is_an_envelope_and_the_payments_list_is_an_array",
    11: "test_11_a_list_ends_where_clockify_says_and_not_at_a_short_page",
    12: "test_12_missing_is_400_with_501_and_the_phrase",
    13: "test_13_a_core_read_does_not_say_that_an_entry_is_not_invoiced",
    14: "test_14_the_flag_is_read_from_the_report_on_its_own_host",
    15: "test_15_windows_are_instants_whatever_the_account_zone_is",
    16: "test_16_linked_and_manual_marks_are_told_apart",
    17: "test_17_an_import_marks_by_itself",
    18: "test_18_the_limit_follows_the_plan",
    19: "test_19_an_empty_429_is_a_pause_and_not_a_crash",
    20: "test_20_a_line_is_billed_at_price_times_quantity",
    21: "test_21_an_item_type_is_never_guessed",
    22: "test_22_any_success_counts_and_empty_bodies_are_not_decoded",
    23: "test_23_a_webhook_is_checked_against_its_token_and_is_only_a_hint",
    24: "test_24_the_providers_words_stay_out_of_errors",
    25: "test_25_redirects_are_not_followed_and_hosts_are_not_hard_coded",
    26: "test_26_new_words_are_kept_and_not_refused",
}

MISTAKES = (
    _mistake(
        1,
        "a payment whose answer is lost is sent again",
        "invoicekit/channel/verdict.py",
        'if operation.is_write:\n        return OutcomeUnknown(f"{told}; the write',
        'if False:\n        return OutcomeUnknown(f"{told}; the write',
    ),
    _mistake(
        2,
        "the invoice's id is taken for the payment's",
        "payments.py",
        "[Done.of(one) for one in found]",
        "[Done(value=one, resource_id=one.invoice_id, raw=one.raw, headers=one.headers) for one in found]",
    ),
    _mistake(
        3,
        "only the first page of payments is looked at",
        "payments.py",
        "if next_cursor is None:\n        return records  # nearly always",
        "if True:\n        return records  # nearly always",
    ),
    _mistake(
        4,
        "an idempotency header is sent and believed",
        "requests.py",
        'return send("POST", listing.path, body)',
        'return attrs.evolve(send("POST", listing.path, body), headers=(("Idempotency-Key", "1"),))',
    ),
    _mistake(
        5,
        "the status goes under a wrong name",
        "wire_invoice.py",
        'return CODEC.encode({"invoiceStatus": raw})',
        'return CODEC.encode({"status": raw})',
    ),
    _mistake(
        6,
        "a status is set by a sparse PUT of the invoice",
        "requests.py",
        'return send("PATCH", _STATUS.fill(workspace=self.workspace, invoice=invoice_id), body)',
        'return send("PUT", _INVOICE.fill(workspace=self.workspace, invoice=invoice_id), body)',
    ),
    _mistake(
        7,
        "going back to a draft is thought harmless",
        "status.py",
        'destroys_payments_from=_PAID_FOR,\n        via="PATCH status; deletes every recorded payment",',
        'via="PATCH status",',
    ),
    _mistake(
        8,
        "a read invoice is sent back as it is",
        "wire_update.py",
        '"taxPercent": _plain_percent(record.wire.tax, "tax"),',
        '"tax": raw.get("tax"), "taxPercent": 0,',
    ),
    _mistake(
        9,
        "note and subject are thought set by create",
        "drafts.py",
        "if new.note is None and new.subject is None:",
        "if True:",
    ),
    _mistake(
        10,
        "an envelope of payments reads as an empty list",
        "wire_payment.py",
        "wires = CODEC.skim(body, _WIRE_PAYMENTS, where=where)",
        'wires = CODEC.skim(body if body[:1] == b"[" else b"[]", _WIRE_PAYMENTS, where=where)',
    ),
    _mistake(
        11,
        "a short page is taken for the last",
        "paging.py",
        "if count == 0 or seen == total or",
        "if count < 3 or seen == total or",
    ),
    _mistake(
        12,
        "every 400 with code 501 is taken for missing",
        "refusal.py",
        "if response.status == 400 and code == _BUSINESS_RULE and _MISSING.search(message):",
        "if response.status == 400 and code == _BUSINESS_RULE:",
    ),
    _mistake(
        13,
        "an entry without the flag is taken for not invoiced",
        "wire_time.py",
        "invoiced=None,",
        "invoiced=False,",
    ),
    _mistake(
        14,
        "the report is called on the core host",
        "requests.py",
        'return send("POST", _REPORT.fill(workspace=self.workspace), body, host="reports")',
        'return send("POST", _REPORT.fill(workspace=self.workspace), body)',
    ),
    _mistake(
        15,
        "the Z of a window is trusted",
        "wire.py",
        "return write_instant(instant.astimezone(zone).replace(tzinfo=UTC), truncate=True)",
        "return write_instant(instant.astimezone(UTC), truncate=True)",
    ),
    _mistake(
        16,
        "linked and manual marks look alike",
        "wire_time.py",
        "invoice_id=wire.invoicing.invoice_id if isinstance(wire.invoicing, WireInvoicing) else",
        "invoice_id=None if True else",
    ),
    _mistake(
        17,
        "entries are marked before they are imported",
        "lines.py",
        "response = await sender.send(self._operation, self._request)",
        'entries = self._requests.mark_entries(b\'{"timeEntryIds": [], "invoiced": true}\')\n'
        "        await sender.send(self._operation, entries)\n"
        "        response = await sender.send(self._operation, self._request)",
    ),
    _mistake(
        18,
        "50 requests a second are assumed everywhere",
        "config.py",
        "UNKNOWN_PLAN = (RateWindow(limit=10, seconds=1.0, is_documented=False),)",
        "UNKNOWN_PLAN = PAID_PLAN",
    ),
    _mistake(
        19,
        "a 429 needs a body to be one",
        "invoicekit/channel/verdict.py",
        "if status == 429:",
        "if status == 429 and response.body:",
    ),
    _mistake(
        20,
        "a quantity goes out without its hundredths",
        "wire_items.py",
        "quantity=QUANTITY_X100.write(new.quantity),",
        "quantity=int(new.quantity),",
    ),
    _mistake(
        21,
        "an item type is guessed",
        "wire_items.py",
        "item_type = new.kind or default_type",
        'item_type = new.kind or default_type or "Service"',
    ),
    _mistake(
        22,
        "an empty answer is decoded",
        "transitions.py",
        "response = await sender.send(writes.set_status, request)",
        "response = await sender.send(writes.set_status, request)\n"
        '        __import__("json").loads(response.body)',
    ),
    _mistake(
        23,
        "a webhook's token is compared loosely",
        "webhook.py",
        "if not hmac.compare_digest(given.encode(), token.reveal().encode()):",
        "if given.strip().lower() != token.reveal().lower():",
    ),
    _mistake(
        24,
        "the vendor's words go into the error",
        "refusal.py",
        'f"Clockify {meaning} (HTTP {response.status}, code {code})", status',
        'f"Clockify {meaning}: {message} (HTTP {response.status}, code {code})", status',
    ),
    _mistake(
        25,
        "the global host is hard-coded",
        "place.py",
        "return GLOBAL_CORE if region is None else f\"https://{_label(region, 'region')}.{_VENDOR}/api\"",
        "return GLOBAL_CORE",
    ),
    _mistake(
        26,
        "statuses are a closed list",
        "status.py",
        "return None if raw is None else _BY_RAW.get(raw)",
        "return None if raw is None else _BY_RAW[raw]",
    ),
)
