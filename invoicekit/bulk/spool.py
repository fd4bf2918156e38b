"""Keep a pipe's rows, so that they can be looked at before the first of them is sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from shutil import copyfileobj
from tempfile import NamedTemporaryFile, gettempdir

import attrs

from invoicekit.bulk.source import Source
from invoicekit.errors import UsageError


@contextmanager
def kept(source: Source) -> Iterator[Source]:
    """Give a source that can be read twice: a pipe's content, kept in a temporary file until the block ends.

    The file is its owner's alone; a source that can be read twice already is given back as it is.

    Raises:
        InputError: It cannot be read.
        UsageError: The temporary folder has no room for it.
    """
    if source.is_rereadable:
        yield source
        return
    with source.open() as pipe, NamedTemporaryFile(prefix="invoicekit-") as file:
        try:
            copyfileobj(pipe, file)
            file.flush()
        except OSError as failure:
            raise UsageError(
                f"no room to keep {source.name} while it is looked at ({failure.strerror}); free some in "
                f"{gettempdir()} or point TMPDIR elsewhere"
            ) from None
        yield attrs.evolve(source, path=file.name, shown_as=source.name)
