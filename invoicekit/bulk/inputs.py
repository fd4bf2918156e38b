"""Several files of rows, read one after the other as one input."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import attrs

from invoicekit.batch import Item
from invoicekit.bulk.places import Places
from invoicekit.bulk.record import Record
from invoicekit.bulk.source import STDIN, Source
from invoicekit.bulk.spool import kept
from invoicekit.bulk.wording import InputError

T = TypeVar("T")

Turn = Callable[[Record], Item[T]]


@attrs.frozen(kw_only=True)
class Inputs:
    """One or more sources whose rows are one job's: an id counts once, whichever file it stands in.

    Attributes:
        places: Where the rows stand that were read so far.

    Raises:
        InputError: A file stands twice.
    """

    sources: tuple[Source, ...]
    places: Places = attrs.field(factory=Places)

    def __attrs_post_init__(self) -> None:
        """Refuse a file that stands twice: all its rows would be repetitions."""
        seen: set[object] = set()
        for source in self.sources:
            name = STDIN if source.path == STDIN else _resolved(source.path)
            if name in seen:
                raise InputError(f"{source.name} is given twice; name each file once")
            seen.add(name)

    @property
    def name(self) -> str:
        """Return what messages call it."""
        first = self.sources[0].name
        return first if len(self.sources) == 1 else f"{first} and {len(self.sources) - 1} more"

    @property
    def is_rereadable(self) -> bool:
        """Whether all of them can be read from their starts again."""
        return all(source.is_rereadable for source in self.sources)

    @property
    def is_lasting(self) -> bool:
        """Whether all of them are files of the caller's, which a later run finds again."""
        return self.is_rereadable and all(source.shown_as is None for source in self.sources)

    def check(self) -> int:
        """Read all that can be read again, and return how many lines may be rows; 0 with a pipe among them.

        Raises:
            InputError: As `Source.check`; before anything is sent.
        """
        counts = [source.check() for source in self.sources]
        return sum(counts) if self.is_rereadable else 0

    def items(self, turn_of: Callable[[str], Turn[T]]) -> Iterable[Item[T]] | AsyncIterable[Item[T]]:
        """Read rows as a job asks for them.

        Args:
            turn_of: Returns what turns a row of the file of this name into an item.
        """
        return self._read(turn_of) if self.is_rereadable else self._read_later(turn_of)

    @contextmanager
    def kept(self) -> Iterator["Inputs"]:
        """Give inputs that can be read twice; see `kept`."""
        with ExitStack() as stack:
            yield Inputs(sources=tuple(stack.enter_context(kept(source)) for source in self.sources))

    def _read(self, turn_of: Callable[[str], Turn[T]]) -> Iterator[Item[T]]:
        last = 0
        for source in self.sources:
            start, turn = self._begin(source, last), turn_of(source.name)
            for record in source.records():
                item = _moved(turn(record), start)
                last = item.position
                yield item

    async def _read_later(self, turn_of: Callable[[str], Turn[T]]) -> AsyncIterator[Item[T]]:
        last = 0
        for source in self.sources:
            start, turn = self._begin(source, last), turn_of(source.name)
            async for record in source.stream():
                item = _moved(turn(record), start)
                last = item.position
                yield item

    def _begin(self, source: Source, last: int) -> int:
        self.places.begin(source.name, after=last)
        return last


def _moved(item: Item[T], start: int) -> Item[T]:
    return attrs.evolve(item, position=start + item.position) if start else item


def _resolved(path: str) -> object:
    try:
        return Path(path).resolve()
    except (OSError, ValueError):
        return path  # whoever opens it says what is wrong with it
