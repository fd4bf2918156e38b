"""What the caller asked for, kept while its outcome is open, so that anybody can look for it later."""

from collections.abc import Callable
from typing import Self

from invoicekit.model import Money
from invoicekit.wire import read_command, write_command


class Asked:
    """One call of an adapter's method, from which the write, and so its read-back, can be made again.

    It is dropped when the write is settled: the journal keeps no payloads beyond that.
    """

    __slots__ = ("_arguments", "_method", "_text")

    def __init__(self, method: str, arguments: tuple[object, ...], *, text: str | None = None) -> None:
        self._method = method
        self._arguments = arguments
        self._text = text

    @classmethod
    def of(cls, method: Callable[..., object], *arguments: object) -> Self:
        """Describe a call; nothing is rendered before somebody wants the text."""
        return cls(method.__name__, arguments)

    @classmethod
    def stored(cls, text: str) -> Self | None:
        """Return what a journal kept; None where it kept nothing."""
        return cls("", (), text=text) if text else None

    @property
    def text(self) -> str:
        """Return it as text; empty where an argument has none, and then nobody else can look."""
        if self._text is None:
            try:
                self._text = write_command(self._method, self._arguments)
            except (TypeError, ValueError):
                self._text = ""
        return self._text

    @property
    def amount(self) -> Money | None:
        """Return the money it asks for; None where it names none, or was kept as text."""
        found = (getattr(argument, "amount", None) for argument in self._arguments)
        return next((amount for amount in found if isinstance(amount, Money)), None)

    def call(self) -> tuple[str, tuple[object, ...]]:
        """Return the method's name and its arguments.

        Raises:
            ValueError: It was stored by a version that knew other commands.
        """
        return (self._method, self._arguments) if self._method else read_command(self.text)
