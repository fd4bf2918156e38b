"""Where a list of Clockify's ends: at the provider's own signal, never at a short page."""

import attrs

from invoicekit.errors import UsageError
from invoicekit.transport import HttpResponse


@attrs.frozen(kw_only=True)
class Bookmark:
    """A place in a list, as the text that callers keep.

    Attributes:
        page: Counted from 1.
        seen: Rows on the pages before.
        note: What the next pages need to know from the first, e.g. a currency.
    """

    page: int = 1
    seen: int = 0
    note: str = ""

    @classmethod
    def at(cls, cursor: str | None) -> "Bookmark":
        """Read a cursor; None is the first page.

        Raises:
            UsageError: The cursor was not made here.
        """
        if cursor is None:
            return cls()
        page, _, rest = cursor.partition(":")
        seen, _, note = rest.partition(":")
        if not (
            page.isdecimal() and seen.isdecimal() and page.isascii() and seen.isascii() and int(page) >= 1
        ):
            raise UsageError("this cursor was not made by a Clockify list")
        return cls(page=int(page), seen=int(seen), note=note)

    def after(self, response: HttpResponse, *, count: int, total: int | None = None) -> str | None:
        """Return the cursor of the next page; None where the list has certainly ended.

        Certain are an empty page, ``Last-Page: true``, and as many rows seen as the envelope says there
        are. A short page proves nothing: the server may cap the page size.

        Source: peer's live probes of 2026 for Last-Page on clients, projects, users, invoices, payments
            and user time entries.
        Unverified: Last-Page on invoice search and on the detailed report; without it they are read
            until a page is empty.

        Args:
            count: Rows on this page.
            total: Rows in the whole list, where the envelope says so.
        """
        seen = self.seen + count
        if count == 0 or seen == total or response.headers.get("last-page", "").strip().lower() == "true":
            return None
        cursor = f"{self.page + 1}:{seen}"
        return f"{cursor}:{self.note}" if self.note else cursor
