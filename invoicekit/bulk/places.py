"""Where a row stands, when several files are read as one."""

from bisect import bisect_right

from invoicekit.bulk.ranges import Ranges


class Places:
    """Files one after the other: positions count on from file to file, and are told by file and line.

    Of a single file, a position is its line.
    """

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._names: list[str] = []

    def begin(self, name: str, *, after: int) -> None:
        """Note that a file begins; its line 1 is position ``after + 1``."""
        while self._starts and self._starts[-1] >= after:
            self._starts.pop()
            self._names.pop()
        self._starts.append(after)
        self._names.append(name)

    @property
    def is_several(self) -> bool:
        """Whether a line alone does not say where."""
        return len(self._names) > 1

    def locate(self, position: int) -> tuple[str, int]:
        """Return the file's name and the line in it."""
        at = bisect_right(self._starts, position - 1) - 1
        return ("", position) if at < 0 else (self._names[at], position - self._starts[at])

    def word(self, position: int) -> str:
        """Tell a row's place: ``line 7``, or ``march.csv:7`` among several files."""
        name, line = self.locate(position)
        return f"{name}:{line}" if self.is_several else f"line {line}"

    def lines(self, ranges: Ranges) -> str:
        """Tell many places: ``lines 4, 17-2001``, or by file among several."""
        if not self.is_several:
            return f"lines {ranges}"
        told = []
        for at, name in enumerate(self._names):
            last = self._starts[at + 1] if at + 1 < len(self._starts) else None
            if part := ranges.within(self._starts[at], last):
                told.append(f"{name}: lines {part}")
        return "; ".join(told)
