"""The command line: `invoicekit …`, one file a command."""

import sys

_HINT = (
    "invoicekit: the command line needs {package}, which is not installed.\n"
    "Install it with: pip install 'invoicekit[cli]'\n"
)


def main() -> None:
    """Run the command line and exit with its code; the console script's entry point."""
    try:
        from invoicekit.cli.application import run
    except ModuleNotFoundError as missing:
        package = (missing.name or "").partition(".")[0]
        if package not in {"typer", "rich"}:
            raise
        sys.stderr.write(_HINT.format(package=package))
        sys.exit(2)
    sys.exit(run(sys.argv[1:]))
