"""A command line beside a simulator, for the reconcile commands."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest
from command_line import Ended, Simulated

from invoicekit.cli.application import run


@attrs.frozen(kw_only=True)
class Till:
    """A command line beside a Clockify simulator that holds two invoices of 120.00 EUR.

    Attributes:
        numbers: Those of the invoices.
    """

    folder: Path
    simulated: Simulated
    numbers: tuple[str, ...]
    captured: pytest.CaptureFixture[str]

    @property
    def tomorrow(self) -> str:
        """Return a day after the invoices were issued, which was when the simulator made them up."""
        return (datetime.now(UTC) + timedelta(days=1)).date().isoformat()

    def run(self, verb: str, *arguments: object) -> Ended:
        """Run `invoicekit reconcile` with what reaches the simulator."""
        reach = [*self.simulated.options, "--set", "rate=1000/s"]
        return self.invoicekit("reconcile", verb, *arguments, "--provider", "clockify", *reach)

    def invoicekit(self, *arguments: object) -> Ended:
        """Run a command line in this process: a new one for each would take most of the time."""
        code = run([str(each) for each in arguments])
        said = self.captured.readouterr()
        return Ended(code=int(code), out=said.out, err=said.err)

    def write(self, name: str, content: str) -> Path:
        """Write a file into the folder that commands run in."""
        path = self.folder / name
        path.write_text(content, "utf-8")
        return path

    def payments(self) -> list[int]:
        """Ask the provider's ledger for the amounts in minor units."""
        return sorted(int(str(row["amount"])) for row in self.simulated.ask("ledger/payments"))
