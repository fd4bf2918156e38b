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
