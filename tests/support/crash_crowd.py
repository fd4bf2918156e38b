"""What a process does that shares its journal and its work with others."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from crash_calls import WHEN
from crash_policy import policy

from invoicekit import InvoiceKitError, InvoiceService, Money
from invoicekit.journal import SqliteJournal
from invoicekit.registry import Registry

Say = Callable[[Mapping[str, object]], None]


def crowd(order: Mapping[str, Any], say: Say, registry: Registry) -> None:
    """Record one payment for each reference, a few at a time, in the order given.

    Says of each reference what the call told (`did`), each as soon as it is known.
    """
    asyncio.run(_crowd(order, say, registry))


async def _crowd(order: Mapping[str, Any], say: Say, registry: Registry) -> None:
    journal = SqliteJournal(Path(order["journal"]), busy_seconds=30.0)
    service = InvoiceService.connect(
        order["provider"],
        journal=journal,
        policy=policy("ask", order["lease_seconds"]),
        registry=registry,
        **order["settings"],
    )
    width = asyncio.Semaphore(order["width"])

    async def pay(reference: str, invoice: str) -> None:
        async with width:
            try:
                result = await service.record_payment(
                    invoice, Money("10.00", "EUR"), reference=reference, paid_at=WHEN
                )
            except InvoiceKitError as failure:
                say({"did": [reference, type(failure).__name__, 0], "why": str(failure)[:300]})
            else:
                say({"did": [reference, result.outcome.value, result.attempts]})

    async with service:
        say({"open": True})
        await asyncio.gather(*(pay(reference, invoice) for reference, invoice in order["work"]))
    await journal.aclose()
