"""`invoicekit journal`: what was promised, and whether it is known what became of it."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from invoicekit.cli.lines import tell
from invoicekit.cli.place import journal_path
from invoicekit.errors import UsageError
from invoicekit.journal import Intent, IntentState, SqliteJournal

IN_DOUBT = frozenset({IntentState.SENDING, IntentState.IN_DOUBT, IntentState.DUPLICATE})
_UNCUT = 10_000
_RESOLVABLE = IN_DOUBT - {IntentState.SENDING}

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
    path = _existing(journal)
    intents = asyncio.run(_read(path, None if is_all else IN_DOUBT))
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
    path = _existing(journal)
    found = [intent for intent in asyncio.run(_read(path, None)) if intent.reference == reference]
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


def resolve_intent(
    reference: Annotated[str, typer.Argument(help="The reference, as `list` shows it.")],
    is_applied: Annotated[
        bool,
        typer.Option(
            "--applied/--not-applied",
            help="It stands at the provider, and is never sent again; or it does not, and the same command "
            "sends it after one more look.",
            show_default=False,
        ),
    ],
    journal: JournalOption = None,
    account: Annotated[
        str | None, typer.Option(metavar="ID", help="Whose, where several accounts used the reference.")
    ] = None,
) -> None:
    """Settle a write in doubt by your word, after you looked at the provider.

    If you say --not-applied of a payment that stands there without invoicekit's marker, it is paid twice.
    """
    path = _existing(journal)
    state = asyncio.run(_resolve(path, reference, account, is_applied=is_applied))
    follows = "it is not sent again" if is_applied else "the same command, run again, looks and then sends it"
    typer.echo(f"{reference} is {state.value}: {follows}.")


async def _resolve(path: Path, reference: str, account: str | None, *, is_applied: bool) -> IntentState:
    journal = SqliteJournal(path)
    await journal.open()
    try:
        held = [
            intent
            async for intent in journal.intents()
            if intent.reference == reference and account in (None, intent.account)
        ]
        state = IntentState.RESOLVED_APPLIED if is_applied else IntentState.RESOLVED_NOT_APPLIED
        await journal.move(_the_doubtful(path, reference, held).key, state, evidence="a person looked")
        return state
    finally:
        await journal.aclose()


def _the_doubtful(path: Path, reference: str, held: Sequence[Intent]) -> Intent:
    if not held:
        raise UsageError(f"{path} holds nothing under the reference {reference!r}")
    doubtful = [intent for intent in held if intent.state in _RESOLVABLE]
    if len(doubtful) > 1:
        names = ", ".join(f"{intent.operation} of {intent.account}" for intent in doubtful)
        raise UsageError(f"{reference!r} is in doubt several times ({names}); choose with --account")
    if doubtful:
        return doubtful[0]
    if any(intent.state is IntentState.SENDING for intent in held):
        raise UsageError(
            f"{reference!r} may be under way, or was cut off; run the same command again first: it looks"
        )
    raise UsageError(f"{reference!r} is not in doubt: {', '.join(intent.state.value for intent in held)}")


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
