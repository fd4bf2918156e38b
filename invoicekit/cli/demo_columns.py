"""The same small program at every provider, side by side, each judged by its own ledger."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from invoicekit.cli.demo_ground import CURRENCY, Ground, ground
from invoicekit.cli.demo_judge import Judged, contradictions
from invoicekit.cli.demo_play import SETTLE_SECONDS, Order
from invoicekit.cli.demo_program import Cell, Program
from invoicekit.clock import SystemClock
from invoicekit.errors import InvoiceKitError
from invoicekit.guard import DoubtPolicy
from invoicekit.service import Connection, InvoiceService


@attrs.frozen(kw_only=True)
class Column:
    """How the program went at one provider.

    Attributes:
        cells: By step; empty where it could not begin.
        contradictions: Where the ledger tells another story.
        faults: Those that struck, by kind.
        failure: Why it could not begin, or could not be judged.
    """

    provider: str
    cells: Mapping[str, Cell] = attrs.field(factory=dict)
    contradictions: tuple[str, ...] = ()
    requests: int = 0
    faults: Mapping[str, int] = attrs.field(factory=dict)
    failure: InvoiceKitError | None = None

    @property
    def is_consistent(self) -> bool:
        """Whether ledger and rows agree in everything."""
        return self.failure is None and not self.contradictions


async def play_columns(providers: Sequence[str], order: Order) -> list[Column]:
    """Run the program at all of these providers at once; none waits for another."""
    # New each time: a kept journal would promise what these simulators never saw.
    folder = Path(tempfile.mkdtemp(prefix="program-", dir=order.folder))
    return list(await asyncio.gather(*(_column(provider, order, folder) for provider in providers)))


async def _column(provider: str, order: Order, folder: Path) -> Column:
    faults = "demo" if order.has_faults else "none"
    options = ("--faults", faults, "--seed", str(order.seed), "--settle-seconds", str(SETTLE_SECONDS))
    try:
        async with ground(provider, folder, *options) as place:
            connection = Connection(
                provider,
                arguments=place.settings,
                journal=folder / f"{provider}-journal.sqlite",
                policy=DoubtPolicy(on_doubt=order.on_doubt),
            )
            async with InvoiceService(connection) as service:
                return await _played(place, service, folder / f"{provider}-invoice.pdf")
    except InvoiceKitError as failure:
        return Column(provider=provider, failure=failure)


async def _played(place: Ground, service: InvoiceService, pdf: Path) -> Column:
    await service.probe()
    entry_ids = await place.add_time(service)
    program = Program(
        service,
        currency=str(place.settings.get("currency", CURRENCY)),
        entry_ids=entry_ids,
        today=SystemClock().now(),
        pdf=pdf,
    )
    cells = await program.run()
    requests = service.stats().sent
    # A write in doubt was waited for beyond the settle bound, so nothing is still on its way.
    told = Judged(
        cells=cells,
        customer_id=program.customer_id,
        entry_ids=entry_ids,
        has_write_faults=await place.has_write_faults(),
    )
    return Column(
        provider=service.provider,
        cells=cells,
        contradictions=contradictions(told, await place.books(service), service.capabilities()),
        requests=requests,
        faults=await place.faults(),
    )
