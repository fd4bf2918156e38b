"""`invoicekit journal prune`: forget what was settled long ago."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from invoicekit.bulk import forget_ended
from invoicekit.cli.journal import JournalOption, existing
from invoicekit.cli.lines import counted
from invoicekit.cli.time_plans import forget_finished
from invoicekit.clock import SystemClock
from invoicekit.journal import SqliteJournal


def prune(
    days: Annotated[
        int, typer.Option("--older-than", min=1, metavar="DAYS", help="Settled at least so many days ago.")
    ],
    journal: JournalOption = None,
) -> None:
    """Forget writes settled, bulk jobs ended and time invoiced long ago; what is open is never forgotten.

    A reference that was forgotten is new again: the same payment asked for again is looked for by its
    marker at the provider, and sent where that is gone.
    """
    path, before = existing(journal), SystemClock().now() - timedelta(days=days)
    count = asyncio.run(_prune(path, before))
    jobs = forget_ended(path, before=before)
    plans = forget_finished(path, before=before)
    typer.echo(
        f"{counted(count, 'writes')}, {counted(jobs, 'ended jobs')} and {counted(plans, 'plans')} forgotten."
    )


async def _prune(path: Path, before: datetime) -> int:
    journal = SqliteJournal(path)
    await journal.open()
    try:
        return await journal.prune(settled_before=before)
    finally:
        await journal.aclose()
