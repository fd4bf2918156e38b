"""A bar while a job runs, on a terminal only: how far, how fast, what of the limit, what is in doubt."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from invoicekit.bulk import JobEnded, JobEvent, JobPaused, JobProgressed, JobStarted
from invoicekit.bulk import Progress as Course
from invoicekit.cli.lines import tell

_LABEL_WIDTH = 16
_ECHO_WIDTH = 3
_APART = " \N{MIDDLE DOT} "


class _Bar(Progress):
    """The bar, and below it a line of figures."""

    figures = Text()

    def get_renderable(self) -> RenderableType:
        return _Narrowed(Group(super().get_renderable(), self.figures))


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

    def say(self, text: str) -> None:
        """Print a line above the bar."""
        tell(self._console, text)

    def warn(self, text: str) -> None:
        """Print a line above the bar."""
        self.say(text)

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Let errors go their ordinary way."""
        yield

    @asynccontextmanager
    async def show(self, label: str, *, total: int | None) -> AsyncIterator[Callable[[JobEvent], None]]:
        """Show a bar while the block runs."""
        if not self._console.is_terminal:
            self.say(f"{label} …")
            yield self._say_pauses
            return
        # No thread of rich's own: the bar is drawn by the loop that does the work, as the job tells.
        bar = _Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[eta]}"),
            console=self._console,
            auto_refresh=False,
            expand=True,
        )
        task = bar.add_task(f"{label:{_LABEL_WIDTH}}", total=total, eta="")
        bar.start()

        def draw(event: JobEvent) -> None:
            if isinstance(event, JobProgressed):
                progress = event.progress
                bar.update(task, completed=progress.attempted, eta=_eta(progress))
                bar.figures = figures(progress)
                bar.refresh()
            elif isinstance(event, JobEnded):
                report = event.report
                took = f"in {clock_time(report.usage.seconds)}"
                bar.update(task, total=report.rows + (report.unread or 0), eta=took)
                bar.refresh()
            elif isinstance(event, JobStarted):
                bar.refresh()

        try:
            yield draw
        finally:
            bar.refresh()
            bar.stop()

    def _say_pauses(self, event: JobEvent) -> None:
        if isinstance(event, JobPaused):
            until = f"{event.resumes_at:%H:%M:%S} UTC"
            self.say(f"paused: the provider asks to wait {event.seconds:.0f} s; it goes on at {until}")


def figures(progress: Course) -> Text:
    """Return the line below the bar: the most important first, for it is cut at the terminal's edge."""
    parts: list[tuple[str, str]] = []
    if progress.resumes_at is not None:
        parts.append((f"paused by the limit, on at {_local(progress.resumes_at)}", "yellow"))
    else:
        share = progress.share_of_limit
        # A limit of an hour is spent as needed: at this moment there is no share of it to tell.
        is_paced = share is not None and (progress.limit_per_second or 0.0) >= 1
        limit = f" ({share:.0%} of {progress.limit_per_second:g}/s)" if is_paced else ""
        parts.append((f"{progress.requests_per_second:.1f} requests/s{limit}", ""))
    parts.append((f"{progress.rows_per_second:,.0f} rows/s", ""))
    parts.append((f"429s: {progress.rate_limited:,}", "" if not progress.rate_limited else "yellow"))
    parts.append((f"{progress.unknown:,} unknown", "" if not progress.unknown else "bold red"))
    line = Text(no_wrap=True, overflow="ellipsis", style="dim")
    for place, (words, style) in enumerate(parts):
        line.append(_APART if place else "  ")
        line.append(words, style=f"not dim {style}" if style else "")
    return line


def clock_time(seconds: float) -> str:
    """Write a duration as a clock shows it, e.g. ``1:23`` or ``2:05:00``."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _eta(progress: Course) -> str:
    if progress.eta_seconds is None:
        return clock_time(progress.seconds)
    return f"{clock_time(progress.eta_seconds)} left"


def _local(instant: datetime) -> str:
    return f"{instant.astimezone():%H:%M:%S}"
