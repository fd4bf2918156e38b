"""What a process does that is to be killed: one call through a tapped service, or many."""

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

from crash_calls import CALLS
from crash_crowd import crowd
from crash_policy import policy
from crash_steps import Ending, Place, Step, Tap, numbers
from crash_taps import TappedJournal, TappedLoop, TappedTransport
from crash_worlds import WORLDS, Mood

from invoicekit import (
    DuplicateDetected,
    InvoiceKitError,
    InvoiceService,
    NotApplied,
    OutcomeUnknown,
    WriteResult,
)
from invoicekit.errors import JournalUnavailable
from invoicekit.journal import Journal
from invoicekit.registry import Registry
from invoicekit.testing import InProcessTransport
from invoicekit.transport import AiohttpTransport

Say = Callable[[Mapping[str, object]], None]
Order = Mapping[str, Any]


async def records(journal: Journal) -> list[list[object]]:
    """Return what a journal holds, as can be said in a line."""
    return [
        [intent.operation, intent.reference, intent.state.value, intent.sends]
        async for intent in journal.intents()
    ]


async def told(call: Awaitable[WriteResult[object]]) -> dict[str, object]:
    """Return what a call tells its caller, as can be said in a line."""
    try:
        result = await call
    except OutcomeUnknown as failure:
        return {"verdict": "unknown", "why": str(failure)[:300]}
    except DuplicateDetected as failure:
        return {"verdict": "duplicate", "why": str(failure)[:300]}
    except NotApplied as failure:
        return {"verdict": "not applied", "why": f"{type(failure).__name__}: {failure}"[:300]}
    except InvoiceKitError as failure:
        return {"verdict": type(failure).__name__, "why": str(failure)[:300]}
    return {"verdict": result.outcome.value}


def ended_at(place: Place | None, ending: Ending, say: Say) -> Tap:
    """Return a tap that ends this process at a place."""

    def end(passed: list[Step]) -> None:
        say({"at": [passed[-1], passed.count(passed[-1])], "passed": numbers(passed)})
        if ending is Ending.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        elif ending is Ending.STOP:
            # To this very thread: it would go on if another one took the signal in.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
        else:
            while True:
                signal.pause()

    is_amid = place is not None and "amid" in place.step
    return Tap(place, end, waits=ending is Ending.STOP and not is_amid)


def rehearsed() -> Registry:
    """Make every call once, against a provider in this process, and return the registry it left.

    Forks then need not import, look up or generate anything again.
    """
    registry = Registry()
    asyncio.run(_rehearse(registry))
    return registry


async def _rehearse(registry: Registry) -> None:
    for provider, call, build in WORLDS.values():
        world = build(Mood.OK)
        settings: dict[str, Any] = dict(world.settings("http://127.0.0.1:9"))
        transport = InProcessTransport(world.simulator, delay_seconds=0.0)
        async with InvoiceService.connect(
            provider, transport=transport, registry=registry, **settings
        ) as service:
            await CALLS[call](service, world.ids)


def one_call(order: Order, say: Say, registry: Registry) -> None:
    """Make one call, and die at the place the order names.

    Says what the journal held at first (`found`), what the call told (`told`), the same for the call made
    again by a new service (`again`), what the journal holds at last (`left`), and all steps `passed`.
    """
    place = Place(Step(order["place"][0]), order["place"][1]) if order["place"] else None
    ending = Ending(order["ending"]) if order.get("ending") else (place.ending if place else Ending.KILL)
    tap = ended_at(place, ending, say)
    with asyncio.Runner(loop_factory=lambda: TappedLoop(tap)) as runner:
        runner.run(_one_call(order, say, registry, tap))


async def _one_call(order: Order, say: Say, registry: Registry, tap: Tap) -> None:
    journal = TappedJournal(
        Path(order["journal"]), tap, together=order["together"], busy_seconds=order["busy_seconds"]
    )
    try:
        await journal.open()
    except JournalUnavailable as failure:
        say({"told": {"verdict": "not applied", "why": str(failure)[:300]}, "passed": [], "left": []})
        return
    say({"found": await records(journal)})
    transport = TappedTransport(AiohttpTransport(), tap)
    call = CALLS[order["call"]]
    for word in ("told", "again") if order["again"] else ("told",):
        service = InvoiceService.connect(
            order["provider"],
            journal=journal,
            transport=transport,
            policy=policy(order["on_doubt"], order["lease_seconds"]),
            random=Random(1),
            registry=registry,
            **order["settings"],
        )
        async with service:
            say({word: await told(call(service, order["ids"]))})
        tap.at(Step.RETURNED)
    await transport.aclose()
    say({"left": await records(journal), "passed": numbers(tap.passed)})
    await journal.aclose()


PROGRAMS: Mapping[str, Callable[[Order, Say, Registry], None]] = MappingProxyType(
    {"one_call": one_call, "crowd": crowd}
)
