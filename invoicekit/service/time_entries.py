"""Calls about tracked time."""

from collections.abc import Sequence
from datetime import datetime

from invoicekit.model import EntryMarks, Pager, TimeEntry, TimeEntryQuery, WriteResult
from invoicekit.service.calls import Calls


class TimeEntryCalls(Calls):
    """List tracked time and mark it invoiced."""

    def list_time_entries(
        self,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        invoiced: bool | None = None,
        billable: bool | None = None,
        customer_id: str | None = None,
        project_id: str | None = None,
        user_id: str | None = None,
        cursor: str | None = None,
        max_items: int | None = None,
    ) -> Pager[TimeEntry]:
        """List time entries; take a `snapshot` before marking them, for marking changes the list.

        `TimeEntry.invoiced` is None where the read that served the query cannot tell.
        """
        query = TimeEntryQuery(
            start=start,
            end=end,
            invoiced=invoiced,
            billable=billable,
            customer_id=customer_id,
            project_id=project_id,
            user_id=user_id,
        )
        adapter = self._offered("list_time_entries")
        return Pager(lambda at: adapter.list_time_entries(query, at), cursor=cursor, max_items=max_items)

    async def mark_batch(self, entry_ids: Sequence[str], *, invoiced: bool = True) -> WriteResult[None]:
        """Set the invoiced flag of one batch, as one request: all of it or an error.

        Repeating it is harmless. For any number of ids, with one outcome for each, use
        `mark_time_entries`.
        """
        marks = EntryMarks(entry_ids=tuple(dict.fromkeys(entry_ids)), invoiced=invoiced)
        return await self.write(self._offered("mark_time_entries").mark_time_entries(marks))
