"""Ids as Clockify forms them: 24 hex digits, a random stamp and a counter."""

import random
import re

ID = re.compile(r"[0-9a-f]{24}")


class IdMint:
    """Makes the ids of one kind in one workspace, the same for the same seed."""

    def __init__(self, seed: int, label: str) -> None:
        draw = random.Random(f"{seed}:{label}")  # noqa: S311
        self.stamp = f"6{draw.getrandbits(68):017x}"
        self._next = 0

    def at(self, number: int) -> str:
        """Return the id with this counter."""
        return f"{self.stamp}{number:06x}"

    def number_of(self, identifier: str) -> int | None:
        """Return the counter of an id that this mint can have made, or None."""
        if not identifier.startswith(self.stamp) or ID.fullmatch(identifier) is None:
            return None
        return int(identifier[18:], 16)

    def take(self) -> str:
        """Return the next id."""
        self._next += 1
        return self.at(self._next)
