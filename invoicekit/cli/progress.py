"""A bar while a job runs, on a terminal only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from invoicekit.cli.lines import tell
from invoicekit.clock import SystemClock

_REFRESH_SECONDS = 0.1
_LABEL_WIDTH = 16
_ECHO_WIDTH = 3


class Counted(Protocol):
    """What can say how far it is."""

    @property
    def rows(self) -> int:
        """How many items were read."""
        ...

    @property
    def attempted(self) -> int:
        """How many of them have ended, those that were left not counted."""
        ...


class _Bar(Progress):
    def get_renderable(self) -> RenderableType:
        return _Narrowed(super().get_renderable())


class _Narrowed:
    """Leaves room for the ``^C`` that a terminal writes behind the bar: over the edge it tears the bar."""

    def __init__(self, bar: RenderableType) -> None:
        self._bar = bar

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from console.render(self._bar, options.update_width(max(1, options.max_width - _ECHO_WIDTH)))


class Bars:
    """One bar after the other; a line for each where the console is no terminal.

    Args:
        console: On standard error, so that standard output holds the report alone.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._clock = SystemClock()
        self._paused_until = 0.0

    def say(self, text: str) -> None:
        """Print a line above the bar."""
        tell(self._console, text)

    def pause(self, seconds: float) -> None:
        """Show that the provider's limit holds requests back, and for how long."""
        self._paused_until = max(self._paused_until, self._clock.monotonic() + seconds)

    @asynccontextmanager
    async def show(self, label: str, counted: Counted, *, total: int | None) -> AsyncIterator[None]:
        """Show a bar while the block runs."""
        if not self._console.is_terminal:
            self.say(f"{label} …")
            yield
            return
        # No thread of rich's own: the bar is drawn by the loop that does the work.
        progress = _Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[notice]}"),
            console=self._console,
            auto_refresh=False,
            expand=True,
        )
        task = progress.add_task(f"{label:{_LABEL_WIDTH}}", total=total, notice="")
        progress.start()
        drawing = asyncio.create_task(self._keep_drawing(progress, task, counted))
        try:
            yield
        finally:
            drawing.cancel()
            await asyncio.wait([drawing])
            progress.update(task, completed=counted.attempted, total=counted.rows, notice="")
            progress.refresh()
            progress.stop()

    async def _keep_drawing(self, progress: Progress, task: TaskID, counted: Counted) -> None:
        while True:
            left = self._paused_until - self._clock.monotonic()
            notice = f"limit: on in {left:.0f} s" if left > 0 else ""
            progress.update(task, completed=counted.attempted, notice=notice)
            progress.refresh()
            await self._clock.sleep(_REFRESH_SECONDS)
