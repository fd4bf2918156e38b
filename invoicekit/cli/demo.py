"""`invoicekit demo`: the main job on made-up data, checked against the provider's own ledger."""

import asyncio
import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from invoicekit.cli.demo_play import Order, play
from invoicekit.cli.demo_report import exit_code, result_of, show
from invoicekit.cli.options import JsonOption
from invoicekit.cli.progress import Bars
from invoicekit.guard import OnDoubt


def demo(
    entries: Annotated[int, typer.Option(min=0, help="Time entries to mark.")] = 10_000,
    payments: Annotated[int, typer.Option(min=0, help="Payments to record.")] = 200,
    seed: Annotated[int, typer.Option(help="Draws data and faults.")] = 1,
    faults: Annotated[
        bool, typer.Option("--faults/--no-faults", help="Let the simulator fail now and then.")
    ] = True,
    on_doubt: Annotated[
        OnDoubt,
        typer.Option(
            help="What follows doubt that reading back cannot settle; the simulator declares a settle bound."
        ),
    ] = OnDoubt.RESEND,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep input, row files and journal in this folder.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Mark time entries and record payments against a simulator that fails, then check its ledger.

    Needs no account, no key and no network beyond this machine. Ends with 0 when no payment stands twice
    and the ledger contradicts no row.
    """
    with ExitStack() as stack:
        if keep is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="invoicekit-demo-")))
        else:
            folder = keep
            folder.mkdir(parents=True, exist_ok=True)
        order = Order(
            entries=entries,
            payments=payments,
            seed=seed,
            has_faults=faults,
            on_doubt=on_doubt,
            folder=folder,
        )
        played = asyncio.run(play(order, Bars(Console(stderr=True))))
    if as_json:
        typer.echo(json.dumps(result_of(played), indent=2))
    else:
        show(Console(), played)
    raise typer.Exit(exit_code(played))
