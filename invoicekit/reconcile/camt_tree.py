"""The elements of an ISO 20022 document, one statement entry at a time, each with its line in the file."""

from collections.abc import Callable, Iterator

import attrs

from invoicekit.errors import UsageError
from invoicekit.extra import needs
from invoicekit.reconcile.wording import located

_DEEPEST = 60
_BLOCK = 65_536


@attrs.define(kw_only=True)
class Node:
    """One element, its namespace left out: the versions of camt differ in little else.

    Attributes:
        row: The line of the file it begins on.
    """

    name: str
    row: int
    attributes: dict[str, str]
    text: str = ""
    children: list["Node"] = attrs.field(factory=list)

    def all(self, *path: str) -> Iterator["Node"]:
        """Walk the elements at the end of a path of names."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.all(*path[1:])

    def first(self, *path: str) -> "Node | None":
        """Return the first element at the end of a path."""
        return next(self.all(*path), None)

    def get(self, *path: str) -> str:
        """Return the text there; empty where there is none."""
        found = self.first(*path)
        return "" if found is None else found.text.strip()


def entries(data: bytes, *, name: str) -> Iterator[tuple[Node, Node]]:
    """Walk the entries of a statement document, each with what is known of its statement so far.

    Memory holds one entry at a time.

    Raises:
        UsageError: Not well-formed XML, a document type or entity in it, nested beyond all use, or no
            statement. The message says where.
    """
    with needs("defusedxml", extra="reconcile"):
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import DefusedXMLParser, ParseError
    builder = _Builder(name)
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.row_of = lambda: int(parser.parser.CurrentLineNumber)
    try:
        for start in range(0, len(data), _BLOCK):
            parser.feed(data[start : start + _BLOCK])
            yield from builder.take()
        parser.close()
    except DefusedXmlException:
        message = "a document type or an entity; no bank writes one, and this file may be an attack"
        raise UsageError(located(name, builder.row_of(), message)) from None
    except ParseError as failure:
        row = failure.position[0]
        raise UsageError(located(name, row, f"not well-formed XML ({failure}); is the file whole?")) from None
    except (LookupError, ValueError) as failure:
        raise UsageError(located(name, 1, f"cannot be decoded: {failure}")) from None
    if not builder.has_statement:
        raise UsageError(
            f"{name}: no statement in it; expected camt.053 (or camt.052, camt.054), found <{builder.root}>"
        )


class _Builder:
    """Builds nodes from the parser's events and hands each entry over as it closes."""

    def __init__(self, name: str) -> None:
        self.row_of: Callable[[], int] = lambda: 1
        self.has_statement = False
        self.root = ""
        self._name = name
        self._open: list[Node] = []
        self._statement = Node(name="Stmt", row=1, attributes={})
        self._done: list[tuple[Node, Node]] = []

    def take(self) -> list[tuple[Node, Node]]:
        done, self._done = self._done, []
        return done

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= _DEEPEST:
            raise UsageError(located(self._name, self.row_of(), "elements nested beyond any statement"))
        node = Node(name=tag.rpartition("}")[2], row=self.row_of(), attributes=dict(attributes))
        self.root = self.root or node.name
        if node.name in {"Stmt", "Rpt", "Ntfctn"} and len(self._open) == 2:
            self._statement = node
            self.has_statement = True
        self._open.append(node)

    def end(self, tag: str) -> None:
        node = self._open.pop()
        if node.name == "Ntry" and self._open and self._open[-1] is self._statement:
            self._done.append((self._statement, node))
        elif self._open:
            self._open[-1].children.append(node)

    def data(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text

    def close(self) -> None:
        """Called by the parser at the end."""
