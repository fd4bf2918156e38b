"""The program's columns, for people and for machines."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from invoicekit.bulk import JobExit
from invoicekit.cli.demo_columns import Column
from invoicekit.cli.demo_program import Cell, State
from invoicekit.cli.exit_code import exit_code_of
from invoicekit.cli.failure import explain
from invoicekit.cli.lines import tell

_GAP = 2
_AMISS = frozenset({State.NOT_APPLIED, State.UNKNOWN, State.NOT_ATTEMPTED})


def columns_exit_code(columns: Sequence[Column]) -> JobExit:
    """Return 0 where every column began and no ledger contradicts one; refused steps are no failure."""
    if any(column.contradictions for column in columns):
        return JobExit.REJECTED
    failures = [column.failure for column in columns if column.failure is not None]
    return exit_code_of(failures[0]) if failures else JobExit.DONE


def columns_result(columns: Sequence[Column]) -> dict[str, object]:
    """Return everything, ready for JSON."""
    return {
        column.provider: {
            "steps": {step: _cell_result(cell) for step, cell in column.cells.items()},
            "requests": column.requests,
            "faults": dict(column.faults),
            "contradictions": list(column.contradictions),
            "is_consistent": column.is_consistent,
            "failure": None if column.failure is None else explain(column.failure),
        }
        for column in columns
    }


def show_columns(console: Console, columns: Sequence[Column]) -> None:
    """Print one row a step and one column a provider, then what stands behind the cells."""
    console.print()
    console.print(_table(columns))
    console.print()
    for line in (*_reasons(columns), *_verdict(columns)):
        tell(console, line.lstrip(), indent=len(line) - len(line.lstrip()))


def _cell_result(cell: Cell) -> dict[str, object]:
    return {"state": cell.state.name.lower(), "detail": cell.detail, "requests": cell.requests}


def _table(columns: Sequence[Column]) -> Table:
    table = Table(
        "the same program",
        *(column.provider for column in columns),
        box=None,
        pad_edge=False,
        padding=(0, _GAP, 0, 0),
    )
    steps = list(dict.fromkeys(step for column in columns for step in column.cells))
    for step in steps:
        table.add_row(step, *(_word(column, step) for column in columns))
    table.add_row("requests", *(str(column.requests) if column.cells else "" for column in columns))
    table.add_row("faults met", *(str(sum(column.faults.values())) for column in columns))
    table.add_row("ledger agrees", *(_agreement(column) for column in columns))
    return table


def _word(column: Column, step: str) -> str:
    cell = column.cells.get(step)
    return State.NOT_ATTEMPTED.value if cell is None else cell.state.value


def _agreement(column: Column) -> str:
    if column.failure is not None:
        return "-"
    return "no" if column.contradictions else "yes"


def _reasons(columns: Sequence[Column]) -> Iterator[str]:
    told = [
        (f"  {column.provider}, {step}", cell) for column in columns for step, cell in column.cells.items()
    ]
    for words, has_looked in (
        ("Refused before any request:", False),
        ("Refused after a look, before any write:", True),
    ):
        lines = [
            f"{name}: {cell.detail}"
            for name, cell in told
            if cell.state is State.REFUSED and bool(cell.requests) is has_looked
        ]
        yield from ([words, *lines] if lines else ())
    others = [f"{name} ({cell.state.value}): {cell.detail}" for name, cell in told if cell.state in _AMISS]
    yield from (["Not applied, or in doubt:", *others] if others else ())


def _verdict(columns: Sequence[Column]) -> Iterator[str]:
    for column in columns:
        if column.failure is not None:
            yield f"The program could not be played at {column.provider}: {explain(column.failure)}"
    wrong = [f"  {column.provider}: {each}" for column in columns for each in column.contradictions]
    if wrong:
        yield f"The ledgers contradict the table {len(wrong)} times:"
        yield from wrong
    elif all(column.is_consistent for column in columns):
        yield "Every provider's own ledger agrees with its column; no payment twice."
