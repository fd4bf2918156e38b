"""`invoicekit journal`: what was promised and is not settled."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from invoicekit.cli.place import journal_path
from invoicekit.errors import UsageError
from invoicekit.journal import Intent, IntentState, SqliteJournal

UNSETTLED = frozenset(state for state in IntentState if not state.is_settled)

JournalOption = Annotated[
    Path | None, typer.Option("--journal", metavar="PATH", help="The journal; else the user's own.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON line an intent.")]


def list_intents(
    journal: JournalOption = None,
    is_all: Annotated[bool, typer.Option("--all", help="Show the settled ones too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the writes that are not settled: each may or may not have happened."""
    path = _existing(journal)
    intents = asyncio.run(_read(path, None if is_all else UNSETTLED))
    if as_json:
        for intent in intents:
            typer.echo(json.dumps(_as_json(intent)))
        return
    console = Console(emoji=False)
    if not intents:
        console.print(f"Nothing is unsettled in {path}.", highlight=False, soft_wrap=True)
        return
    table = Table("state", "operation", "reference", "target", "sends", "since", box=None, pad_edge=False)
    for intent in intents:
        table.add_row(
            intent.state.value,
            intent.operation,
            escape(intent.reference),
            escape(intent.target),
            str(intent.sends),
            f"{intent.created_at:%Y-%m-%d %H:%M}",
        )
    console.print(table)


def show_intent(
    reference: Annotated[str, typer.Argument(help="The reference, as `list` shows it.")],
    journal: JournalOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show everything the journal knows of one reference."""
    path = _existing(journal)
    found = [intent for intent in asyncio.run(_read(path, None)) if intent.reference == reference]
    if not found:
        raise UsageError(f"{path} holds nothing under the reference {reference!r}")
    for intent in found:
        facts = _as_json(intent)
        if as_json:
            typer.echo(json.dumps(facts))
            continue
        for name, value in facts.items():
            typer.echo(f"{name.replace('_', ' '):12} {value}")


async def _read(path: Path, states: frozenset[IntentState] | None) -> list[Intent]:
    journal = SqliteJournal(path)
    await journal.open()
    try:
        return [intent async for intent in journal.intents(states=states)]
    finally:
        await journal.aclose()


def _existing(given: Path | None) -> Path:
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
        "marker": intent.marker,
        "sends": intent.sends,
        "resource_id": intent.resource_id,
        "evidence": intent.evidence,
        "created_at": intent.created_at.isoformat(),
        "updated_at": intent.updated_at.isoformat(),
    }
