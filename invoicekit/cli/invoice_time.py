"""`invoicekit invoice-time`: from tracked time to a draft invoice."""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import attrs
import typer
from rich.console import Console

from invoicekit.billing import BilledTime, RoundedPer, TimePlan, TimeTerms, read_plan
from invoicekit.bulk import JobExit
from invoicekit.cli.connection import Target
from invoicekit.cli.lines import tell
from invoicekit.cli.option_groups import WorkOptions, grouped
from invoicekit.cli.time_file import read_time
from invoicekit.cli.time_plan_view import billed_as_json, plan_as_json, show_billed, show_plan
from invoicekit.cli.time_plans import drop, finish, keep, plan_path
from invoicekit.cli.time_terms import TermOptions, differences, today
from invoicekit.clock import SystemClock
from invoicekit.errors import ReferenceReused, UsageError
from invoicekit.model import TimeGrouping
from invoicekit.service import InvoiceService


@grouped
def invoice_time(
    *,
    number: Annotated[str, typer.Option("--number", help="Of the new invoice; what a rerun finds it by.")],
    customer: Annotated[str, typer.Option("--customer", metavar="ID", help="Whom to invoice.")],
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="The first day of the period.")],
    after: Annotated[str, typer.Option("--to", metavar="DAY", help="The day after its last.")],
    currency: Annotated[str, typer.Option("--currency", help="Of the invoice, e.g. EUR.")],
    account: WorkOptions,
    project: Annotated[
        list[str] | None, typer.Option("--project", metavar="ID", help="Only these; may be repeated.")
    ] = None,
    group_by: Annotated[TimeGrouping, typer.Option("--group-by", help="What becomes a line.")] = (
        TimeGrouping.PROJECT
    ),
    round_to: Annotated[
        str | None, typer.Option("--round", metavar="HOW:MIN", help="up, nearest or down; e.g. up:15.")
    ] = None,
    round_per: Annotated[RoundedPer, typer.Option("--round-per", help="Entries, or whole lines.")] = (
        RoundedPer.ENTRY
    ),
    rate: Annotated[str | None, typer.Option("--rate", help="One hourly rate for all entries.")] = None,
    tax: Annotated[str | None, typer.Option("--tax", help="Percent on the whole invoice.")] = None,
    zone: Annotated[
        str | None, typer.Option("--zone", help="Whose midnight ends a day; else the account's, else UTC.")
    ] = None,
    issue_date: Annotated[str | None, typer.Option("--issue-date", metavar="DAY", help="Else today.")] = None,
    due_date: Annotated[
        str | None, typer.Option("--due-date", metavar="DAY", help="Else 30 days on.")
    ] = None,
    subject: Annotated[str | None, typer.Option("--subject")] = None,
    note: Annotated[str | None, typer.Option("--note")] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="The provider's item type, where its lines need one.")
    ] = None,
    entries: Annotated[
        str | None,
        typer.Option(
            "--entries",
            metavar="FILE",
            help="The time itself, for a provider that tracks none: CSV or JSONL with time_entry_id, start, "
            "hours and perhaps project, user, task, description, hourly_rate.",
        ),
    ] = None,
    tracker: Annotated[
        str | None,
        typer.Option("--tracker", metavar="PROFILE", help="Where the time is tracked, if elsewhere."),
    ] = None,
    tracked_customer: Annotated[
        str | None, typer.Option("--tracked-customer", metavar="ID", help="The customer's id there.")
    ] = None,
    plan_file: Annotated[
        Path | None,
        typer.Option("--plan", metavar="PATH", help="Where the plan is kept; else in your state folder."),
    ] = None,
    plan_again: Annotated[
        bool, typer.Option("--plan-again", help="Do not go on with a plan that is kept; make a new one.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan; write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before the draft is made.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back the draft that this plan made.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Invoice tracked time: find it, show the invoice, make the draft, and look whether all of it agrees.

    The plan is kept: run the same command again after an interruption, and it goes on where it was, with
    nothing billed twice. Without a terminal it needs --yes.
    """
    options = TermOptions(
        number=number,
        customer=customer,
        first=first,
        after=after,
        currency=currency,
        zone=zone,
        projects=project or (),
        group_by=group_by,
        round_to=round_to,
        round_per=round_per,
        rate=rate,
        tax=tax,
        issue_date=issue_date,
        due_date=due_date,
        subject=subject,
        note=note,
        kind=kind,
    )
    target = account.work()
    billing = Billing(
        options=options,
        target=target,
        tracker=None
        if tracker is None
        else attrs.evolve(target, provider=None, profile=tracker, settings={}),
        tracked_customer=tracked_customer,
        entries=entries,
        plan_file=plan_file,
        plan_again=plan_again,
        as_json=as_json,
    )
    if undo:
        asyncio.run(billing.undo())
    asyncio.run(billing.run(dry_run=dry_run, yes=yes))


@attrs.frozen(kw_only=True)
class Billing:
    """One run of the command."""

    options: TermOptions
    target: Target
    tracker: Target | None
    tracked_customer: str | None
    entries: str | None
    plan_file: Path | None
    plan_again: bool
    as_json: bool

    async def run(self, *, dry_run: bool, yes: bool) -> None:
        """Plan or go on with a plan, ask, carry it out, and tell.

        Raises:
            Exit: Always, with the code of what became of it.
        """
        async with AsyncExitStack() as stack:
            service, tracker = await self._connect(stack)
            kept = self._file(service)
            plan = self._kept(kept)
            if plan is None:
                plan = await self._plan(service, tracker, await self._terms(tracker or service))
            else:
                await self._go_on(service, plan, kept)
            if not self.as_json:
                show_plan(Console(emoji=False), plan)
            if dry_run or not plan.lines:
                self._end_of_dry_run(plan)
            self._ask(plan, yes=yes)
            earlier = read_plan(kept) if kept.exists() else None
            keep(plan, kept)
            try:
                billed = await service.invoice_time_entries(plan, tracker=tracker)
            except ReferenceReused:
                if earlier is not None:
                    keep(earlier, kept)  # its draft is the one that exists
                raise
            if billed.agrees:
                finish(kept, journal=self.target.journal_file())
        self._tell(billed)

    async def undo(self) -> None:
        """Take the draft of a kept plan back.

        Raises:
            UsageError: No plan is kept under this number.
            Exit: Always.
        """
        async with AsyncExitStack() as stack:
            service, tracker = await self._connect(stack)
            kept = self._file(service)
            if not kept.exists():
                raise UsageError(f"no plan is kept in {kept}: name it with --plan; nothing was sent")
            taken = await service.release_time_entries(read_plan(kept), tracker=tracker)
        drop(kept)
        number = self.options.number
        typer.echo(
            f"There is no invoice {number}; nothing to take back."
            if taken is None
            else f"Draft {number} is gone; its time can be billed again, under another number."
        )
        raise typer.Exit(JobExit.DONE)

    async def _connect(self, stack: AsyncExitStack) -> tuple[InvoiceService, InvoiceService | None]:
        service = await stack.enter_async_context(self.target.service())
        other = None if self.tracker is None else await stack.enter_async_context(self.tracker.service())
        return service, other

    async def _terms(self, tracker: InvoiceService) -> TimeTerms:
        zone = self.options.zone_of(None if self.options.zone else await tracker.probe())
        return self.options.terms(zone=zone, today=today(zone, SystemClock().now()))

    async def _go_on(self, service: InvoiceService, plan: TimePlan, kept: Path) -> None:
        """Say that a kept plan is gone on with, where a file with the time still gives it.

        Raises:
            UsageError: The file changed since; nothing was sent.
        """
        if not self.as_json:
            tell(Console(stderr=True), f"Going on with the plan in {kept}; --plan-again makes a new one.")
        if self.entries and (await self._plan(service, None, plan.terms)).digest != plan.digest:
            raise UsageError(
                f"{self.entries} is not what it was when the plan in {kept} was made; put it back to go on "
                "with that plan, or --plan-again to make a new one; nothing was sent"
            )

    async def _plan(
        self, service: InvoiceService, tracker: InvoiceService | None, terms: TimeTerms
    ) -> TimePlan:
        given = None if self.entries is None else read_time(self.entries, currency=terms.currency)
        return await service.plan_time_invoice(
            terms, tracker=tracker, tracked_customer_id=self.tracked_customer, entries=given
        )

    def _file(self, service: InvoiceService) -> Path:
        if self.plan_file is not None:
            return self.plan_file
        return plan_path(service.provider, service.account, self.options.number)

    def _kept(self, path: Path) -> TimePlan | None:
        if self.plan_again or not path.exists():
            return None
        plan = read_plan(path)
        if plan.terms.number != self.options.number:
            raise UsageError(
                f"{path} holds the plan of invoice {plan.terms.number}; name another with --plan"
            )
        zone = self.options.zone_of(None) if self.options.zone else plan.terms.zone
        changed = differences(plan.terms, self.options.terms(zone=zone, today=plan.terms.issue_date))
        if changed:
            raise UsageError(
                f"a plan for invoice {plan.terms.number} is kept in {path}, and these options ask for "
                f"another one ({'; '.join(changed)}); give the same options to go on with it, or "
                "--plan-again to make a new one"
            )
        return plan

    def _end_of_dry_run(self, plan: TimePlan) -> None:
        if self.as_json:
            typer.echo(json.dumps(plan_as_json(plan), indent=2))
        elif not plan.lines:
            typer.echo("There is no time to bill; nothing was written.")
        else:
            typer.echo("Nothing was written.")
        needs_somebody = any(each.needs_attention for each in plan.left_out)
        raise typer.Exit(JobExit.REJECTED if needs_somebody else JobExit.DONE)

    def _ask(self, plan: TimePlan, *, yes: bool) -> None:
        if yes:
            return
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UsageError(
                "the draft is made only with --yes where nobody can be asked; nothing was written"
            )
        sys.stderr.write(f"Type {plan.terms.number} to make this draft; anything else stops: ")
        sys.stderr.flush()
        if sys.stdin.readline().strip() != plan.terms.number:
            raise UsageError("that was not allowed; nothing was written")

    def _tell(self, billed: BilledTime) -> None:
        if self.as_json:
            typer.echo(json.dumps(billed_as_json(billed), indent=2))
        else:
            show_billed(Console(emoji=False), billed)
        needs_somebody = any(each.needs_attention for each in billed.plan.left_out)
        raise typer.Exit(JobExit.DONE if billed.agrees and not needs_somebody else JobExit.REJECTED)
