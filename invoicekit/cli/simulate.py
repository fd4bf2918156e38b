"""`invoicekit simulate`: a provider simulator as a process of its own."""

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from invoicekit.cli.installed import simulator_type
from invoicekit.errors import UsageError
from invoicekit.extra import needs
from invoicekit.simulate import (
    DescribedEngine,
    Description,
    Difference,
    Engine,
    FaultPlan,
    Rate,
    Simulator,
    run_forever,
)

_MOST_ADDED = 1_000_000


def simulate(
    provider: Annotated[str, typer.Argument(help="The provider to play, e.g. clockify.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="TCP port; 0 takes a free one.")] = 0,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    faults: Annotated[str, typer.Option(metavar="PROFILE", help="none, demo or storm.")] = "none",
    rate: Annotated[
        str | None, typer.Option(metavar="N/s", help="Rate limit, e.g. 50/s, 30/h or none.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Draws the made-up data and the faults.")] = 0,
    settle_seconds: Annotated[
        float, typer.Option(min=0, help="A write without an answer takes effect within this time, or never.")
    ] = 1.0,
    delay_seconds: Annotated[
        float,
        typer.Option(
            "--delay", min=0, metavar="SECONDS", help="How long each request, and each answer, is on its way."
        ),
    ] = 0.0,
    add: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND=N",
            help="Make data up before it starts, e.g. invoices=5 or time_entries=100; may be repeated. "
            "Without it the simulator is empty.",
        ),
    ] = None,
    openapi: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The provider's OpenAPI document, JSON or YAML: where requests or answers differ from it, "
            "stderr says so.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print URL and settings as one JSON line.")] = False,
    ends_with_input: Annotated[bool, typer.Option("--ends-with-input", hidden=True)] = False,
) -> None:
    """Play a provider on this machine until SIGTERM or Ctrl-C.

    Prints its URL as soon as it accepts connections. It keeps everything in memory: GET
    /_simulator/ledger/invoices (or another kind it names) shows what it holds; with --openapi, GET
    /_simulator/differences lists what was not as the document says.
    """
    try:
        plan = FaultPlan.profile(faults, seed=seed)
        limit = None if rate is None else Rate.parse(rate)
    except ValueError as mistake:
        raise UsageError(str(mistake)) from None
    simulator = simulator_type(provider)(seed=seed, faults=plan, rate=limit, settle_seconds=settle_seconds)
    _fill(simulator, add or ())
    engine = Engine(simulator)
    if openapi is not None:
        engine = DescribedEngine(simulator, _read(openapi), found=_tell)

    def ready(url: str) -> None:
        settings = simulator.settings(url)
        if as_json:
            typer.echo(json.dumps({"url": url, "settings": settings}))
            return
        typer.echo(url)
        for name, value in settings.items():
            typer.echo(f"export INVOICEKIT_{provider.upper()}_{name.upper()}={value}", err=True)
        # Comments, so that a shell can take the whole of it in.
        kinds = ", ".join(simulator.ledger.kinds)
        typer.echo(f"# what it holds: {url}/_simulator/ledger/KIND, of {kinds}; Ctrl-C ends it", err=True)

    if ends_with_input:
        threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        asyncio.run(run_forever(engine, host, port, ready=ready, delay_seconds=delay_seconds))
    except OSError as failure:
        raise UsageError(f"cannot listen on {host}:{port}: {failure.strerror or failure}") from None


def _read(path: Path) -> Description:
    try:
        with needs("openapi_core", extra="openapi"):
            return Description.read(path)
    except OSError as failure:
        raise UsageError(f"{path}: {failure.strerror or failure}") from None
    except ValueError as mistake:
        raise UsageError(f"{path}: {mistake}") from None


def _tell(difference: Difference) -> None:
    status = "no answer" if difference.status is None else difference.status
    typer.echo(
        f"not as described: the {difference.side} of {difference.operation} ({status}): {difference.problem}",
        err=True,
    )


def _fill(simulator: Simulator, orders: Sequence[str]) -> None:
    counts: dict[str, object] = {}
    for order in orders:
        kind, _, number = order.partition("=")
        if not (kind and number.isascii() and number.isdigit()):
            raise UsageError("--add wants KIND=N, e.g. --add invoices=5")
        if len(number) > len(str(_MOST_ADDED)) or int(number) > _MOST_ADDED:
            raise UsageError(f"--add {kind}: at most {_MOST_ADDED:,}, since all is held in memory")
        counts[kind] = int(number)
    try:
        simulator.populate(counts)
    except ValueError as mistake:
        raise UsageError(f"--add: {mistake}") from None


def _end_with_input() -> None:
    # Whoever started this process may be killed without a word: its end of the pipe then closes.
    # The bare descriptor: a thread inside a buffered read would crash the interpreter's shutdown.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
