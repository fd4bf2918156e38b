"""Lines for people: wrapped by words on a terminal, whole anywhere else."""

from rich.console import Console
from rich.padding import Padding
from rich.text import Text


def tell(console: Console, text: str, *, indent: int = 0) -> None:
    """Print text as it is: nothing in it is markup, whoever wrote it."""
    if console.is_terminal:
        console.print(Padding(Text(text), (0, 0, 0, indent)))
    else:
        # A log or a pipe has no width: who cuts lines there breaks every grep.
        console.print(Text(" " * indent + text), soft_wrap=True)


def counted(number: int, things: str) -> str:
    """Say how many of something there are.

    Args:
        things: Their plural, in English.
    """
    if number != 1:
        return f"{number:,} {things}"
    return f"1 {things[:-3]}y" if things.endswith("ies") else f"1 {things.removesuffix('s')}"
