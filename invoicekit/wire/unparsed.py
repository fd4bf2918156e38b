"""A document kept as it came, and parsed when somebody looks into it."""

from collections.abc import Callable, Iterator, Mapping


class Unparsed(Mapping[str, object]):
    """A JSON object out of an answer; most are only passed on, and parsing costs more than all else of them.

    True without a look: whoever makes it has seen that it is an object that holds something.

    Args:
        parse: Called at the first look, once. Where what was skipped before turns out to be at fault, it
            raises `MalformedResponse` then, and again at the next look.
    """

    __slots__ = ("_parse", "_parsed")

    def __init__(self, parse: Callable[[], Mapping[str, object]]) -> None:
        self._parse = parse
        self._parsed: Mapping[str, object] | None = None

    def __getitem__(self, name: str) -> object:
        return self._document()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._document())

    def __len__(self) -> int:
        return len(self._document())

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return repr(self._document())

    def __reduce__(self) -> tuple[type[dict[str, object]], tuple[dict[str, object]]]:
        return dict, (dict(self),)

    def _document(self) -> Mapping[str, object]:
        if self._parsed is None:
            self._parsed = self._parse()
        return self._parsed
