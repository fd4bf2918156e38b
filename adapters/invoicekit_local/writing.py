"""How the books are written: looked at and changed in one transaction."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import TypeVar

from invoicekit.adapter import Done, Sighting

T = TypeVar("T")


def unless_there(
    books: sqlite3.Connection,
    look: Callable[[sqlite3.Connection], Sighting[T]] | None,
    work: Callable[[sqlite3.Connection], T],
) -> Done[T]:
    """Look and write as of one moment: another process may have been faster since the guard looked."""
    sighting = Sighting[T]() if look is None else look(books)
    if sighting.matches:
        return sighting.matches[0]
    if sighting.refusal is not None:
        raise sighting.refusal
    made = done(work(books))
    if made.resource_id is None and look is not None:
        return next(iter(look(books).matches), made)  # what is gone has no id of its own: its look names it
    return made


def done(made: T) -> Done[T]:
    """Return what was written or found, with its rows where it has any."""
    identity, raw = getattr(made, "id", None), getattr(made, "raw", None)
    return Done(
        value=made,
        resource_id=identity if isinstance(identity, str) else None,
        raw=raw if isinstance(raw, Mapping) else {},
    )
