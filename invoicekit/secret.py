"""A value that must never be printed, logged, pickled or copied."""

import hmac
from typing import NoReturn


class Secret:
    """Wrap a key or token; only `reveal` gives it back.

    Tracebacks with locals, `repr`, f-strings, pickles and attrs' own `repr` all show the mask.

    Raises:
        TypeError: The value is no str.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        if not isinstance(value, str):
            kind = type(value).__name__  # type: ignore[unreachable] # callers may not be typed
            del value  # a traceback with locals shows this frame
            raise TypeError(f"a Secret wraps a str, not {kind}")
        self._value = value

    def reveal(self) -> str:
        """Return the plain value; call this only where a request is signed."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('***')"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        # A plain encode would put the value into a UnicodeEncodeError.
        return hmac.compare_digest(
            self._value.encode(errors="surrogatepass"), other._value.encode(errors="surrogatepass")
        )

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __bool__(self) -> bool:
        return bool(self._value)

    def __getstate__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied")
