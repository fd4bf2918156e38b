"""`invoicekit bulk set-status` and `void`: what they do, refuse, and ask to be allowed."""

import json
from pathlib import Path

import pytest
from command_line import CommandLine

from .conftest import Desk


def file_of(folder: Path, *rows: str, header: str = "invoice_id,status") -> Path:
    path = folder / "statuses.csv"
    path.write_text("\n".join([header, *rows, ""]))
    return path


def test_invoices_get_their_status(command: CommandLine, clockify: Desk, tmp_path: Path) -> None:
    """Each row its own; what stands there already is told apart and not sent."""
    one, two, three = clockify.ids
    file = file_of(tmp_path, f"{one},void", f"{two},open", f"{three},draft")

    ended = command.run("bulk", "set-status", file, "--keep-payments", "--json", *clockify.account)

    counts = json.loads(ended.out)["counts"]
    assert ended.code == 0, ended.err
    assert clockify.statuses() == ["VOID", "SENT", "UNSENT", "PAID"]
    assert (counts["applied"], counts["already_applied"]) == (2, 1)


def test_the_same_file_again_changes_nothing(command: CommandLine, clockify: Desk, tmp_path: Path) -> None:
    """Every row is already applied."""
    file = file_of(tmp_path, *clockify.ids, header="invoice_id")
    first = command.run("bulk", "void", file, "--keep-payments", *clockify.account)

    again = command.run("bulk", "void", file, "--keep-payments", "--json", *clockify.account)

    assert (first.code, again.code) == (0, 0)
    assert json.loads(again.out)["counts"]["already_applied"] == 3
    assert clockify.statuses() == ["VOID", "VOID", "VOID", "PAID"]


def test_bad_rows_are_named_and_the_rest_is_done(
    command: CommandLine, clockify: Desk, tmp_path: Path
) -> None:
    """Unusable, impossible, repeated and contradicting rows have their reasons; the good ones are applied."""
    one, two, three = clockify.ids
    rows = (f"{one},void", f"{two},viod", f"{three},paid", f"{one},void", f"{one},draft", "../x,void")
    file = file_of(tmp_path, *rows)
    out = tmp_path / "rows.csv"

    ended = command.run("bulk", "set-status", file, "--keep-payments", "--rows-out", out, *clockify.account)

    assert ended.code == 1
    assert f"{file}:3, column status: 'viod' is not a status" in ended.out
    assert (
        f"{file}:4, column status: 'paid' follows from a payment; instead: `invoicekit bulk pay`" in ended.out
    )
    assert "line 6: rejected" in ended.out
    assert f"{file}:7, column invoice_id: '../x'" in ended.out
    assert clockify.statuses() == ["VOID", "SENT", "SENT", "PAID"]
    assert out.read_text().count('"rejected"') == 4


def test_payments_are_kept(command: CommandLine, clockify: Desk, tmp_path: Path) -> None:
    """`--keep-payments` rejects the invoice that holds some, after a look at it, and does the others."""
    file = file_of(tmp_path, *clockify.ids, clockify.other, header="invoice_id")

    ended = command.run("bulk", "set-status", file, "--to", "draft", "--keep-payments", *clockify.account)

    assert ended.code == 1
    assert clockify.statuses() == ["UNSENT", "UNSENT", "UNSENT", "PAID"]
    assert len(clockify.simulated.ask("ledger/payments")) == 1
    assert f"line 5: rejected: {clockify.other}: DestructiveTransition" in ended.out


def test_payments_may_be_lost_where_that_is_allowed(
    command: CommandLine, clockify: Desk, tmp_path: Path
) -> None:
    """Named on the command line, nothing more is asked."""
    file = file_of(tmp_path, clockify.other, header="invoice_id")

    ended = command.run(
        "bulk", "set-status", file, "--to", "draft", "--allow-payment-loss", *clockify.account
    )

    assert ended.code == 0, ended.err
    assert clockify.statuses()[3] == "UNSENT"
    assert clockify.simulated.ask("ledger/payments") == []


def test_drafts_are_finalized_where_that_is_allowed(
    command: CommandLine, kukkingu: Desk, tmp_path: Path
) -> None:
    """What can never be taken back has an option of its own."""
    file = file_of(tmp_path, *kukkingu.ids, header="invoice_id")

    ended = command.run("bulk", "set-status", file, "--to", "open", "--allow-irreversible", *kukkingu.account)

    assert ended.code == 0, ended.err
    assert kukkingu.statuses() == ["FINALIZED"] * 3 + ["DRAFT"]


@pytest.mark.parametrize("wrong", [[], ["--keep-payments"], ["--allow-payment-loss"]])
def test_nothing_is_final_without_being_named(
    command: CommandLine, kukkingu: Desk, tmp_path: Path, wrong: list[str]
) -> None:
    """Without a terminal to ask on: refused before any request, with the option's name and the lines."""
    file = file_of(tmp_path, *kukkingu.ids, header="invoice_id")
    before = kukkingu.requests()

    ended = command.run("bulk", "set-status", file, "--to", "open", *wrong, *kukkingu.account)

    assert ended.code == 2
    assert ended.err.splitlines()[-1] == (
        "invoicekit: 3 invoices are to be set to open, which kukkingu never takes back (lines 2-4): it needs "
        "--allow-irreversible; nothing was sent"
    )
    assert kukkingu.requests() == before


@pytest.mark.parametrize("wrong", [[], ["--allow-irreversible"]])
def test_no_payment_is_risked_without_being_named(
    command: CommandLine, clockify: Desk, tmp_path: Path, wrong: list[str]
) -> None:
    """Both ways out are named, and no request is sent."""
    file = file_of(tmp_path, clockify.other, header="invoice_id")
    before = clockify.requests()

    ended = command.run("bulk", "void", file, *wrong, *clockify.account)

    assert ended.code == 2
    assert "(line 2): it needs --allow-payment-loss, or --keep-payments" in ended.err
    assert clockify.requests() == before


def test_a_pipe_is_looked_at_before_anything_is_sent(command: CommandLine, kukkingu: Desk) -> None:
    """A step that nobody allowed is found on its last line, too, and the first ones are not sent."""
    rows = [{"invoice_id": one, "status": "void"} for one in kukkingu.ids[:2]]
    rows.append({"invoice_id": kukkingu.ids[2], "status": "open"})
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    before = kukkingu.requests()

    refused = command.run("bulk", "set-status", "-", "--keep-payments", *kukkingu.account, given=lines)
    unchanged, requests = kukkingu.statuses(), kukkingu.requests()
    allowed = command.run(
        "bulk", "set-status", "-", "--keep-payments", "--allow-irreversible", *kukkingu.account, given=lines
    )

    assert (refused.code, unchanged[:3], requests) == (2, ["DRAFT"] * 3, before)
    assert "(line 3): it needs --allow-irreversible" in refused.err
    assert allowed.code == 0, allowed.err
    assert kukkingu.statuses()[:3] == ["VOID", "VOID", "FINALIZED"]
