"""How a running job is shown: a bar for people, lines for machines, or nothing."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)
from enum import Enum
from typing import Protocol

import typer
from rich.console import Console

from invoicekit.bulk import EVENT_SCHEMA, JobEvent, RowEnded, event_json
from invoicekit.cli.exit_code import exit_code_of
from invoicekit.cli.failure import explain
from invoicekit.cli.lines import tell
from invoicekit.cli.progress import Bars
from invoicekit.errors import InvoiceKitError

Tell = Callable[[JobEvent], None]


class ProgressKind(Enum):
    """What is written to standard error while a job runs."""

    AUTO = "auto"
    """A bar on a terminal, a few plain lines anywhere else."""
    JSON = "json"
    """One JSON object a line."""
    NONE = "none"
    """Nothing but what cannot be left unsaid."""


class Display(Protocol):
    """Where a command says what goes on."""

    def say(self, text: str) -> None:
        """Tell something worth knowing."""
        ...

    def warn(self, text: str) -> None:
        """Tell something that must be heard."""
        ...

    def show(self, label: str, *, total: int | None) -> AbstractAsyncContextManager[Tell]:
        """Show a job while the block runs; gives what its events are told to."""
        ...

    def failing(self) -> AbstractContextManager[None]:
        """Tell of an error that ends the command, where it must not be a line of text."""
        ...


def display_of(kind: ProgressKind, *, is_quiet: bool) -> Display:
    """Return what was asked for; all of it goes to standard error."""
    console = Console(stderr=True)
    if kind is ProgressKind.JSON:
        return JsonLines()
    if is_quiet or kind is ProgressKind.NONE:
        return Silence(console)
    return Bars(console)


class Silence:
    """Says nothing but warnings."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, text: str) -> None:
        """Keep silent."""

    def warn(self, text: str) -> None:
        """Print the line."""
        tell(self._console, text)

    @asynccontextmanager
    async def show(self, label: str, *, total: int | None) -> AsyncIterator[Tell]:
        """Show nothing."""
        yield lambda event: None

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Let errors go their ordinary way."""
        yield


class JsonLines:
    """Writes every event but the rows' as one JSON object a line; rows go into a rows file."""

    def say(self, text: str) -> None:
        """Write a note."""
        self._write({"event": "note", "schema": EVENT_SCHEMA, "text": text})

    def warn(self, text: str) -> None:
        """Write a note."""
        self.say(text)

    @asynccontextmanager
    async def show(self, label: str, *, total: int | None) -> AsyncIterator[Tell]:
        """Write the job's events as they come."""

        def write(event: JobEvent) -> None:
            if not isinstance(event, RowEnded):
                self._write(event_json(event))

        yield write

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Write an error as an event, and end with its exit code.

        Raises:
            typer.Exit: In the error's place.
        """
        try:
            yield
        except InvoiceKitError as failure:
            code = int(exit_code_of(failure))
            self._write(
                {
                    "event": "failed",
                    "schema": EVENT_SCHEMA,
                    "error": type(failure).__name__,
                    "text": explain(failure),
                    "exit_code": code,
                }
            )
            raise typer.Exit(code) from None

    def _write(self, event: dict[str, object]) -> None:
        typer.echo(json.dumps(event, ensure_ascii=True), err=True)
