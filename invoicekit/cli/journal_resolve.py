"""`invoicekit journal resolve`: settle doubt, by looking at the provider or by a person's word."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from invoicekit.bulk import JobExit
from invoicekit.cli.connection import Target
from invoicekit.cli.failure import explain
from invoicekit.cli.journal import JournalOption, existing
from invoicekit.cli.lines import tell
from invoicekit.cli.option_groups import AccountOptions, grouped
from invoicekit.cli.options import (
    JsonOption,
)
from invoicekit.errors import UsageError
from invoicekit.guard import settle_by_hand
from invoicekit.journal import Intent, SqliteJournal
from invoicekit.model import Outcome
from invoicekit.service import Resolution


class Word(Enum):
    """What a person saw at the provider."""

    APPLIED = "applied"
    NOT_APPLIED = "not-applied"


@grouped
def resolve_intents(
    *,
    reference: Annotated[
        str | None, typer.Argument(help="With --as: the reference, as `list` shows it.", show_default=False)
    ] = None,
    word: Annotated[
        Word | None,
        typer.Option(
            "--as",
            help="Your word: applied, and it is never sent again; not-applied, and the same command sends it "
            "after one more look.",
            show_default=False,
        ),
    ] = None,
    because: Annotated[
        str, typer.Option("--because", metavar="TEXT", help="What you saw, and where: kept as the evidence.")
    ] = "",
    account: Annotated[
        str | None, typer.Option(metavar="ID", help="Whose, where several accounts used the reference.")
    ] = None,
    journal: JournalOption = None,
    at: AccountOptions,
    as_json: JsonOption = False,
) -> None:
    """Settle writes in doubt.

    With --provider or --profile: look for each of them at the provider, and settle what shows; nothing is
    sent but reads. With a reference, --as and --because: settle that one by your word, after you looked
    yourself. If you say not-applied of a payment that stands there without invoicekit's marker, it is paid
    twice.
    """
    if reference is None and word is None:
        target = at.target(journal=journal)
        existing(target.journal_file())
        _show(asyncio.run(_look(target)), as_json=as_json)
        return
    if reference is None or word is None:
        raise UsageError("give a reference with --as applied or --as not-applied, or neither to look at all")
    path = existing(journal)
    intent = asyncio.run(_settle(path, reference, account, is_applied=word is Word.APPLIED, because=because))
    again = (
        "it is not sent again"
        if word is Word.APPLIED
        else "the same command, run again, looks and then sends it"
    )
    typer.echo(f"{reference} is {intent.state.value}: {again}.")


async def _look(target: Target) -> tuple[Resolution, ...]:
    async with target.service() as service:
        return await service.resolve_unknown()


async def _settle(
    path: Path, reference: str, account: str | None, *, is_applied: bool, because: str
) -> Intent:
    journal = SqliteJournal(path)
    await journal.open()
    try:
        held = [
            intent
            async for intent in journal.intents()
            if intent.reference == reference and account in (None, intent.account)
        ]
        return await settle_by_hand(journal, held, reference, is_applied=is_applied, because=because)
    finally:
        await journal.aclose()


def _show(resolutions: Sequence[Resolution], *, as_json: bool) -> None:
    if as_json:
        for resolution in resolutions:
            typer.echo(json.dumps(_as_json(resolution)))
    else:
        _show_table(Console(emoji=False), resolutions)
    if any(resolution.outcome is Outcome.UNKNOWN for resolution in resolutions):
        raise typer.Exit(JobExit.IN_DOUBT)


def _show_table(console: Console, resolutions: Sequence[Resolution]) -> None:
    if not resolutions:
        tell(console, "Nothing is in doubt.")
        return
    counts = Counter(resolution.outcome for resolution in resolutions)
    tell(
        console,
        f"{counts[Outcome.APPLIED]} applied, {counts[Outcome.NOT_APPLIED]} not applied, "
        f"{counts[Outcome.UNKNOWN]} still unknown.",
    )
    table = Table(box=None, pad_edge=False)
    for name in ("outcome", "operation"):
        table.add_column(name, no_wrap=True)
    table.add_column("reference", overflow="fold")
    table.add_column("why", overflow="fold")
    for resolution in resolutions:
        intent = resolution.intent
        table.add_row(
            resolution.outcome.value, intent.operation, escape(intent.reference), escape(_why(resolution))
        )
    if not console.is_terminal:
        console.width = 10_000
    console.print(table)


def _why(resolution: Resolution) -> str:
    if resolution.error is None or resolution.outcome is not Outcome.UNKNOWN:
        return resolution.intent.evidence
    return getattr(resolution.error, "evidence", "") or explain(resolution.error)


def _as_json(resolution: Resolution) -> dict[str, object]:
    return {
        "outcome": resolution.outcome.value,
        "operation": resolution.intent.operation,
        "reference": resolution.intent.reference,
        "target": resolution.intent.target,
        "why": _why(resolution),
    }
