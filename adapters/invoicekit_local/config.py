"""Where the books are."""

from pathlib import Path

import attrs


@attrs.frozen(kw_only=True)
class LocalConfig:
    """Settings of the embedded ledger; none is a secret and none is required.

    Attributes:
        path: The SQLite file that holds the books; it is made when it is missing, its folder is not.
        book: A name that tells these books from others in one journal.
    """

    path: str = "invoicekit-books.sqlite"
    book: str = "default"

    @property
    def file(self) -> Path:
        """The file, with ``~`` expanded."""
        return Path(self.path).expanduser()
