"""The files of a bulk command: which, and how they are written."""

from collections.abc import Sequence
from typing import Annotated

import typer

from invoicekit.bulk import Columns, Inputs, Source, dialect_of

MapOption = Annotated[
    str | None,
    typer.Option(
        "--map",
        metavar="OURS=THEIRS,…",
        help="What the files call our columns, e.g. reference=Ref,amount=Betrag; or a TOML profile.",
    ),
]
ValueOption = Annotated[
    list[str] | None,
    typer.Option(
        "--value",
        metavar="COLUMN=VALUE",
        help="For a column that the files do not have: the same for every row, e.g. currency=EUR.",
    ),
]
DelimiterOption = Annotated[
    str | None,
    typer.Option("--delimiter", metavar="MARK", help="Between columns where no comma is: ';' or tab."),
]
DecimalOption = Annotated[
    str | None, typer.Option("--decimal", metavar="MARK", help="Of amounts where no point is: ','.")
]
EncodingOption = Annotated[
    str | None, typer.Option("--encoding", metavar="NAME", help="Of files that are not UTF-8, e.g. cp1252.")
]


def inputs_of(
    files: Sequence[str],
    columns: Columns,
    *,
    mapping: str | None = None,
    values: Sequence[str] | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
) -> Inputs:
    """Put the files and how they are written together.

    Raises:
        UsageError: An option cannot be used, or a file stands twice.
    """
    dialect = dialect_of(
        mapping, values=values or (), delimiter=delimiter, decimal=decimal, encoding=encoding
    )
    return Inputs(sources=tuple(Source(path=file, columns=columns, dialect=dialect) for file in files))
