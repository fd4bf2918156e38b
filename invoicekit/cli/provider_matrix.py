"""All providers side by side: what each can do, at what cost, for a terminal and for a document."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from invoicekit.adapter import Capabilities
from invoicekit.cli import provider_words as words

_ORDER = (
    "get_invoice",
    "find_invoice",
    "list_invoices",
    "create_invoice",
    "update_invoice",
    "set_status",
    "delete_invoice",
    "duplicate_invoice",
    "export_pdf",
    "list_payments",
    "record_payment",
    "delete_payment",
    "refund",
    "create_credit_note",
    "write_off",
    "list_time_entries",
    "mark_time_entries",
    "link_time_entries",
    "import_time_entries",
    "list_customers",
    "get_customer",
    "create_customer",
)
_ELSE: tuple[tuple[str, Callable[[Capabilities], str]], ...] = (
    ("statuses to set", words.settable),
    ("rate limits", lambda capabilities: words.rates(capabilities.limits)),
    ("pages", lambda capabilities: words.pages(capabilities.limits)),
    ("money on the wire", words.amounts),
    ("fields it does not have", words.not_carried),
    ("webhooks", lambda capabilities: words.hooks(capabilities.webhooks)),
)
_GAP = 2

Providers = Mapping[str, Capabilities]


def operations_of(providers: Iterable[Capabilities]) -> list[str]:
    """List every operation that somebody declares, in the order of an invoice's life."""
    declared = {operation for capabilities in providers for operation in capabilities.operations}
    return [name for name in _ORDER if name in declared] + sorted(declared - set(_ORDER))


def matrix(providers: Providers, *, width: int) -> Table:
    """Lay the matrix out for a terminal of so many columns; cells say less where there is no room."""
    operations = operations_of(providers.values())
    is_wide = _is_wide(providers, width=width)
    table = Table("operation", *providers, box=None, pad_edge=False, padding=(0, _GAP, 0, 0))
    table.columns[0].no_wrap = True
    for operation in operations:
        table.add_row(operation, *_cells(providers, operation, is_wide=is_wide))
    return table


def show_legend(console: Console, providers: Providers) -> None:
    """Say what the signs of the matrix mean, those alone that it shows at this width."""
    is_wide = _is_wide(providers, width=console.width)
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, _GAP, 0, 0))
    for sign, meaning in words.LEGEND:
        if is_wide or sign not in words.WIDE_SIGNS:
            table.add_row(sign, meaning)
    console.print(table)


def markdown(providers: Providers) -> str:
    """Write both tables and the legend as Markdown, for the README."""
    operations = [
        (f"`{operation}`", *_cells(providers, operation, is_wide=True))
        for operation in operations_of(providers.values())
    ]
    others = [(name, *(say(one) for one in providers.values())) for name, say in _ELSE]
    legend = "; ".join(f"`{sign}` {meaning}" for sign, meaning in words.LEGEND)
    parts = (_rows(("operation", *providers), operations), f"{legend}.", _rows(("", *providers), others))
    return "\n\n".join(parts)


def _cells(providers: Providers, operation: str, *, is_wide: bool) -> list[str]:
    return [words.cell(capabilities, operation, is_wide=is_wide) for capabilities in providers.values()]


def _is_wide(providers: Providers, *, width: int) -> bool:
    return _width(providers, operations_of(providers.values()), is_wide=True) <= width


def _width(providers: Providers, operations: Sequence[str], *, is_wide: bool) -> int:
    """Return how many columns the matrix takes when no cell is folded."""
    rows = [[operation, *_cells(providers, operation, is_wide=is_wide)] for operation in operations]
    columns = zip(("operation", *providers), *rows, strict=True)
    return sum(max(map(len, column)) + _GAP for column in columns)


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
