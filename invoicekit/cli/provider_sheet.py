"""One provider alone: everything it declares, with the notes."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from invoicekit.adapter import Capabilities
from invoicekit.cli import provider_words as words
from invoicekit.cli.provider_matrix import operations_of

_PADDING = (0, 2, 0, 0)


def show_sheet(console: Console, capabilities: Capabilities) -> None:
    """Print operations, notes, statuses, fields, lists and limits."""
    console.print(_operations(capabilities))
    _heading(console, "notes")
    console.print(_pairs(_notes(capabilities)))
    _heading(console, "statuses")
    console.print(_statuses(capabilities))
    if capabilities.fields:
        _heading(console, "fields")
        console.print(_fields(capabilities))
    _heading(console, "the rest")
    console.print(_pairs(_rest(capabilities)))


def _heading(console: Console, text: str) -> None:
    console.print(f"\n[bold]{text}[/bold]", highlight=False)


def _operations(capabilities: Capabilities) -> Table:
    head = ("operation", "support", "requests", "repeat told by", "doubt settled by")
    table = Table(*head, box=None, pad_edge=False, padding=_PADDING)
    table.columns[0].no_wrap = True
    for operation in operations_of([capabilities]):
        capability = capabilities.of(operation)
        support = capability.support.value + (" !" if capabilities.is_destructive(operation) else "")
        row = (operation, support, words.cost(capability), words.repeat(capability), capability.read_back)
        table.add_row(*map(escape, row))
    return table


def _notes(capabilities: Capabilities) -> list[tuple[str, str]]:
    notes = []
    for operation in operations_of([capabilities]):
        capability = capabilities.of(operation)
        instead = f"instead: {capability.alternative}" if capability.alternative else ""
        note = "; ".join(part for part in (capability.note, instead) if part)
        if note:
            notes.append((operation, note))
    return notes


def _statuses(capabilities: Capabilities) -> Table:
    table = Table("word", "means", "how", "needs consent", box=None, pad_edge=False, padding=_PADDING)
    for rule in capabilities.statuses:
        losses = ", ".join(sorted(rule.destroys_payments_from)) if rule.is_settable else ""
        consent = f"payments may be lost from {losses}" if losses else ""
        if rule.is_irreversible:
            consent = "; ".join(part for part in (consent, "irreversible") if part)
        table.add_row(*map(escape, (rule.raw, rule.status.value, rule.via, consent)))
    return table


def _fields(capabilities: Capabilities) -> Table:
    head = ("of", "not carried", "may be given", "on the wire")
    table = Table(*head, box=None, pad_edge=False, padding=_PADDING)
    for fields in capabilities.fields:
        missing = ", ".join(sorted(fields.unsupported)) if fields.carried else "all"
        table.add_row(
            fields.model.__name__, missing, ", ".join(sorted(fields.writable)), words.scales(fields)
        )
    return table


def _rest(capabilities: Capabilities) -> list[tuple[str, str]]:
    limits, webhooks = capabilities.limits, capabilities.webhooks
    rows = [(f"{operation} by", names) for operation, names in words.filters(capabilities)]
    rows += [("rate limits", words.rates(limits)), ("pages", words.pages(limits))]
    if limits is not None and limits.note:
        rows.append(("limits", limits.note))
    rows.append(("webhooks", words.hooks(webhooks)))
    if webhooks is not None:
        rows.append(("proof", "; ".join(part for part in (webhooks.proof, webhooks.note) if part)))
    return rows


def _pairs(rows: list[tuple[str, str]]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=_PADDING)
    table.add_column(no_wrap=True)
    for row in rows:
        table.add_row(*map(escape, row))
    return table
