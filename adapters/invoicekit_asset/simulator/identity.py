"""Ids as Asset forms them: a typed prefix and a suffix that looks random."""

import random

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_LENGTH = 22


class IdMint:
    """Makes ids, the same for the same seed; each prefix counts by itself."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._draws: dict[str, random.Random] = {}

    def take(self, prefix: str) -> str:
        """Return the next id of this prefix, such as ``inv_WQMDNUHpBThYSNh4AprDBo``."""
        draw = self._draws.get(prefix)
        if draw is None:
            draw = self._draws[prefix] = random.Random(f"{self._seed}:{prefix}")  # noqa: S311
        return f"{prefix}_{''.join(draw.choices(_ALPHABET, k=_LENGTH))}"
