"""What of a request a simulator looked at: the rest is a misspelling, or of no use."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any


class Watched(dict[str, Any]):
    """A JSON object, or a query, that knows which of its members somebody looked at.

    Whoever goes through all of them has looked at each.

    Attributes:
        seen: The names of those.
    """

    __slots__ = ("seen",)

    def __init__(self, members: Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__(members)
        self.seen: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.seen.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a member, or the default."""
        self.seen.add(name)
        return super().get(name, default)

    def pop(self, name: str, *default: Any) -> Any:
        """Take a member out."""
        self.seen.add(name)
        return super().pop(name, *default)

    def __contains__(self, name: object) -> bool:
        self.seen.add(str(name))
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        self.seen.update(super().keys())
        return super().__iter__()

    def keys(self) -> Any:  # dict's own views have no public name
        """Return all names."""
        self.seen.update(super().keys())
        return super().keys()

    def values(self) -> Any:  # dict's own views have no public name
        """Return all values."""
        self.seen.update(super().keys())
        return super().values()

    def items(self) -> Any:  # dict's own views have no public name
        """Return all members."""
        self.seen.update(super().keys())
        return super().items()


def unread(value: object, at: str = "") -> Iterator[str]:
    """Name the members that nobody looked at, dotted, however deep; those of an unread one are not named."""
    if isinstance(value, Watched):
        for name in dict.keys(value):
            if name in value.seen:
                yield from unread(dict.__getitem__(value, name), f"{at}{name}.")
            else:
                yield f"{at}{name}"
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for one in value:
            yield from unread(one, at)
