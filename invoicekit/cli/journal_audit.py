"""`invoicekit journal audit`: whether what was recorded as paid stands at the provider, once."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from invoicekit.bulk import JobExit
from invoicekit.cli.connection import Target
from invoicekit.cli.failure import explain
from invoicekit.cli.journal import JournalOption, existing
from invoicekit.cli.lines import counted, tell
from invoicekit.cli.option_groups import AccountOptions, grouped
from invoicekit.cli.options import (
    JsonOption,
)
from invoicekit.errors import UsageError
from invoicekit.model import Payment
from invoicekit.service import AuditedPayment, PaymentAudit, Standing

_UNCUT = 10_000
_TO_LOOK_AT = frozenset({Standing.TWICE, Standing.MISSING, Standing.DIFFERENT, Standing.UNFINISHED})


@grouped
def audit(
    *,
    first: Annotated[
        str | None, typer.Option("--since", metavar="DAY", help="Only payments settled on this day or later.")
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--until", metavar="DAY", help="Only payments settled on this day or before."),
    ] = None,
    journal: JournalOption = None,
    account: AccountOptions,
    as_json: JsonOption = False,
) -> None:
    """Compare the payments on record with the provider's own lists.

    It sends reads alone, one list an invoice, and names each payment that stands twice, is missing, or has
    another amount. One found twice is in doubt from then on: delete what is too much at the provider, then
    settle it with `journal resolve`. Days are UTC.
    """
    since, until = _day("--since", first), _day("--until", last)
    if until is not None:
        until += timedelta(days=1)
    target = account.target(journal=journal)
    existing(target.journal_file())
    audited = asyncio.run(_audited(target, since, until))
    if as_json:
        typer.echo(json.dumps(_as_json(audited)))
    else:
        _show(Console(emoji=False), audited)
    standings = {finding.standing for finding in audited.findings}
    if standings & _TO_LOOK_AT or audited.unsettled:
        raise typer.Exit(JobExit.IN_DOUBT)
    if standings:
        raise typer.Exit(JobExit.REJECTED)


async def _audited(target: Target, since: datetime | None, until: datetime | None) -> PaymentAudit:
    console = Console(stderr=True, emoji=False)
    async with target.service() as service:
        if not console.is_terminal:
            return await service.audit_payments(since=since, until=until)
        with console.status("reading the journal") as status:
            return await service.audit_payments(
                since=since,
                until=until,
                on_progress=lambda done, all_: status.update(f"{done:,} of {counted(all_, 'invoices')} read"),
            )


def _day(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} is a day such as 2026-11-30, not {text!r}") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _show(console: Console, audited: PaymentAudit) -> None:
    counts = ", ".join(
        f"{audited.counts[standing]:,} {standing.value}"
        for standing in Standing
        if audited.counts.get(standing) or standing is Standing.ONCE
    )
    looked = f"{counted(audited.payments, 'payments')} of {counted(audited.invoices, 'invoices')} looked at"
    tell(console, f"{looked}: {counts}.")
    if audited.unsettled:
        tell(
            console,
            f"{counted(audited.unsettled, 'payments')} in doubt beside these: see `invoicekit journal list`.",
        )
    if not audited.findings:
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("stands", no_wrap=True)
    for name in ("reference", "invoice", "asked", "found"):
        table.add_column(name, overflow="fold")
    for finding in audited.findings:
        table.add_row(
            finding.standing.value,
            escape(finding.reference or f"outside this audit: {finding.marker}"),
            escape(finding.invoice_id),
            "" if finding.asked is None else str(finding.asked),
            escape(_found(finding)),
        )
    if not console.is_terminal:
        console.width = _UNCUT
    console.print(table)


def _found(finding: AuditedPayment) -> str:
    if finding.error is not None:
        return explain(finding.error)
    if finding.standing is Standing.UNREAD:
        return "neither its id nor a marker is on record"
    if finding.found:
        return _listed(finding.found)
    parts = ["nothing"]
    if finding.alike:
        parts.append(f"alike, without our marker: {_listed(finding.alike)}")
    if finding.evidence:
        parts.append(f"on record: {finding.evidence}")
    return "; ".join(parts)


def _listed(payments: Sequence[Payment]) -> str:
    return ", ".join(f"{payment.amount} ({payment.id or 'no id'})" for payment in payments)


def _as_json(audited: PaymentAudit) -> dict[str, object]:
    return {
        "payments": audited.payments,
        "invoices": audited.invoices,
        "in_doubt": audited.unsettled,
        "counts": {standing.value: audited.counts.get(standing, 0) for standing in Standing},
        "findings": [
            {
                "stands": finding.standing.value,
                "reference": finding.reference,
                "marker": finding.marker,
                "invoice_id": finding.invoice_id,
                "asked": None if finding.asked is None else str(finding.asked),
                "found": [{"id": payment.id, "amount": str(payment.amount)} for payment in finding.found],
                "alike": [{"id": payment.id, "amount": str(payment.amount)} for payment in finding.alike],
                "on_record": finding.evidence,
                "why": "" if finding.error is None else explain(finding.error),
            }
            for finding in audited.findings
        ],
    }
