"""Read again what came garbled: it costs a request and nothing else."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from invoicekit.errors import MalformedResponse

T = TypeVar("T")

_READS = 3


async def read_patiently(read: Callable[[], Awaitable[T]]) -> T:
    """Read, and read again where the answer could not be decoded, three times in all.

    Lost answers are the channel's to repeat; one that arrived whole but garbled shows only when the
    adapter decodes it. Not for writes: there it is doubt.

    Raises:
        MalformedResponse: It stayed garbled.
    """
    for _ in range(_READS - 1):
        try:
            return await read()
        except MalformedResponse:
            continue
    return await read()
