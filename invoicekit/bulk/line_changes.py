"""What became different in a file of rows since a job began with it."""

from array import array
from collections import Counter
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Self

import attrs

from invoicekit.bulk.lines import numbered_lines
from invoicekit.bulk.ranges import Ranges
from invoicekit.bulk.source import Source

_HASH_BYTES = 8


@attrs.frozen(kw_only=True)
class LineHashes:
    """The lines of one file, told apart by eight bytes each.

    Attributes:
        digest: Of all of them, in their order.
    """

    hashes: "array[int]" = attrs.field(repr=False)
    digest: str

    @classmethod
    def of(cls, source: Source) -> Self:
        """Read a file.

        Raises:
            InputError: It cannot be read.
        """
        hashes, whole = array("Q"), sha256()
        with source.open() as file:
            for _, line in numbered_lines(source.dialect.decoded(file.read, name=source.name)):
                one = blake2b(line or b"", digest_size=_HASH_BYTES).digest()
                whole.update(one)
                hashes.frombytes(one)
        return cls(hashes=hashes, digest=whole.hexdigest())

    def save(self, path: Path) -> None:
        """Write them down."""
        path.write_bytes(self.hashes.tobytes())
        path.chmod(0o600)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read them again; none where there is no such file."""
        hashes = array("Q")
        if path.exists():
            whole = path.read_bytes()
            hashes.frombytes(whole[: len(whole) // _HASH_BYTES * _HASH_BYTES])
        return cls(hashes=hashes, digest=sha256(hashes.tobytes()).hexdigest())


@attrs.frozen(kw_only=True)
class LineChanges:
    """Lines that differ between two states of a file; a line that only moved is none of them.

    Attributes:
        changed: The same line in both, with other content.
        new: Lines of the later state.
        removed: Lines of the earlier state, by their numbers there.
    """

    changed: Ranges
    new: Ranges
    removed: Ranges

    @classmethod
    def between(cls, earlier: LineHashes, later: LineHashes) -> Self:
        """Compare two states."""
        gone = _missing(earlier.hashes, later.hashes)
        come = _missing(later.hashes, earlier.hashes)
        changed, new, removed = Ranges(), Ranges(), Ranges()
        for number in come:
            (changed if number in gone else new).add(number)
        for number in gone:
            if number not in come:
                removed.add(number)
        return cls(changed=changed, new=new, removed=removed)

    def __str__(self) -> str:
        """Say it, e.g. ``changed lines 4; new lines 11-12``."""
        kinds = (("changed", self.changed), ("new", self.new), ("removed", self.removed))
        told = [f"{kind} lines {ranges}" for kind, ranges in kinds if ranges]
        return "; ".join(told) or "the same lines in another order"


def _missing(these: "array[int]", those: "array[int]") -> dict[int, None]:
    """Return the numbers of the lines in the first that the second lacks, in order."""
    left = Counter(those)
    found: dict[int, None] = {}
    for number, one in enumerate(these, start=1):
        if left[one]:
            left[one] -= 1
        else:
            found[number] = None
    return found
