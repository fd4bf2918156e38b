"""Running code of anybody's: whatever it raises is what is judged."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import attrs

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Ended:
    """How a call of an adapter's ended: with a value, or with an error of any kind."""

    value: object = None
    error: Exception | None = None


async def ended(call: Awaitable[object]) -> Ended:
    """Await a call to its end; a cancellation passes on."""
    try:
        return Ended(value=await call)
    except Exception as error:  # noqa: BLE001 - here an adapter's code ends: any error of it is a finding
        return Ended(error=error)


def made(make: Callable[[], T]) -> T | Exception:
    """Run code of anybody's, and return what it made, or the error that it ended with."""
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - an import runs whatever stands in the file
        return error
