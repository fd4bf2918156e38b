"""Line numbers, told as ranges."""


class Ranges:
    """Positions collected in any order, kept as few ranges where they are neighbours."""

    def __init__(self) -> None:
        self._ranges: list[list[int]] = []

    def add(self, position: int) -> None:
        """Add one position."""
        if self._ranges and self._ranges[-1][1] + 1 == position:
            self._ranges[-1][1] = position
        else:
            self._ranges.append([position, position])

    def within(self, after: int, last: int | None) -> "Ranges":
        """Return those in ``(after, last]``, counted from ``after``."""
        part = Ranges()
        for first, end in self._ranges:
            low, high = max(first, after + 1), end if last is None else min(end, last)
            if low <= high:
                part._ranges.append([low - after, high - after])
        return part

    def __bool__(self) -> bool:
        return bool(self._ranges)

    def __str__(self) -> str:
        """Return them in order, e.g. ``4, 17-2001``."""
        return ", ".join(self.texts())

    def texts(self) -> tuple[str, ...]:
        """Return each of them, in order."""
        merged: list[list[int]] = []
        for first, last in sorted(self._ranges):
            if merged and merged[-1][1] + 1 >= first:
                merged[-1][1] = max(merged[-1][1], last)
            else:
                merged.append([first, last])
        return tuple(str(first) if first == last else f"{first}-{last}" for first, last in merged)
