"""How a value from a file may be shown, and where it stood."""

from invoicekit.errors import UsageError

_MOST_SHOWN = 40
_FORMULA_STARTS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


class InputError(UsageError):
    """The input as a whole cannot be used; nothing was sent."""


def shown(value: str) -> str:
    """Quote a value for a message: control characters escaped, long ones shortened."""
    cut = value[:_MOST_SHOWN]
    text = cut.encode("unicode_escape").decode("ascii") if not cut.isprintable() else cut
    return f"'{text}…'" if len(value) > _MOST_SHOWN else f"'{text}'"


def complaint(name: str, line: int, message: str, *, column: str = "", value: str | None = None) -> str:
    """Say what is wrong where, e.g. ``pay.csv:17, column amount: '1.234' has too many decimals``."""
    where = f"{name}:{line}, column {column}" if column else f"{name}:{line}"
    return f"{where}: {message}" if value is None else f"{where}: {shown(value)} {message}"


def spreadsheet_safe(text: str) -> str:
    """Defuse text that a spreadsheet would run as a formula, with a leading apostrophe."""
    return f"'{text}" if text and text[0] in _FORMULA_STARTS else text
