"""`bulk set-status` and `bulk void` before anything could be sent: plans and refusals, in this process."""

import json
from pathlib import Path

import pytest

from invoicekit.cli.application import run

Captured = pytest.CaptureFixture[str]


def file_of(folder: Path, *rows: str, header: str = "invoice_id,status") -> Path:
    path = folder / "statuses.csv"
    path.write_text("\n".join([header, *rows, ""]))
    return path


def test_a_dry_run_tells_what_must_be_allowed(capsys: Captured, tmp_path: Path) -> None:
    """Which lines need which option, without key and network."""
    file = file_of(tmp_path, "a,open", "b,void", "c,open")

    code = run(["bulk", "set-status", str(file), "--provider", "kukkingu", "--dry-run"])
    said = capsys.readouterr()

    assert code == 0, said.err
    assert "which kukkingu never takes back (lines 2, 4): needs --allow-irreversible" in said.out
    assert "(line 3): needs --allow-payment-loss, or --keep-payments" in said.out
    assert "Nothing was sent." in said.out


def test_a_dry_run_tells_machines_too(capsys: Captured, tmp_path: Path) -> None:
    """The option, the word and whether it is decided already."""
    file = file_of(tmp_path, "a,open", "b,draft")

    code = run(
        [
            "bulk",
            "set-status",
            str(file),
            "--provider",
            "kukkingu",
            "--dry-run",
            "--json",
            "--allow-irreversible",
        ]
    )
    said = capsys.readouterr()

    plan = json.loads(said.out)
    (need,) = plan["consents"]
    assert code == 1
    assert (need["option"], need["word"], need["lines"]) == ("--allow-irreversible", "finalize", ["2"])
    assert need["is_decided"] is True
    assert "instead: open or void" in plan["problems"][0]


@pytest.mark.parametrize("is_dry", [False, True])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["set-status", "--to", "draft"], "'draft' cannot be set at kukkingu (every invoice begins so"),
        (["set-status", "--to", "paid"], "instead: `invoicekit bulk pay`"),
        (["set-status", "--to", "viod"], "--to wants one of draft, open, paid, uncollectible, void"),
        (["set-status"], "(or give one status for all rows with --to)"),
    ],
)
def test_what_no_row_could_get_is_refused_at_once(
    capsys: Captured, tmp_path: Path, arguments: list[str], words: str, is_dry: bool
) -> None:
    """One clear line and 2, whatever the file holds; in a dry run as well."""
    file = file_of(tmp_path, "a", header="invoice_id")
    options = ["--dry-run"] if is_dry else ["--allow-irreversible", "--keep-payments"]

    code = run(["bulk", *arguments, str(file), "--provider", "kukkingu", *options])
    said = capsys.readouterr()

    assert code == 2
    assert words in said.err
    assert said.out == ""


def test_a_column_and_an_option_do_not_compete(capsys: Captured, tmp_path: Path) -> None:
    """With `--to`, a status column is refused: one of the two would have to lose."""
    file = file_of(tmp_path, "a,open")

    code = run(["bulk", "set-status", str(file), "--to", "void", "--provider", "clockify", "--dry-run"])
    said = capsys.readouterr()

    assert code == 2
    assert "column status" in said.err


def test_a_provider_without_the_operation_says_so(capsys: Captured, tmp_path: Path) -> None:
    """Nothing is read or asked first."""
    file = file_of(tmp_path, "a", header="time_entry_id")

    code = run(["bulk", "mark-invoiced", str(file), "--provider", "asset", "--dry-run"])
    said = capsys.readouterr()

    assert code == 2
    assert "asset does not offer mark_time_entries (unsupported)" in said.err
