"""What all bulk commands do: check the file, then plan or run."""

import asyncio
import json
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path
from typing import NoReturn, TypeVar

import attrs
import typer
from rich.console import Console

from invoicekit.adapter import Capability
from invoicekit.bulk import Inputs, Item, Job, JobExit, Plan, Standing, plan_job
from invoicekit.cli.bulk_resume import remembered
from invoicekit.cli.connection import Target
from invoicekit.cli.consent import Allowed, hint, option_of, told
from invoicekit.cli.lines import counted, tell
from invoicekit.cli.report_view import SHOWN_PROBLEMS, show_report
from invoicekit.cli.running import Finished, run_job, write_finished
from invoicekit.cli.telling import Telling
from invoicekit.errors import (
    AuthenticationError,
    NotFound,
    PermissionDenied,
    Rejected,
    UnsupportedOperation,
)
from invoicekit.service import InvoiceService

T = TypeVar("T")

Items = Iterable[Item[T]] | AsyncIterable[Item[T]]


@attrs.frozen(kw_only=True)
class BulkRun:
    """One bulk command.

    Attributes:
        name: What its rows are called.
        telling: How it is shown, and where its report goes.
        operation: The service's method, whose capability says what one call costs.
        cells: What the rows file holds of a row beside its outcome.
        variant: What tells jobs of one operation apart, for going on with the right one.
        resume, accept_changes: Whether to go on with an earlier run, and with files that changed since.
    """

    name: str
    operation: str
    target: Target
    source: Inputs
    rows_out: Path | None = None
    as_json: bool = False
    cells: tuple[str, ...] = ()
    telling: Telling = attrs.field(factory=Telling)
    variant: str = ""
    resume: bool = False
    accept_changes: bool = False

    def check_offered(self) -> Capability:
        """Return what the operation costs.

        Raises:
            UnsupportedOperation: The provider does not have it, and every row would be refused alike.
        """
        adapter = self.target.adapter_type()
        capability = adapter.capabilities.of(self.operation)
        if not capability.is_offered:
            instead = f"; instead: {capability.alternative}" if capability.alternative else ""
            raise UnsupportedOperation(
                f"{adapter.name} does not offer {self.operation} ({capability.support.value}){instead}; "
                "nothing was sent"
            )
        return capability

    def worked_out(self, items: Items[T], *, size: int | None) -> Plan:
        """Work out what would be sent; needs neither key nor network.

        Raises:
            UsageError: The input as a whole cannot be used, or there is no such provider or operation.
        """
        capability = self.check_offered()
        self.source.check()
        limit = capability.batch_limit or 1
        return plan_job(
            _in_turn(items),
            size=min(size or limit, limit),
            calls=capability.calls,
            places=self.source.places,
        )

    def plan(self, items: Items[T], *, size: int | None, allowed: Allowed | None = None) -> NoReturn:
        """Print what would be sent, and what a person must allow before.

        Raises:
            UsageError: As `worked_out`.
        """
        plan = self.worked_out(items, size=size)
        provider = self.target.adapter_type().name
        if self.as_json:
            typer.echo(json.dumps(_as_json(plan, allowed or Allowed()), indent=2))
        else:
            _show_plan(Console(), self.name, plan, allowed or Allowed(), provider=provider)
        raise typer.Exit(JobExit.REJECTED if plan.rejected else JobExit.DONE)

    def run(self, items: Items[T], start: Callable[[InvoiceService, Items[T]], Job[T]]) -> NoReturn:
        """Carry the job out and print its report.

        Args:
            items: Its rows.
            start: Makes the job of those that are left.

        Raises:
            InvoiceKitError: It could not begin, or its input cannot be used.
        """
        with self.telling.display.failing():
            self._run(items, start)

    def _run(self, items: Items[T], start: Callable[[InvoiceService, Items[T]], Job[T]]) -> NoReturn:
        self.telling.check()
        self.check_offered()
        total = self.source.check() or None
        finished = asyncio.run(self._carry_out(items, start, total))
        if finished.input_failure is not None and not finished.report.rows:
            raise finished.input_failure
        if self.as_json:
            typer.echo(json.dumps(finished.report.as_json(), indent=2))
        else:
            rows_out = None if self.rows_out is None else str(self.rows_out)
            show_report(
                Console(),
                self.name,
                finished,
                rows_out=rows_out,
                can_verify=self.operation == "mark_time_entries",
            )
        write_finished(
            self.telling.report, title=f"{self.telling.title} {self.source.name}", finished=[finished]
        )
        if finished.input_failure is not None and not finished.report.count(Standing.UNKNOWN):
            raise finished.input_failure
        raise typer.Exit(finished.report.exit_code())

    async def _carry_out(
        self, items: Items[T], start: Callable[[InvoiceService, Items[T]], Job[T]], total: int | None
    ) -> Finished:
        bars = self.telling.display
        journal = self.target.journal_file()
        bars.say(f"Journal: {journal}")
        async with self.target.service() as service:
            identity = (self.operation, self.variant, service.provider, service.account)
            with remembered(
                self.source, journal, *identity, resume=self.resume, accept_changes=self.accept_changes
            ) as state:
                if state is not None and state.found:
                    bars.say(f"Going on: {state.found:,} had ended in earlier runs.")
                await _learn_limits(service)
                finished = await run_job(
                    start(service, items if state is None else state.going_on(items)),
                    label=self.name,
                    bars=bars,
                    total=total,
                    rows_out=self.rows_out,
                    cells=self.cells,
                    places=self.source.places if len(self.source.sources) > 1 else None,
                    report_to=self.telling.report,
                    state=state,
                )
                if state is not None and finished.is_whole:
                    state.finish()
                return finished


async def _learn_limits(service: InvoiceService) -> None:
    """Ask the provider for the limits of this account; a job can do without the answer, not without access.

    Raises:
        AuthenticationError, PermissionDenied, NotFound: Every row would be refused for the same reason.
    """
    try:
        await service.probe()
    except (AuthenticationError, PermissionDenied, NotFound):
        raise
    except Rejected:
        return


def _in_turn(items: Items[T]) -> Iterator[Item[T]]:
    """Read a pipe's rows, too, without a running loop."""
    if isinstance(items, Iterable):
        yield from items
        return
    rows = aiter(items)
    with asyncio.Runner() as runner:
        while (item := runner.run(_next(rows))) is not None:
            yield item


async def _next(rows: AsyncIterator[Item[T]]) -> Item[T] | None:
    return await anext(rows, None)


def _as_json(plan: Plan, allowed: Allowed) -> dict[str, object]:
    consents = [
        {
            **need.as_json(),
            "option": option_of(need.consent),
            "is_decided": allowed.decides(need.consent),
        }
        for need in plan.consents
    ]
    return {**plan.as_json(), "consents": consents}


def _show_plan(console: Console, name: str, plan: Plan, allowed: Allowed, *, provider: str) -> None:
    counts = f"{plan.to_send:,} to send, {plan.duplicates:,} repeated, {plan.rejected:,} unusable"
    tell(console, f"{counted(plan.rows, name)}: {counts}")
    tell(console, f"About {counted(plan.requests, 'requests')}. Nothing was sent.")
    for need in plan.consents:
        tell(console, f"{told(need, provider=provider)}: {hint(need, allowed)}", indent=2)
    shown = plan.problems[:SHOWN_PROBLEMS]
    for problem in shown:
        tell(console, problem, indent=2)
    if plan.rejected > len(shown):
        tell(console, f"… and {plan.rejected - len(shown):,} more; --json lists the first 200", indent=2)
