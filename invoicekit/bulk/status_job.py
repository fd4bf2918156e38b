"""The bulk job that gives invoices their status."""

from collections.abc import AsyncIterable, Callable, Iterable

from invoicekit.batch import Item
from invoicekit.bulk.job import BulkService, Job
from invoicekit.bulk.status_rows import StatusRow
from invoicekit.clock import Clock
from invoicekit.errors import UsageError
from invoicekit.model import Invoice, WriteResult

_STATUSES_UNDER_WAY = 32


class StepRefused(UsageError):
    """The row asks for a step that this provider does not have; nothing was sent for it."""

    @property
    def brief(self) -> str:
        """Return the text alone: it names the file, the line and the alternative."""
        return str(self)


class StatusJob(Job[StatusRow | None]):
    """Set the status of invoices, side by side; an invoice that has it already costs one read.

    An invoice has one status in one job: a second row with another one is rejected, as nobody can tell
    which of the two was meant.

    Args:
        allow_payment_loss: Consent to steps that destroy, or may destroy, payments. Without it the rows of
            invoices that hold some are rejected, each after a fresh read.
        allow_irreversible: Consent to steps that the provider never takes back.
    """

    def __init__(
        self,
        service: BulkService,
        items: Iterable[Item[StatusRow | None]] | AsyncIterable[Item[StatusRow | None]],
        *,
        allow_payment_loss: bool = False,
        allow_irreversible: bool = False,
        width: int = _STATUSES_UNDER_WAY,
        clock: Clock | None = None,
        on_pause: Callable[[float], None] | None = None,
    ) -> None:
        lane = service.bulk_lane()

        async def send(part: tuple[Item[StatusRow | None], ...]) -> WriteResult[Invoice]:
            (item,) = part
            row = item.payload
            assert row is not None  # noqa: S101 -- an item without one has a problem and is never sent
            if row.refusal:
                raise StepRefused(row.refusal)
            return await lane.set_status(
                row.invoice_id,
                row.status,
                allow_payment_loss=allow_payment_loss,
                allow_irreversible=allow_irreversible,
            )

        super().__init__(service, items, send, size=1, width=width, clock=clock, on_pause=on_pause)
