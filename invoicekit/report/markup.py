"""HTML and SVG put together so that no text can become markup."""

from collections.abc import Iterable, Mapping
from html import escape

_VOID = frozenset({"meta", "link", "input", "br", "col"})
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Markup(str):
    """Text that is markup already; everything else is escaped where it is put in."""

    __slots__ = ()


def text(value: object) -> Markup:
    """Escape a value; what no document may hold (NUL, lone surrogates, controls) is shown as replaced."""
    cleaned = "".join(each if _is_allowed(each) else _REPLACEMENT for each in str(value))
    return Markup(escape(cleaned, quote=True))


def element(name: str, attributes: Mapping[str, object] | None = None, *children: object) -> Markup:
    """Build one element.

    Args:
        attributes: One that is None or False is left out; True stands without a value.
        children: Markup as it is, lists of it one after the other, anything else as escaped text.
    """
    parts = [name]
    for key, value in (attributes or {}).items():
        if value is True:
            parts.append(key)
        elif value is not None and value is not False:
            parts.append(f'{key}="{text(value)}"')
    opened = f"<{' '.join(parts)}>"
    if name in _VOID:
        return Markup(opened)
    return Markup(f"{opened}{joined(children)}</{name}>")


def joined(children: Iterable[object]) -> Markup:
    """Put children one after the other."""
    return Markup("".join(_child(child) for child in children))


def _child(child: object) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, list | tuple):
        return joined(child)
    return text(child)


def _is_allowed(character: str) -> bool:
    code = ord(character)
    # Direction overrides would let an id show itself as another one.
    if 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069:
        return False
    return character in "\n\t" or (code >= 0x20 and not 0x7F <= code <= 0x9F and not 0xD800 <= code <= 0xDFFF)
