"""`invoicekit providers`: what is installed, and what it can do."""

import json
from typing import Annotated

import attrs
import typer
from rich.console import Console
from rich.markup import escape

from invoicekit.adapter import Capabilities, Capability, Fields, Limits
from invoicekit.cli import provider_words as words
from invoicekit.cli.guarantees import guarantees_markdown, show_guarantees
from invoicekit.cli.provider_matrix import markdown, matrix, show_legend
from invoicekit.cli.provider_sheet import show_sheet
from invoicekit.errors import UsageError
from invoicekit.registry import Installed, Registry
from invoicekit.testing import Record, recorded


@attrs.frozen(kw_only=True)
class Found:
    """One installed provider, looked at.

    Attributes:
        record: How it stood before the contract when it was released; None where nobody wrote it down.
        problem: Why it cannot be used; empty where it can.
    """

    installed: Installed
    capabilities: Capabilities | None = None
    has_simulator: bool = False
    record: Record | None = None
    problem: str = ""


def providers(
    name: Annotated[str | None, typer.Argument(help="Show this one alone, with notes.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the table as Markdown.")] = False,
    of_guarantees: Annotated[
        bool, typer.Option("--guarantees", help="Show what each write promises, and on what it rests.")
    ] = False,
) -> None:
    """List the installed providers and what each can do, side by side."""
    if as_json and (as_markdown or of_guarantees):
        raise UsageError("--json holds everything: give it alone")
    found = _found(name)
    if as_json:
        typer.echo(json.dumps([_as_json(one) for one in found], indent=2))
        return
    usable = {one.installed.name: one.capabilities for one in found if one.capabilities is not None}
    if as_markdown:
        typer.echo(guarantees_markdown(usable) if of_guarantees else markdown(usable))
        return
    console = Console(emoji=False)
    if of_guarantees:
        show_guarantees(console, usable)
        return
    if not found:
        console.print("No provider is installed.")
    for one in found:
        _show_origin(console, one)
    if name is not None:
        for capabilities in usable.values():
            console.print()
            show_sheet(console, capabilities)
    elif usable:
        console.print()
        console.print(matrix(usable, width=console.width))
        console.print()
        show_legend(console, usable)


def _found(name: str | None) -> list[Found]:
    registry = Registry()
    if name is not None:
        registry.adapter(name)
    simulators = {simulator.name for simulator in registry.simulators()}
    return [
        _look_at(registry, installed, has_simulator=installed.name in simulators)
        for installed in registry.installed()
        if name in (None, installed.name)
    ]


def _look_at(registry: Registry, installed: Installed, *, has_simulator: bool) -> Found:
    if installed.problem:
        return Found(installed=installed, problem=installed.problem)
    try:
        adapter = registry.adapter(installed.name)
    except UsageError as failure:
        return Found(installed=installed, problem=str(failure))
    return Found(
        installed=installed,
        capabilities=adapter.capabilities,
        has_simulator=has_simulator,
        record=recorded(adapter),
    )


def _show_origin(console: Console, found: Found) -> None:
    name = escape(found.installed.name or "(nameless)")
    console.print(f"[bold]{name}[/bold]  {escape(found.installed.origin)}", highlight=False)
    if found.problem:
        console.print(f"  cannot be used: {escape(found.problem)}", highlight=False, soft_wrap=True)
        return
    told = "not judged, or its release does not say" if found.record is None else str(found.record)
    console.print(f"  contract: {escape(told)}", highlight=False)
    for rule, reason in () if found.record is None else sorted(found.record.exemptions.items()):
        console.print(f"    exempt from {escape(rule)}: {escape(reason)}", highlight=False, soft_wrap=True)
    if found.has_simulator:
        console.print(f"  simulator: invoicekit simulate {name}", highlight=False)


def _as_json(found: Found) -> dict[str, object]:
    told = found.capabilities or Capabilities(operations={})
    return {
        "name": found.installed.name,
        "distribution": found.installed.distribution,
        "version": found.installed.version,
        "problem": found.problem,
        "has_simulator": found.has_simulator,
        "contract": None if found.record is None else attrs.asdict(found.record),
        "operations": {
            operation: {
                **_capability(capability),
                "is_destructive": told.is_destructive(operation),
            }
            for operation, capability in sorted(told.operations.items())
        },
        "statuses": [
            {
                "raw": rule.raw,
                "status": rule.status.value,
                "is_settable": rule.is_settable,
                "is_irreversible": rule.is_irreversible,
                "destroys_payments_from": sorted(rule.destroys_payments_from),
                "via": rule.via,
            }
            for rule in told.statuses
        ],
        "fields": {fields.model.__name__: _fields(fields) for fields in told.fields},
        "limits": _limits(told.limits) if told.limits else None,
        "webhooks": attrs.asdict(told.webhooks) if told.webhooks else None,
    }


def _capability(capability: Capability) -> dict[str, object]:
    return {
        "support": capability.support.value,
        "calls": capability.calls,
        "calls_each": capability.calls_each,
        "batch_limit": capability.batch_limit,
        "effect": capability.effect.value,
        "idempotency": capability.idempotency.value if capability.idempotency else None,
        "read_back": capability.read_back,
        "sends": [operation.name for operation in capability.sends],
        "filters": sorted(capability.filters),
        "note": capability.note,
        "alternative": capability.alternative,
    }


def _fields(fields: Fields) -> dict[str, object]:
    return {
        "carried": sorted(fields.carried),
        "unsupported": sorted(fields.unsupported),
        "writable": sorted(fields.writable),
        "scales": {name: words.scale(scale) for name, scale in sorted(fields.scales.items())},
    }


def _limits(limits: Limits) -> dict[str, object]:
    return {
        "windows": {
            who: [attrs.asdict(window) for window in windows] for who, windows in limits.windows.items()
        },
        "page_size": limits.page_size,
        "most_page_size": limits.most_page_size,
        "note": limits.note,
    }
