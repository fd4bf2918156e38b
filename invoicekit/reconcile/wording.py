"""How a value of a statement may be shown, and where it stood."""

_MOST_SHOWN = 40
_FORMULA_STARTS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def quoted(value: str) -> str:
    """Quote a value for a message: control characters escaped, long ones shortened."""
    cut = value[:_MOST_SHOWN]
    text = cut if cut.isprintable() else cut.encode("unicode_escape").decode("ascii")
    return f"'{text}…'" if len(value) > _MOST_SHOWN else f"'{text}'"


def located(source: str, row: int, message: str, *, column: str = "", value: str | None = None) -> str:
    """Say what is wrong where, e.g. ``bank.csv:17, column amount: '1.2.3' is not an amount``."""
    where = f"{source}:{row}, column {column}" if column else f"{source}:{row}"
    return f"{where}: {message}" if value is None else f"{where}: {quoted(value)} {message}"


def one_line(text: str) -> str:
    """Return text with every run of blanks, line ends and control characters as one blank."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def for_a_cell(text: str) -> str:
    """Defuse text that a spreadsheet would run as a formula, with a leading apostrophe.

    Anybody who transfers a cent chooses what stands in our plan.
    """
    return f"'{text}" if text and text[0] in _FORMULA_STARTS else text
