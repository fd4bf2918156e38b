"""`invoicekit providers`: what is installed, and what it can do."""

import json
from typing import Annotated

import attrs
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from invoicekit.adapter import Capabilities, Support
from invoicekit.errors import UsageError
from invoicekit.registry import Installed, Registry


@attrs.frozen(kw_only=True)
class Found:
    """One installed provider, looked at.

    Attributes:
        problem: Why it cannot be used; empty where it can.
    """

    installed: Installed
    capabilities: Capabilities | None = None
    has_simulator: bool = False
    problem: str = ""


def providers(
    name: Annotated[str | None, typer.Argument(help="Show this one alone, with notes.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the installed providers and what each can do."""
    registry = Registry()
    if name is not None:
        registry.adapter(name)
    simulators = {simulator.name for simulator in registry.simulators()}
    found = [
        _look_at(registry, installed, has_simulator=installed.name in simulators)
        for installed in registry.installed()
        if name in (None, installed.name)
    ]
    if as_json:
        typer.echo(json.dumps([_as_json(one) for one in found], indent=2))
        return
    console = Console()
    if not found:
        console.print("No provider is installed.")
    for one in found:
        _show(console, one, is_detailed=name is not None)


def _look_at(registry: Registry, installed: Installed, *, has_simulator: bool) -> Found:
    if installed.problem:
        return Found(installed=installed, problem=installed.problem)
    try:
        capabilities = registry.adapter(installed.name).capabilities
    except UsageError as failure:
        return Found(installed=installed, problem=str(failure))
    return Found(installed=installed, capabilities=capabilities, has_simulator=has_simulator)


def _as_json(found: Found) -> dict[str, object]:
    capabilities = found.capabilities
    return {
        "name": found.installed.name,
        "distribution": found.installed.distribution,
        "version": found.installed.version,
        "problem": found.problem,
        "has_simulator": found.has_simulator,
        "operations": {
            operation: {
                "support": capability.support.value,
                "calls": capability.calls,
                "batch_limit": capability.batch_limit,
                "note": capability.note,
                "alternative": capability.alternative,
            }
            for operation, capability in sorted(capabilities.operations.items())
        }
        if capabilities
        else {},
        "statuses": [
            {"raw": rule.raw, "status": rule.status.value, "is_settable": rule.is_settable, "via": rule.via}
            for rule in (capabilities.statuses if capabilities else ())
        ],
    }


def _show(console: Console, found: Found, *, is_detailed: bool) -> None:
    name = found.installed.name or "(nameless)"
    console.print(f"[bold]{escape(name)}[/bold]  {escape(found.installed.origin)}", highlight=False)
    if found.problem:
        console.print(f"  cannot be used: {escape(found.problem)}", highlight=False, soft_wrap=True)
        return
    if found.capabilities is None:
        return
    if is_detailed:
        console.print(_table(found.capabilities))
        return
    for support in Support:
        names = sorted(
            operation
            for operation, capability in found.capabilities.operations.items()
            if capability.support is support
        )
        if names:
            console.print(f"  {support.value}: {', '.join(names)}", highlight=False)
    if found.has_simulator:
        console.print(f"  simulator: invoicekit simulate {escape(name)}", highlight=False)


def _table(capabilities: Capabilities) -> Table:
    table = Table("operation", "support", "requests", "note", box=None, pad_edge=False)
    for operation, capability in sorted(capabilities.operations.items()):
        instead = f"instead: {capability.alternative}" if capability.alternative else ""
        note = "; ".join(part for part in (capability.note, instead) if part)
        calls = str(capability.calls) if capability.is_offered else ""
        table.add_row(operation, capability.support.value, calls, escape(note))
    return table
