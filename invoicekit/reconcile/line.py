"""One line of a bank statement, whatever file it came from."""

from collections.abc import Iterable, Iterator
from datetime import date

import attrs

from invoicekit.model import Money


@attrs.frozen(kw_only=True)
class StatementLine:
    """Money that moved on an account.

    Attributes:
        id: What names the line, the same in every export that holds it; empty until it was numbered.
        bank_reference: The bank's own id of it; empty where the file has none.
        source: The file's name.
        row: Where it stands in the file, counted from 1.
        account: The account the statement is of; empty where the file does not say.
        amount: Above zero where money came in, below where it went out.
        text: What the payer wrote.
        references: Structured creditor references, such as ``RF18539007547034``.
        payer, payer_account: The other side.
        charges: What banks kept back of it on the way.
        is_reversal: It takes an earlier line back.
        is_booked: It is final; a pending line may still vanish.
    """

    source: str
    row: int
    booked: date
    amount: Money
    id: str = ""
    bank_reference: str = ""
    account: str = ""
    text: str = ""
    references: tuple[str, ...] = ()
    payer: str = ""
    payer_account: str = ""
    charges: Money | None = None
    is_reversal: bool = False
    is_booked: bool = True

    @property
    def where(self) -> str:
        """Return where it stands, e.g. ``bank.xml:17``."""
        return f"{self.source}:{self.row}"


@attrs.frozen(kw_only=True)
class Problem:
    """A line that cannot be read; the others go on.

    Attributes:
        message: What is wrong where, with file and row.
    """

    source: str
    row: int
    message: str


Reading = Iterator[StatementLine | Problem]


@attrs.frozen(kw_only=True)
class Statement:
    """What one file holds.

    Attributes:
        name: The file's name, without its folder.
        path: Where it was read from; empty where it was no file.
        digest: SHA-256 of its bytes, in hex.
    """

    name: str
    path: str
    digest: str
    lines: tuple[StatementLine, ...]
    problems: tuple[Problem, ...] = ()


def split(reading: Iterable[StatementLine | Problem]) -> tuple[list[StatementLine], list[Problem]]:
    """Sort what a reader found by whether it can be used."""
    lines: list[StatementLine] = []
    problems: list[Problem] = []
    for each in reading:
        if isinstance(each, Problem):
            problems.append(each)
        else:
            lines.append(each)
    return lines, problems
