"""Record payments: those of one invoice one after the other, different invoices side by side."""

from collections.abc import AsyncIterable, Callable, Iterable

from invoicekit.batch import Item
from invoicekit.bulk.job import BulkService, Job
from invoicekit.bulk.rows import PaymentRow
from invoicekit.clock import Clock
from invoicekit.model import Payment, WriteResult

_PAYMENTS_UNDER_WAY = 32


class PayJob(Job[PaymentRow | None]):
    """Record payments: those of one invoice one after the other, different invoices side by side."""

    def __init__(
        self,
        service: BulkService,
        items: Iterable[Item[PaymentRow | None]] | AsyncIterable[Item[PaymentRow | None]],
        *,
        width: int = _PAYMENTS_UNDER_WAY,
        clock: Clock | None = None,
        on_pause: Callable[[float], None] | None = None,
    ) -> None:
        lane = service.bulk_lane()

        async def send(part: tuple[Item[PaymentRow | None], ...]) -> WriteResult[Payment]:
            (item,) = part
            payment = item.payload
            assert payment is not None  # noqa: S101 -- an item without one has a problem and is never sent
            return await lane.record_payment(
                payment.invoice_id,
                payment.amount,
                paid_at=payment.paid_at,
                reference=payment.reference,
                note=payment.note,
            )

        super().__init__(service, items, send, size=1, width=width, clock=clock, on_pause=on_pause)
