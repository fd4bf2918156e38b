"""What a user sets holds."""

import asyncio
from typing import Any

import attrs

from invoicekit.errors import InvoiceKitError
from invoicekit.testing.calls import Hand
from invoicekit.testing.rule import Finding, NotApplicable, Rule, Tier, Trial

_READS = 12
_PER_SECOND = 4


async def _rate(trial: Trial) -> None:
    method, *_ = trial.offered("get_invoice", "list_invoices", "list_customers")
    if "rate" not in attrs.fields_dict(trial.subject.adapter.config_type):
        raise NotApplicable("its rate cannot be set")
    bench = trial.bench()
    async with bench.process() as plain:
        call = await Hand(bench, plain).ready(method)
    given: dict[str, Any] = {"rate": f"{_PER_SECOND}/s"}
    try:
        async with bench.process(**given) as service:
            bulk, seen = service.bulk_lane(), len(bench.requests())
            await asyncio.gather(*(call(bulk) for _ in range(_READS)))
    except InvoiceKitError as error:
        raise NotApplicable(f"it takes no rate like {given['rate']}: {error}") from error
    at = [one.at_seconds for one in bench.requests(seen)]
    took, least = at[-1] - at[0], (len(at) - 1) / _PER_SECOND - 1
    if took < least:
        raise Finding(
            f"{len(at)} requests leave within {took:.2f} s, and rate={given['rate']!r} allows "
            f"{_PER_SECOND} a second"
        )


RULES = (
    Rule(
        id="limits.configured",
        title="A rate that is set is the rate that is kept",
        why="Who shares an account sets a part of its limit: beyond it everybody is refused.",
        bug="Site(windows=DOCUMENTED)  # and config.rate is never looked at",
        tier=Tier.SILVER,
        check=_rate,
    ),
)
