"""Find the operation a request means, from its raw path."""

from collections.abc import Iterable, Iterator, Mapping

import attrs

from invoicekit.simulate.exchange import Route


@attrs.frozen(kw_only=True)
class Match:
    """A route and the values of its variables, in the order of the template."""

    route: Route
    params: Mapping[str, str]


@attrs.frozen(kw_only=True)
class NoMatch:
    """No route for this verb; `allowed` names the verbs that the path has, if it has any."""

    allowed: tuple[str, ...]


class _Node:
    """One path segment of the tree of templates."""

    __slots__ = ("literals", "routes", "variable")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.variable: _Node | None = None
        self.routes: dict[str, tuple[Route, tuple[str, ...]]] = {}

    def reach(
        self, segments: list[str], at: int, values: tuple[str, ...]
    ) -> "Iterator[tuple[_Node, tuple[str, ...]]]":
        """Yield every node that the segments lead to, fixed words before variables."""
        if at == len(segments):
            yield self, values
            return
        literal = self.literals.get(segments[at])
        if literal is not None:
            yield from literal.reach(segments, at + 1, values)
        if self.variable is not None and segments[at]:
            yield from self.variable.reach(segments, at + 1, (*values, segments[at]))


class Router:
    """A tree over path segments; segments are compared as sent, so an encoded slash is no slash."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        for route in routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        node = self._root
        names: list[str] = []
        for segment in route.path.split("/"):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.variable = node.variable or _Node()
                node = node.variable
            else:
                node = node.literals.setdefault(segment, _Node())
        node.routes[route.method] = (route, tuple(names))

    def find(self, method: str, path: str) -> Match | NoMatch:
        """Return the route of this verb and raw path."""
        allowed: dict[str, None] = {}
        for node, values in self._root.reach(path.split("/"), 0, ()):
            found = node.routes.get(method)
            if found is not None:
                route, names = found
                return Match(route=route, params=dict(zip(names, values, strict=True)))
            allowed.update(dict.fromkeys(node.routes))
        return NoMatch(allowed=tuple(allowed))
