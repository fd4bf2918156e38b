"""`invoicekit journal prune`: forget what was settled long ago."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from invoicekit.cli.journal import JournalOption, existing
from invoicekit.clock import SystemClock
from invoicekit.journal import SqliteJournal


def prune(
    days: Annotated[
        int, typer.Option("--older-than", min=1, metavar="DAYS", help="Settled at least so many days ago.")
    ],
    journal: JournalOption = None,
) -> None:
    """Forget writes settled long ago; what is open is never forgotten.

    A reference that was forgotten is new again: the same payment asked for again is looked for by its
    marker at the provider, and sent where that is gone.
    """
    count = asyncio.run(_prune(existing(journal), timedelta(days=days)))
    typer.echo(f"{count} forgotten.")


async def _prune(path: Path, age: timedelta) -> int:
    journal = SqliteJournal(path)
    await journal.open()
    try:
        return await journal.prune(settled_before=SystemClock().now() - age)
    finally:
        await journal.aclose()
