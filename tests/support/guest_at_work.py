"""Use an installed guest in bulk, amid faults, and compare its ledger with the files, row for row.

`python tests/support/guest_at_work.py NAME` runs the installed command as a user does; it says what went
wrong, or what was done.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from urllib.request import urlopen

_INVOICES = 12
_MOST_RUNS = 5
_USAGE = 2
_PAY = ("bulk", "pay", "pay.csv", "--on-doubt", "resend")  # a storm loses requests: looking alone never ends
_PAID_AT = "2026-11-30T10:00:00Z"


class _Work:
    """One folder, one simulator that fails, and the command beside this interpreter."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.environment = os.environ | {"HOME": str(folder), "XDG_STATE_HOME": str(folder)}
        self._command = str(Path(sys.executable).with_name("invoicekit"))
        self._simulator = self._start("simulate", name, "--json", "--faults", "storm", "--seed", "6")
        assert self._simulator.stdout is not None
        ready = json.loads(self._simulator.stdout.readline())
        self._url = str(ready["url"])
        for setting, value in ready["settings"].items():
            self.environment[f"INVOICEKIT_{name.upper()}_{setting.upper()}"] = str(value)

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command to its end; its exit code and all that it said."""
        process = self._start(*arguments, "--provider", self.name, "--journal", "journal.sqlite")
        out, _ = process.communicate(timeout=300)
        return process.returncode, out

    def rerun(self, *arguments: str) -> int:
        """Run a job, and the same again until all of it is applied; how often.

        Raises:
            SystemExit: It is not applied after the most runs.
        """
        for times in range(1, _MOST_RUNS + 1):
            code, said = self.run(*arguments)
            if code == 0:
                return times
        raise SystemExit(f"{' '.join(arguments)} ends with {code} after {_MOST_RUNS} runs:\n{said}")

    def ledger(self, kind: str) -> list[dict[str, object]]:
        """Ask the simulator what it holds, or its counts."""
        with urlopen(f"{self._url}/_simulator/{kind}", timeout=30) as answer:  # noqa: S310 -- loopback
            return [json.loads(line) for line in answer.read().splitlines()]

    def write(self, file: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
        """Write a CSV file into the folder."""
        lines = (",".join(row) for row in (columns, *rows))
        (self.folder / file).write_text("\n".join(lines) + "\n")

    def end(self) -> None:
        """Stop the simulator."""
        self._simulator.terminate()
        self._simulator.communicate(timeout=30)

    def _start(self, *arguments: str) -> "subprocess.Popen[str]":
        added = ("--add", f"invoices={_INVOICES}") if arguments[0] == "simulate" else ()
        return subprocess.Popen(
            [self._command, *arguments, *added],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def play(name: str) -> str:
    """Open invoices, pay them, pay them again, and ask for what is not offered; say what was done.

    Raises:
        SystemExit: A job does not end, or the ledger holds something else than the files.
    """
    with tempfile.TemporaryDirectory() as folder:
        work = _Work(name, Path(folder))
        try:
            return _worked(work)
        finally:
            work.end()


def _worked(work: _Work) -> str:
    invoices = [str(row["id"]) for row in work.ledger("ledger/invoices")]
    wanted = {each: 100 + number for number, each in enumerate(invoices)}
    work.write("open.csv", ("invoice_id", "status"), ((each, "open") for each in invoices))
    work.write("pay.csv", ("reference", "invoice_id", "amount", "currency", "paid_at"), _payments(wanted))
    work.write("entries.csv", ("entry_id",), (("entry-1",),))

    opened = work.rerun("bulk", "set-status", "open.csv")
    paid = work.rerun(*_PAY)
    _compare(work, wanted)
    work.rerun(*_PAY)
    _compare(work, wanted)

    before = _requests(work)
    code, said = work.run("bulk", "mark-invoiced", "entries.csv")
    if (code, _requests(work)) != (_USAGE, before) or "does not offer" not in said:
        raise SystemExit(f"what the guest does not offer is not refused before a request: {code}\n{said}")
    faults = work.ledger("stats")[0]["faults"]
    if not faults:
        raise SystemExit("the simulator failed nowhere: this shows nothing")
    return (
        f"{work.name}: {len(invoices)} invoices opened in {opened} runs and paid in {paid}, each once; "
        f"{before} requests, faults: {faults}"
    )


def _payments(wanted: Mapping[str, int]) -> Iterable[tuple[str, ...]]:
    for invoice, minor in wanted.items():
        yield f"bank-{invoice}", invoice, f"{minor // 100}.{minor % 100:02}", "EUR", _PAID_AT


def _compare(work: _Work, wanted: Mapping[str, int]) -> None:
    held = sorted((str(row["invoice_id"]), _minor(row["amount"])) for row in work.ledger("ledger/payments"))
    if held != sorted(wanted.items()):
        raise SystemExit(f"the ledger holds {held}, and the file says {sorted(wanted.items())}")
    states = {str(row["status"]) for row in work.ledger("ledger/invoices")}
    if len(states) != 1:
        raise SystemExit(f"all invoices were opened and paid in part, and are {states}")


def _minor(amount: object) -> int:
    """Read an amount as the ledger writes it: whole minor units, or major units with a point."""
    return int(Decimal(str(amount)) * 100) if "." in str(amount) else int(str(amount))


def _requests(work: _Work) -> object:
    return work.ledger("stats")[0]["requests"]


if __name__ == "__main__":
    print(play(sys.argv[1]))  # noqa: T201 -- a command
