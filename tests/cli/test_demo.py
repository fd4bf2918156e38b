"""`invoicekit demo`: the main job on made-up data, checked against the provider's own ledger."""

import json
import signal
from pathlib import Path

from command_line import CommandLine

MAIN = ("--provider", "clockify")


def test_ledger_and_report_agree_under_faults(command: CommandLine) -> None:
    """With seeded faults the demo ends with 0: every good row is applied, every spoilt one told."""
    ended = command.run("demo", *MAIN, "--entries", "700", "--payments", "12", "--seed", "3", "--json")

    told = json.loads(ended.out)
    counts = {kind: job["counts"] for kind, job in told["jobs"].items()}
    assert ended.code == 0, ended.err
    assert all(verdict["is_consistent"] for verdict in told["audit"].values())
    assert counts["time entries"]["applied"] == 700
    assert counts["payments"]["applied"] == 12
    assert counts["invoice statuses"]["applied"] == 6


def test_each_row_stands_exactly_once(command: CommandLine, tmp_path: Path) -> None:
    """The counts of each job add up to its rows, and so do the rows kept; `--no-faults` leaves all well."""
    ended = command.run(
        "demo",
        *MAIN,
        "--entries",
        "40",
        "--payments",
        "6",
        "--no-faults",
        "--keep",
        "kept",
        "--json",
        "--report",
        "demo.html",
    )

    told = json.loads(ended.out)
    rows = {
        kind: sum(len(path.read_text().splitlines()) for path in (tmp_path / "kept").glob(pattern))
        for kind, pattern in (("time entries", "entries.*.rows.jsonl"), ("payments", "payments.*.rows.jsonl"))
    }
    assert ended.code == 0, ended.err
    assert "Done, but" in (tmp_path / "demo.html").read_text()
    assert told["provider"]["faults"] == {}
    for kind, job in told["jobs"].items():
        assert job["rows"] == sum(job["counts"].values())
        assert rows.get(kind, job["rows"]) == job["rows"]


def test_the_report_is_for_people(command: CommandLine) -> None:
    """Without `--json` the report names counts, costs, what was not applied, and the verdict."""
    ended = command.run("demo", *MAIN, "--entries", "20", "--payments", "2")

    assert ended.code == 0, ended.err
    for words in ("applied", "requests", "of the allowed rate used", "429", "rejected: entries.", "agrees"):
        assert words in ended.out


def test_nothing_to_do_is_done(command: CommandLine) -> None:
    """Zero of a kind is a job of no rows, not an error."""
    ended = command.run("demo", *MAIN, "--entries", "5", "--payments", "0", "--no-faults", "--json")

    told = json.loads(ended.out)
    assert ended.code == 0, ended.err
    assert "payments" not in told["jobs"]
    assert told["jobs"]["time entries"]["counts"]["applied"] == 5


def test_a_negative_number_is_refused(command: CommandLine) -> None:
    """Usage errors end with 2."""
    assert command.run("demo", "--entries", "-1").code == 2


def test_an_interrupt_ends_with_a_report(command: CommandLine) -> None:
    """Ctrl-C finishes what is under way, names the files not begun, checks the ledger, and ends with 130."""
    with command.start("demo", *MAIN, "--entries", "10", "--payments", "50", "--no-faults") as started:
        while started.error_line() != "payments.csv …":
            pass
        ended = started.end(signal.SIGINT)

    assert ended.code == 130
    assert "not attempted: payments.csv, lines" in ended.out
    assert "not attempted: all of payments.jsonl" in ended.out
    assert "agrees with every row" in ended.out
    assert "the same program" not in ended.out
