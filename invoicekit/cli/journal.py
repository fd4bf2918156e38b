"""`invoicekit journal list` and `show`: what was promised, and whether it is known what became of it."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from invoicekit.cli.lines import tell
from invoicekit.cli.place import journal_path
from invoicekit.errors import UsageError
from invoicekit.guard import IN_DOUBT
from invoicekit.journal import Intent, IntentState, SqliteJournal

_UNCUT = 10_000

JournalOption = Annotated[
    Path | None, typer.Option("--journal", metavar="PATH", help="The journal; else the user's own.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON line an intent.")]


def list_intents(
    journal: JournalOption = None,
    is_all: Annotated[
        bool, typer.Option("--all", help="Show those with a known end, or never sent, too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List the writes in doubt: each may or may not have happened."""
    path = existing(journal)
    intents = asyncio.run(read(path, None if is_all else IN_DOUBT))
    if as_json:
        for intent in intents:
            typer.echo(json.dumps(_as_json(intent)))
        return
    console = Console(emoji=False)
    if not intents:
        tell(console, f"{path} holds nothing." if is_all else f"Nothing is in doubt in {path}.")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("state", "operation", "sends", "since"):
        table.add_column(name, no_wrap=True)
    # Whole, on however many lines: `show` and `resolve` want the reference letter by letter.
    table.add_column("reference", overflow="fold")
    for intent in intents:
        table.add_row(
            intent.state.value,
            intent.operation,
            str(intent.sends),
            f"{intent.created_at:%Y-%m-%d %H:%M}",
            escape(intent.reference),
        )
    if not console.is_terminal:
        console.width = _UNCUT  # a pipe has no width: a reference cut in two there breaks every grep
    console.print(table)


def show_intent(
    reference: Annotated[str, typer.Argument(help="The reference, as `list` shows it.")],
    journal: JournalOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show everything the journal knows of one reference."""
    path = existing(journal)
    found = [intent for intent in asyncio.run(read(path, None)) if intent.reference == reference]
    if not found:
        raise UsageError(f"{path} holds nothing under the reference {reference!r}")
    for number, intent in enumerate(found):
        facts = _as_json(intent)
        if as_json:
            typer.echo(json.dumps(facts))
            continue
        if number:
            typer.echo()
        for name, value in facts.items():
            if value not in (None, ""):
                typer.echo(f"{name.replace('_', ' '):12} {value}")


async def read(path: Path, states: frozenset[IntentState] | None) -> list[Intent]:
    """Return what the journal holds in these states, or in any."""
    journal = SqliteJournal(path)
    await journal.open()
    try:
        return [intent async for intent in journal.intents(states=states)]
    finally:
        await journal.aclose()


def existing(given: Path | None) -> Path:
    """Return the journal's path.

    Raises:
        UsageError: There is none: a command that looks makes no new one.
    """
    path = journal_path(given)
    if not path.is_file():
        raise UsageError(f"there is no journal at {path}; name one with --journal")
    return path


def _as_json(intent: Intent) -> dict[str, object]:
    return {
        "state": intent.state.value,
        "provider": intent.provider,
        "account": intent.account,
        "operation": intent.operation,
        "reference": intent.reference,
        "target": intent.target,
        "amount": None if intent.amount is None else str(intent.amount),
        "marker": intent.marker,
        "sends": intent.sends,
        "resource_id": intent.resource_id,
        "evidence": intent.evidence,
        "created_at": intent.created_at.isoformat(),
        "updated_at": intent.updated_at.isoformat(),
    }
