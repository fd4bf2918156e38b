"""Numbered lines of a byte stream, however long they are."""

from collections.abc import Callable, Iterator

LONGEST_LINE_BYTES = 65_536
_BLOCK_BYTES = 65_536


def numbered_lines(
    read: Callable[[int], bytes], *, longest: int = LONGEST_LINE_BYTES
) -> Iterator[tuple[int, bytes | None]]:
    """Split what `read` returns into lines without their ends, counted from 1.

    Args:
        read: Returns up to so many bytes, and none at the end.
        longest: A line of more bytes comes as None; its bytes are never held together.
    """
    number = 0
    rest = b""
    is_too_long = False
    while block := read(_BLOCK_BYTES):
        pieces = (rest + block).split(b"\n")
        rest = pieces.pop()
        for piece in pieces:
            number += 1
            yield number, None if is_too_long or len(piece) > longest else piece.removesuffix(b"\r")
            is_too_long = False
        if is_too_long or len(rest) > longest:
            is_too_long, rest = True, b""
    if rest or is_too_long:
        yield number + 1, None if is_too_long else rest.removesuffix(b"\r")
