"""Paths that ids can fill but never rewrite."""

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote

import attrs

from invoicekit.errors import InvalidIdentifier

HEX_24 = re.compile(r"[0-9a-f]{24}")
"""Ids of twenty-four lower-case hex digits."""

_LITERAL = re.compile(r"[A-Za-z0-9._~-]+")
_PLACE = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
# Whatever a pattern allows, these would end the segment, the path or the request line on some server.
_NEVER = re.compile(r"[^\x21-\x7e]|[/\\%?#;]")
_SHOWN = 40


def _pattern_by_place(patterns: Mapping[str, re.Pattern[str]]) -> dict[str, re.Pattern[str]]:
    return dict(patterns)


@attrs.frozen
class PathTemplate:
    """A path with places for ids, each of which must match an allow-list.

    Example: ``PathTemplate("/v1/workspaces/{workspace}/invoices/{invoice}", pattern=HEX_24)``.

    Attributes:
        template: Literal segments and whole-segment places in braces.
        pattern: What every id must match as a whole.
        patterns: Patterns of single places that differ.

    Raises:
        ValueError: The template is no such path, or a pattern belongs to no place.
    """

    template: str
    pattern: re.Pattern[str] = attrs.field(kw_only=True)
    patterns: Mapping[str, re.Pattern[str]] = attrs.field(
        factory=dict, kw_only=True, converter=_pattern_by_place
    )
    _start: str = attrs.field(init=False, repr=False, eq=False)
    # Name and pattern of each place, and the literal text that follows it.
    _places: tuple[tuple[str, re.Pattern[str], str], ...] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        literals = [""]
        names: list[str] = []
        if not self.template.startswith("/"):
            raise ValueError("a path begins with /")
        for segment in self.template[1:].split("/"):
            place = _PLACE.fullmatch(segment)
            literals[-1] += "/"
            if place is not None:
                names.append(place[1])
                literals.append("")
            elif _LITERAL.fullmatch(segment) and segment.strip("."):
                literals[-1] += segment
            else:
                raise ValueError(f"{segment!r} is no segment of a path")
        unknown = set(self.patterns) - set(names)
        if unknown or len(set(names)) < len(names):
            raise ValueError(f"places must differ and patterns must name one of them: {sorted(unknown)}")
        places = tuple(
            (name, self.patterns.get(name, self.pattern), literal)
            for name, literal in zip(names, literals[1:], strict=True)
        )
        object.__setattr__(self, "_start", literals[0])
        object.__setattr__(self, "_places", places)

    def fill(self, **ids: str) -> str:
        """Put the ids in and return the encoded path.

        Raises:
            InvalidIdentifier: An id does not match its pattern, or holds something that could reach
                beyond its segment; nothing was sent.
            TypeError: Ids are missing or left over: a fault of the caller's code.
        """
        if len(ids) != len(self._places):
            raise TypeError(f"{self.template} is filled with {[name for name, _, _ in self._places]}")
        path = self._start
        for name, pattern, literal in self._places:
            if name not in ids:
                raise TypeError(f"{self.template} needs {name!r}")
            path += checked_id(name, ids[name], pattern) + literal
        return path


@lru_cache(maxsize=1024)
def _is_plain(value: str, pattern: re.Pattern[str]) -> bool:
    return value.isascii() and value.isalnum() and pattern.fullmatch(value) is not None


def checked_id(name: str, value: object, pattern: re.Pattern[str]) -> str:
    """Return an id, percent-encoded for one path segment, if it matches the allow-list as a whole.

    Raises:
        InvalidIdentifier: It does not, or it could reach beyond its segment; nothing was sent.
    """
    if type(value) is str and _is_plain(value, pattern):
        return value  # most ids are, and nothing of them needs encoding
    if (
        not isinstance(value, str)
        or pattern.fullmatch(value) is None
        or _NEVER.search(value) is not None
        or not value.strip(".")
    ):
        shown = ascii(value if len(str(value)) <= _SHOWN else f"{str(value)[:_SHOWN]}…")
        raise InvalidIdentifier(f"{name} {shown} is not one of the provider's ids; nothing was sent")
    return quote(value, safe="")
