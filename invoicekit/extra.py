"""Packages that only a part of the installations needs."""

from collections.abc import Iterator
from contextlib import contextmanager

from invoicekit.errors import UsageError


@contextmanager
def needs(package: str, *, extra: str) -> Iterator[None]:
    """Import inside the block; what is not installed is said with the extra that brings it.

    Raises:
        UsageError: The package is missing.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != package:
            raise
        raise UsageError(
            f"this file needs {package}, which is not installed; pip install 'invoicekit[{extra}]'"
        ) from None
