"""`invoicekit demo`: the main job and a small program on made-up data, checked against the ledgers."""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from invoicekit.bulk import JobExit
from invoicekit.cli.demo_columns import Column, play_columns
from invoicekit.cli.demo_ground import check_playable, playable
from invoicekit.cli.demo_play import PROVIDER, Order, Played, play
from invoicekit.cli.demo_report import exit_code, result_of, show
from invoicekit.cli.demo_table import columns_exit_code, columns_result, show_columns
from invoicekit.cli.display import Display, ProgressKind
from invoicekit.cli.options import JsonOption, ProgressOption, QuietOption, ReportOption
from invoicekit.cli.running import write_finished
from invoicekit.cli.telling import Telling
from invoicekit.errors import UsageError
from invoicekit.guard import OnDoubt


def demo(
    provider: Annotated[
        list[str] | None,
        typer.Option(
            "--provider",
            metavar="NAME",
            help="Play here alone; may be repeated. All of them if none is named.",
        ),
    ] = None,
    entries: Annotated[int, typer.Option(min=0, help="Time entries to mark.")] = 10_000,
    payments: Annotated[int, typer.Option(min=0, help="Payments to record.")] = 200,
    seed: Annotated[int, typer.Option(help="Draws data and faults.")] = 1,
    faults: Annotated[
        bool, typer.Option("--faults/--no-faults", help="Let the simulators fail now and then.")
    ] = True,
    on_doubt: Annotated[
        OnDoubt,
        typer.Option(
            help="What follows doubt that reading back cannot settle; the simulators declare a settle bound."
        ),
    ] = OnDoubt.RESEND,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep input, row files and journals in this folder.")
    ] = None,
    report: ReportOption = None,
    progress: ProgressOption = ProgressKind.AUTO,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Mark time and record payments against simulators that fail, then check their ledgers.

    First the main job at Clockify, then one small program at every provider, side by side. Needs no
    account, no key and no network beyond this machine. Ends with 0 when no payment stands twice and no
    ledger contradicts a row.
    """
    providers = _chosen(provider)
    console = Console()
    with ExitStack() as stack:
        order = Order(
            entries=entries,
            payments=payments,
            seed=seed,
            has_faults=faults,
            on_doubt=on_doubt,
            folder=_folder(keep, stack),
        )
        telling = Telling.of("demo", report=report, progress=progress, is_quiet=quiet)
        _check_report(telling, providers)
        bars = telling.display
        played = asyncio.run(play(order, telling)) if PROVIDER in providers else None
        if played is not None and not as_json:
            show(console, played)
        if played is not None:
            finished = [each for jobs in played.jobs.values() for each in jobs]
            write_finished(report, title="demo", finished=finished)
        columns = None
        if played is None or exit_code(played) is not JobExit.INTERRUPTED:
            columns = _side_by_side(providers, order, bars)
    if as_json:
        typer.echo(json.dumps(_result(order, played, columns), indent=2))
    elif columns is not None:
        show_columns(console, columns)
    raise typer.Exit(_exit_code(played, columns))


def _chosen(named: Sequence[str] | None) -> list[str]:
    """Return the providers to play at, each once.

    Raises:
        UsageError: One of them is not installed, or cannot be played without an account.
    """
    if not named:
        return playable()
    chosen = list(dict.fromkeys(named))
    for name in chosen:
        check_playable(name)
    return chosen


def _check_report(telling: Telling, providers: Sequence[str]) -> None:
    """Refuse a report that could not be written at the end.

    Raises:
        UsageError: Nothing that it would tell of is played, or it would need a line for every row.
    """
    telling.check()
    if telling.report is None:
        return
    if PROVIDER not in providers:
        raise UsageError(f"--report tells of the main job, which is played at {PROVIDER}")
    if telling.report.suffix.lower() == ".csv":
        raise UsageError("the demo's report is .html or .json; --keep DIR keeps the rows of each file")


def _folder(keep: Path | None, stack: ExitStack) -> Path:
    if keep is None:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="invoicekit-demo-")))
    keep.mkdir(parents=True, exist_ok=True)
    return keep


def _side_by_side(providers: Sequence[str], order: Order, bars: Display) -> list[Column] | None:
    async def announced() -> list[Column]:
        # Said within the loop: whoever is told may interrupt, and is heard.
        apart = ", each played apart from the others" if len(providers) > 1 else ""
        bars.say(f"The same small program at {', '.join(providers)}{apart}")
        return await play_columns(providers, order)

    try:
        return asyncio.run(announced())
    except KeyboardInterrupt:
        bars.say("The program was interrupted; what the main job told still stands.")
        return None


def _result(order: Order, played: Played | None, columns: Sequence[Column] | None) -> dict[str, object]:
    main: dict[str, object] = (
        {"seed": order.seed, "faults": order.has_faults, "on_doubt": order.on_doubt.value}
        if played is None
        else result_of(played)
    )
    return {
        **main,
        "program": None if columns is None else columns_result(columns),
        "exit_code": int(_exit_code(played, columns)),
    }


def _exit_code(played: Played | None, columns: Sequence[Column] | None) -> JobExit:
    """Return the main job's code where it is not 0, else the columns'."""
    code = JobExit.DONE if played is None else exit_code(played)
    if code is not JobExit.DONE:
        return code
    return JobExit.INTERRUPTED if columns is None else columns_exit_code(columns)
