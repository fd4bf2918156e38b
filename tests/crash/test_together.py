"""Several processes on one journal pay the same bills in other orders; some are killed, or stand still."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
import pytest
from crash_lives import Life, Nursery
from crash_policy import DYING_LEASE_SECONDS, LASTING_LEASE_SECONDS

from invoicekit.guard import marker_of
from invoicekit.journal import IntentKey, SqliteJournal
from invoicekit.simulate import Rate, serving
from invoicekit_clockify.simulator import ClockifySimulator

IS_WHOLE = os.environ.get("INVOICEKIT_CRASH") == "whole"
DONE = {"applied", "already applied"}
HONEST = DONE | {"InProgress", "OutcomeUnknown"}

Work = Sequence[tuple[str, str]]


@attrs.frozen(kw_only=True)
class Crowd:
    """How many processes are given how many payments on five invoices.

    Attributes:
        kills: How many of them are killed somewhere, and their work given to another.
        frozen: How many stand still at once, until the others have ended, or for three leases.
    """

    processes: int
    payments: int
    kills: int = 0
    frozen: int = 0
    seed: int = 1

    def __str__(self) -> str:
        fates = f"{self.kills} killed, {self.frozen} frozen"
        return f"{self.processes} on {self.payments}, {fates}, seed {self.seed}"


@attrs.frozen(kw_only=True)
class End:
    """What came of it.

    Attributes:
        told: By reference, what each process that lived to tell was told, and how often it had sent.
        why: What went wrong with those that were not done, in words.
        last: By reference, what a process was told that came after all of them.
        stands: How often each payment stands in the ledger.
        seen: Payments that the provider saw asked for before the last process, and in all.
        sends: Sends on record in the journal.
    """

    told: Mapping[str, Sequence[tuple[str, int]]]
    why: Sequence[str]
    last: Mapping[str, str]
    stands: Counter[str]
    seen: tuple[int, int]
    sends: int


async def played(crowd: Crowd, nursery: Nursery, folder: Path) -> End:
    """Let the processes loose, kill some of them somewhere, and give their work to others."""
    draw = random.Random(crowd.seed)
    simulator = ClockifySimulator(seed=crowd.seed, rate=Rate.parse("none"), settle_seconds=0.3)
    invoices = [simulator.home.add_invoice(amount_minor=1_000_000, status="SENT").id for _ in range(5)]
    work = [(f"bank-{number}", invoices[number % 5]) for number in range(crowd.payments)]
    journal = folder / "journal.sqlite"
    async with serving(simulator) as running, nursery.listening():

        def start(order: Work, lease_seconds: float, width: int = 4) -> Life:
            return nursery.start(
                "crowd",
                provider="clockify",
                settings={**simulator.settings(running.url), "rate": "5000/s", "page_size": 50},
                journal=str(journal),
                work=order,
                width=width,
                lease_seconds=lease_seconds,
            )

        def shuffled() -> Work:
            return draw.sample(work, len(work))

        lives = [
            start(shuffled(), DYING_LEASE_SECONDS if crowd.kills or crowd.frozen else LASTING_LEASE_SECONDS)
            for _ in range(crowd.processes)
        ]
        killed = []
        for victim, after in [
            (draw.randrange(crowd.processes), draw.randint(1, crowd.payments // 2))
            for _ in range(crowd.kills)
        ]:
            await lives[victim].says_or_ends("did", after)
            if lives[victim].code is None:
                lives[victim].signal(signal.SIGKILL)
                killed.append(lives[victim])
                lives[victim] = start(shuffled(), DYING_LEASE_SECONDS)
        if crowd.frozen:
            await lives[0].says_or_ends("did", draw.randint(1, crowd.payments // 2))
            still = [life for life in lives[: crowd.frozen] if life.code is None]
            for life in still:
                life.signal(signal.SIGSTOP)
            await _ended_or_late([life for life in lives if life not in still])
            for life in still:
                life.signal(signal.SIGCONT)
        await asyncio.gather(*(life.ended() for life in lives))
        before = _posts(simulator)
        last = start(work, LASTING_LEASE_SECONDS)
        await last.ended()
    told: dict[str, list[tuple[str, int]]] = {reference: [] for reference, _ in work}
    for life in (*lives, *killed):
        for reference, verdict, sends in life.said("did"):
            told[reference].append((verdict, sends))
    return End(
        why=[why for life in lives for why in life.said("why")],
        told=told,
        last={reference: verdict for reference, verdict, _ in last.said("did")},
        stands=_standing(simulator, [reference for reference, _ in work]),
        seen=(before, _posts(simulator)),
        sends=await _recorded(journal),
    )


async def _ended_or_late(lives: Sequence[Life]) -> None:
    """Wait until all have ended, or for three leases: one that stands still amid a commit holds up all."""
    waiting = [asyncio.ensure_future(life.dies()) for life in lives]
    await asyncio.wait(waiting, timeout=3 * DYING_LEASE_SECONDS)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


def _posts(simulator: ClockifySimulator) -> int:
    return sum(simulator.tally.by_operation["add_payment"].values())


def _standing(simulator: ClockifySimulator, references: Sequence[str]) -> Counter[str]:
    account = simulator.home.id
    by_marker = {
        marker_of(IntentKey("clockify", account, "record_payment", reference)): reference
        for reference in references
    }
    counts: Counter[str] = Counter()
    for payment in simulator.ledger.payments():
        (found,) = [reference for marker, reference in by_marker.items() if marker in payment.note]
        counts[found] += 1
    return counts


async def _recorded(path: Path) -> int:
    journal = SqliteJournal(path)
    await journal.open()
    sends = [intent.sends async for intent in journal.intents()]
    await journal.aclose()
    return sum(sends)


CROWDS = [Crowd(processes=3, payments=20)]
DYING = [Crowd(processes=3, payments=15, kills=2), Crowd(processes=3, payments=15, frozen=1)]
if IS_WHOLE:
    CROWDS += [
        Crowd(processes=processes, payments=payments, seed=seed)
        for processes, payments in ((2, 50), (4, 40), (6, 40), (8, 30))
        for seed in (2, 3, 4)
    ]
    DYING += [
        Crowd(processes=processes, payments=30, kills=kills, seed=seed)
        for processes, kills in ((2, 3), (4, 6), (8, 10))
        for seed in (2, 3, 4, 5)
    ]
    DYING += [
        Crowd(processes=processes, payments=30, frozen=frozen, seed=seed)
        for processes, frozen in ((2, 1), (4, 2), (8, 4))
        for seed in (2, 3, 4, 5)
    ]


@pytest.mark.parametrize("crowd", CROWDS, ids=str)
async def test_everybody_pays_the_same_once(crowd: Crowd, nursery: Nursery, tmp_path: Path) -> None:
    """Each payment is made once, by one of them; all others are told that it is there."""
    end = await played(crowd, nursery, tmp_path)

    assert set(end.stands.values()) == {1}
    assert len(end.stands) == crowd.payments
    assert end.seen == (crowd.payments, crowd.payments)
    assert end.sends == crowd.payments
    for reference, told in end.told.items():
        verdicts = Counter(verdict for verdict, _ in told)
        assert len(told) == crowd.processes
        assert set(verdicts) <= HONEST, (reference, told, end.why)
        assert verdicts["applied"] == 1, (reference, told)
        assert sum(sends for _, sends in told) == 1, (reference, told)
    assert set(end.last.values()) == {"already applied"}


@pytest.mark.parametrize("crowd", DYING, ids=str)
async def test_some_are_killed_or_stand_still(crowd: Crowd, nursery: Nursery, tmp_path: Path) -> None:
    """No payment twice; what is told as done is there, and what is left in doubt never left."""
    end = await played(crowd, nursery, tmp_path)

    assert set(end.stands.values()) == {1}
    assert end.seen[0] == end.seen[1] <= end.sends
    for reference, told in end.told.items():
        verdicts = Counter(verdict for verdict, _ in told)
        assert set(verdicts) <= HONEST, (reference, told, end.why)
        assert verdicts["applied"] <= 1, (reference, told)
        assert (end.last[reference] in DONE) == (end.stands[reference] == 1), (reference, end)
        assert end.last[reference] in DONE | {"OutcomeUnknown"}
