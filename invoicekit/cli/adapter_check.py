"""`invoicekit adapter check`: an adapter before every rule of the contract, outside of pytest."""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from invoicekit.bulk import JobExit
from invoicekit.cli.connection import parse_settings
from invoicekit.cli.lines import tell
from invoicekit.errors import UsageError
from invoicekit.testing import (
    RULES,
    ContractReport,
    Judgement,
    Record,
    Subject,
    Tier,
    Verdict,
    is_path,
    record,
    rule_of,
    run_contract,
    subject_at,
)

_MARKS = {
    Verdict.HOLDS: "holds",
    Verdict.BROKEN: "BROKEN",
    Verdict.EXEMPT: "exempt",
    Verdict.NOT_APPLICABLE: "does not speak of it",
}
_SAID_APART = (Verdict.EXEMPT, Verdict.NOT_APPLICABLE)
_MANY = 3
"""So many rules that end in one error are told together."""


def check(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME|PATH",
            help="An installed adapter with a simulator, e.g. clockify, or with a store, e.g. local; or its "
            "distribution's folder, or a file that holds both.",
        ),
    ],
    rules: Annotated[
        list[str] | None, typer.Option("--rule", metavar="ID", help="Only this rule; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Draws what is drawn; a report names it.")] = 0,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting that the simulator does not say."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    keep: Annotated[
        bool,
        typer.Option(
            "--record", help="Write the tier into the adapter's package, for users to see in `providers`."
        ),
    ] = False,
) -> None:
    """Judge an adapter by its provider's ledger: what it must do, what it did, why it matters.

    Exits with 1 where a rule is broken.
    """
    chosen = tuple(map(rule_of, rules)) if rules else RULES
    given = parse_settings(settings or ())
    subject = subject_at(Path(name), **given) if is_path(name) else Subject.installed(name, **given)
    if not subject.can_be_judged:
        raise UsageError(
            f"{name} has no simulator to judge it by: offer one under the entry points "
            "invoicekit.simulators; for books on this machine a store, under invoicekit.stores"
        )
    if keep and rules:
        raise UsageError("--record is for the whole contract; leave --rule out")
    report = run_contract(subject, rules=chosen, seed=seed)
    if as_json:
        typer.echo(json.dumps(_as_json(report), indent=2))
    else:
        _show(Console(emoji=False), report, asked=name)
    if keep:
        path = record(subject.adapter, Record.of(report))
        typer.echo(f"Recorded in {path}.", err=as_json)
    raise typer.Exit(JobExit.DONE if report.is_conformant else JobExit.REJECTED)


def _show(console: Console, report: ContractReport, *, asked: str) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    judged = [one for one in report.judgements if one.verdict not in _SAID_APART]
    widths = (
        len(Tier.PLATINUM.value),
        max((len(one.rule.id) for one in judged), default=0),
        len(_MARKS[Verdict.BROKEN]),
    )
    for column, width in zip(("tier", "rule", ""), widths, strict=True):
        table.add_column(column, min_width=width, no_wrap=True)
    table.add_column("what it says")
    left = max(console.width - sum(widths) - 2 * len(widths), 12)
    for one in judged:
        style = "bold red" if one.fails else ""
        title = Text(one.rule.title)
        title.truncate(left, overflow="ellipsis")
        table.add_row(one.rule.tier.value, one.rule.id, Text(_MARKS[one.verdict], style=style), title)
    if table.row_count:
        console.print(table)
    for verdict in _SAID_APART:
        for reason, ids in _by_reason(report, verdict).items():
            tell(console, f"{_MARKS[verdict]}: {', '.join(ids)}")
            tell(console, reason, indent=2)
    broken = [one for one in report.judgements if one.verdict is Verdict.BROKEN]
    causes = Counter(one.said for one in broken if one.place)
    for one in broken:
        if causes[one.said] < _MANY:
            console.print()
            _explain(console, one, asked=asked)
    for said in [said for said, count in causes.items() if count >= _MANY]:
        console.print()
        _explain_cause(console, [one for one in broken if one.said == said], asked=asked)
    console.print()
    failing = sum(one.fails for one in report.judgements)
    count = len(report.judgements)
    reached = report.tier.value if report.tier is not None else "no tier"
    how = "every rule that applies holds" if not failing else f"{failing} of {count} rules are broken"
    tell(console, f"{report.adapter}: {how}; tier: {reached} (seed {report.seed}).")


def _by_reason(report: ContractReport, verdict: Verdict) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in report.judgements:
        if one.verdict is verdict:
            found.setdefault(one.said, []).append(one.rule.id)
    return found


def _explain_cause(console: Console, ended: list[Judgement], *, asked: str) -> None:
    """Tell one error once, however many rules it kept from being tried."""
    first = ended[0]
    tell(console, f"{len(ended)} rules end in the same error: {first.said}")
    for place in sorted({one.place for one in ended}):
        tell(console, f"at {place}", indent=2)
    tell(console, "mend this first: it says nothing of the rules, which could not be tried", indent=2)
    tell(console, f"rules: {', '.join(one.rule.id for one in ended)}", indent=2)
    tell(console, f"again: invoicekit adapter check {asked} --rule {first.rule.id}", indent=2)


def _explain(console: Console, one: Judgement, *, asked: str) -> None:
    tell(console, f"{one.rule.id}: {one.said}")
    if one.place:
        tell(console, f"at {one.place}", indent=2)
    tell(console, f"why it matters: {one.rule.why}", indent=2)
    tell(console, f"what such a bug looks like: {one.rule.bug}", indent=2)
    if one.sent:
        tell(console, "what reached the provider:", indent=2)
        for line in one.sent:
            tell(console, line, indent=4)
    tell(console, f"again: invoicekit adapter check {asked} --rule {one.rule.id}", indent=2)


def _as_json(report: ContractReport) -> dict[str, object]:
    return {
        "adapter": report.adapter,
        "is_conformant": report.is_conformant,
        "tier": None if report.tier is None else report.tier.value,
        "seed": report.seed,
        "level": report.level,
        "rules": [
            {
                "id": one.rule.id,
                "title": one.rule.title,
                "tier": one.rule.tier.value,
                "verdict": one.verdict.value,
                "said": one.said,
                "sent": list(one.sent),
                "place": one.place,
                "why": one.rule.why,
            }
            for one in report.judgements
        ],
    }
