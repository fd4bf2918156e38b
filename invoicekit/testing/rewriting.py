"""A provider whose answers are changed on their way back."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import attrs

from invoicekit.clock import Clock
from invoicekit.simulate import Simulator
from invoicekit.testing.in_process import InProcessTransport
from invoicekit.transport import HttpResponse, Outgoing

MISSING = object()
"""Instead of a member: it is not there."""

Path = tuple[str | int, ...]


class Served(Protocol):
    """Where there is a provider over HTTP: a bench."""

    @property
    def simulator(self) -> Simulator:
        """The provider."""
        ...

    @property
    def clock(self) -> Clock:
        """What all share."""
        ...


class Rewriting(InProcessTransport):
    """Changes the JSON of answers on their way back.

    Attributes:
        change: What becomes of a document; another may be set for each call.
        verbs: Whose answers are changed; those of every verb where it is empty.
    """

    def __init__(self, bench: Served, change: Callable[[Any], Any], *, verbs: frozenset[str] = frozenset()):
        super().__init__(bench.simulator, clock=bench.clock)
        self.change = change
        self.verbs = verbs

    async def exchange(self, outgoing: Outgoing) -> HttpResponse:
        """Exchange as ever, and change the answer."""
        response = await super().exchange(outgoing)
        if self.verbs and outgoing.method not in self.verbs:
            return response
        try:
            document = json.loads(response.body)
        except ValueError:
            return response
        body = json.dumps(self.change(document)).encode()
        return attrs.evolve(response, body=body)


class Keeping:
    """Leaves documents as they are, and keeps them.

    Attributes:
        documents: Those that passed, in order.
    """

    def __init__(self) -> None:
        self.documents: list[Any] = []

    def __call__(self, document: Any) -> Any:
        """Keep a document."""
        self.documents.append(document)
        return document

    def members(self, most: int) -> list[tuple[Path, Any]]:
        """Return the members of all of them, each once, and so many at most."""
        found = {path: value for document in self.documents for path, value in members(document)}
        return list(found.items())[:most]


def members(document: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Name every member, of lists that of their first row."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield (*at, name), value
            yield from members(value, (*at, name))
    elif isinstance(document, list) and document:
        yield from members(document[0], (*at, 0))


def instead(value: Any) -> tuple[Any, ...]:
    """Return what may stand there one day, of other types."""
    if isinstance(value, bool):
        return (None, "yes", MISSING)
    if isinstance(value, str):
        return (None, 7, "", MISSING)
    if isinstance(value, int | float):
        return (None, "text", MISSING)
    return (None, "text", MISSING)


def named(path: Path, value: Any) -> str:
    """Say what stands where instead, for a finding."""
    where = ".".join(str(name) for name in path)
    return f"{where} is missing" if value is MISSING else f"{where} is {value!r}"


def with_word(document: Any, known: str, word: str) -> Any:
    """Return the document with another status word: in members called status, else wherever it stands."""
    for called in ("tatus", ""):
        changed = _reworded(document, known, word, called=called)
        if changed != document:
            return changed
    return document


def _reworded(document: Any, known: str, word: str, *, called: str) -> Any:
    if isinstance(document, dict):
        return {
            name: word if value == known and called in name else _reworded(value, known, word, called=called)
            for name, value in document.items()
        }
    if isinstance(document, list):
        return [_reworded(one, known, word, called=called) for one in document]
    return document


def put(document: Any, path: Path, value: Any) -> Any:
    """Return the document with another value at a place; as it was where it has no such place."""
    changed = part = copy.deepcopy(document)
    for name in path[:-1]:
        is_there = name in part if isinstance(part, dict) else isinstance(part, list) and name == 0 and part
        if not is_there:
            return changed  # another answer of the same call, of another shape
        part = part[name]
    if isinstance(part, dict) and path[-1] in part:
        if value is MISSING:
            del part[path[-1]]
        else:
            part[path[-1]] = value
    return changed
