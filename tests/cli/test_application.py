"""The command line as a whole: version, help, and what it needs."""

import subprocess
import sys

import pytest
from command_line import CommandLine

from invoicekit import __version__


def test_the_version_is_shown(command: CommandLine) -> None:
    """`--version` prints it on standard output."""
    ended = command.run("--version")

    assert (ended.code, ended.out) == (0, f"invoicekit {__version__}\n")


def test_help_names_the_exit_codes(command: CommandLine) -> None:
    """Whoever scripts the tool finds them where they look first."""
    ended = command.run("--help")

    assert ended.code == 0
    for words in (
        "demo",
        "bulk",
        "simulate",
        "providers",
        "journal",
        "3 something in doubt",
        "130 interrupted",
    ):
        assert words in " ".join(ended.out.split())


def test_an_unknown_command_ends_with_two(command: CommandLine) -> None:
    """A mistyped command is a usage error."""
    ended = command.run("simulat")

    assert ended.code == 2
    assert "simulat" in ended.err


@pytest.mark.parametrize("package", ["typer", "rich"])
def test_a_missing_extra_is_named_with_the_remedy(package: str) -> None:
    """Without typer or rich the tool says what to install, and shows no traceback."""
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "for name in [n for n in sys.modules if n.startswith('invoicekit.cli')]: del sys.modules[name]\n"
        "from invoicekit.cli import main; main()"
    )

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert result.returncode == 2
    assert "pip install 'invoicekit[cli]'" in result.stderr
    assert "Traceback" not in result.stderr
