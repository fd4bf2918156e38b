"""The commands, put together; errors leave as one line and an exit code."""

from collections.abc import Sequence
from typing import Annotated

import typer

from invoicekit import __version__
from invoicekit.bulk import JobExit
from invoicekit.cli.adapter_check import check
from invoicekit.cli.adapter_new import new
from invoicekit.cli.bulk_mark import mark_invoiced
from invoicekit.cli.bulk_pay import pay
from invoicekit.cli.bulk_status import set_status
from invoicekit.cli.bulk_void import void
from invoicekit.cli.demo import demo
from invoicekit.cli.doctor import doctor
from invoicekit.cli.exit_code import exit_code_of
from invoicekit.cli.failure import explain
from invoicekit.cli.invoice_time import invoice_time
from invoicekit.cli.journal import list_intents, show_intent
from invoicekit.cli.journal_audit import audit
from invoicekit.cli.journal_prune import prune
from invoicekit.cli.journal_resolve import resolve_intents
from invoicekit.cli.providers import providers
from invoicekit.cli.reconcile_apply import apply
from invoicekit.cli.reconcile_plan import plan
from invoicekit.cli.reconcile_report import report
from invoicekit.cli.simulate import simulate
from invoicekit.errors import InvoiceKitError

_EPILOG = (
    "Exit codes: 0 all applied or already applied, 1 some rejected, 2 usage or bad input, "
    "3 something in doubt, 130 interrupted."
)


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"invoicekit {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Invoices at many providers: never paid, billed or marked twice."""


def application() -> typer.Typer:
    """Build the command tree."""
    app = typer.Typer(
        name="invoicekit",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        epilog=_EPILOG,
    )
    app.callback()(_root)
    app.command()(demo)
    app.command()(simulate)
    app.command()(providers)
    app.command(epilog=_EPILOG)(doctor)
    app.command("invoice-time", epilog=_EPILOG)(invoice_time)
    app.add_typer(_bulk_commands())
    app.add_typer(_reconcile_commands())
    app.add_typer(_journal_commands())
    app.add_typer(_adapter_commands())
    return app


def _bulk_commands() -> typer.Typer:
    commands = typer.Typer(name="bulk", no_args_is_help=True, help="Apply a file of changes.", epilog=_EPILOG)
    commands.command("mark-invoiced", epilog=_EPILOG)(mark_invoiced)
    commands.command("pay", epilog=_EPILOG)(pay)
    commands.command("set-status", epilog=_EPILOG)(set_status)
    commands.command("void", epilog=_EPILOG)(void)
    return commands


def _adapter_commands() -> typer.Typer:
    commands = typer.Typer(
        name="adapter", no_args_is_help=True, help="For those who write adapters.", epilog=_EPILOG
    )
    commands.command("new", epilog=_EPILOG)(new)
    commands.command("check", epilog=_EPILOG)(check)
    return commands


def _reconcile_commands() -> typer.Typer:
    commands = typer.Typer(
        name="reconcile", no_args_is_help=True, help="Match bank statements to open invoices.", epilog=_EPILOG
    )
    commands.command("plan", epilog=_EPILOG)(plan)
    commands.command("apply", epilog=_EPILOG)(apply)
    commands.command("report", epilog=_EPILOG)(report)
    return commands


def _journal_commands() -> typer.Typer:
    commands = typer.Typer(
        name="journal", no_args_is_help=True, help="Look at what was promised, and settle doubt."
    )
    commands.command("list")(list_intents)
    commands.command("show")(show_intent)
    commands.command("resolve", epilog=_EPILOG)(resolve_intents)
    commands.command("audit", epilog=_EPILOG)(audit)
    commands.command("prune")(prune)
    return commands


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return the process's exit code."""
    try:
        application()(list(arguments), prog_name="invoicekit")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else JobExit.DONE
    except InvoiceKitError as failure:
        typer.echo(f"invoicekit: {explain(failure)}", err=True)
        return exit_code_of(failure)
    except OSError as failure:
        where = f" ({failure.filename})" if failure.filename else ""
        typer.echo(f"invoicekit: {failure.strerror or failure}{where}", err=True)
        return JobExit.USAGE
    return JobExit.DONE
