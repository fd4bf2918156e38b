"""Settings as a caller gave them, where a traceback with local variables may show them."""

from collections.abc import Iterator, Mapping

import attrs


@attrs.frozen(eq=False)
class Veiled(Mapping[str, object]):
    """A mapping whose `repr` shows no value: which of its texts are keys is not known yet."""

    _values: Mapping[str, object] = attrs.field(repr=False)

    def __getitem__(self, key: str) -> object:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
