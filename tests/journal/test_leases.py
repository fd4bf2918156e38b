"""Leases in every journal: one owner a target, and no word from whoever lost it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from invoicekit.clock import Clock
from invoicekit.journal import Intent, IntentState, Journal, Lease, Leased, LeaseLost, SqliteJournal

SENDING, IN_DOUBT, CONFIRMED = IntentState.SENDING, IntentState.IN_DOUBT, IntentState.CONFIRMED
Promise = Callable[..., Intent]

ONE = Lease(place=("clockify", "workspace-1", "invoice-1"), owner="one", seconds=10)
TWO = attrs.evolve(ONE, owner="two")


async def test_a_target_has_one_owner(journal: Journal, promise: Promise) -> None:
    """A second one is told who holds it and for how long at most; nothing of its own is stored."""
    await journal.plan(promise(), lease=ONE)

    with pytest.raises(Leased) as caught:
        await journal.plan(promise("bank-2"), lease=TWO)

    assert (caught.value.owner, 0 < caught.value.seconds_left <= 10) == ("one", True)
    assert await journal.get(promise("bank-2").key) is None


@pytest.mark.parametrize("place", ["provider", "account", "target"])
async def test_other_targets_are_free(journal: Journal, promise: Promise, place: str) -> None:
    """The same name elsewhere is another target."""
    own = {"provider": "clockify", "account": "workspace-1", "target": "invoice-1"}
    other = {"provider": "asset", "account": "workspace-2", "target": "invoice-2"}
    provider, account, target = (own | {place: other[place]}).values()
    elsewhere = attrs.evolve(TWO, place=(provider, account, target))
    await journal.plan(promise(), lease=ONE)

    await journal.plan(promise("bank-2"), lease=elsewhere)


async def test_a_lapsed_lease_is_free(journal: Journal, promise: Promise, clock: Clock) -> None:
    """Whoever did not renew it in time has lost it to the next that asks."""
    await journal.plan(promise(), lease=ONE)
    await clock.sleep(10)

    await journal.plan(promise(), lease=TWO)

    with pytest.raises(LeaseLost):
        await journal.record_sending(promise().key, lease=ONE)


async def test_a_lease_of_an_earlier_boot_is_free(journal: Journal, promise: Promise, clock: Clock) -> None:
    """The shared clock starts anew with the machine: what was taken in its future is long over."""
    await clock.sleep(1000)
    await journal.plan(promise(), lease=ONE)
    await clock.sleep(-1000)

    await journal.plan(promise(), lease=TWO)


async def test_a_renewed_lease_holds_anew(journal: Journal, promise: Promise, clock: Clock) -> None:
    """From the renewal on, for its whole time."""
    await journal.plan(promise(), lease=ONE)
    await clock.sleep(8)
    journal.renew([ONE])
    await clock.sleep(8)

    with pytest.raises(Leased):
        await journal.plan(promise(), lease=TWO)


async def test_a_send_renews_the_lease(journal: Journal, promise: Promise, clock: Clock) -> None:
    """It then covers the whole exchange."""
    intent = await journal.plan(promise(), lease=ONE)
    await clock.sleep(8)
    await journal.record_sending(intent.key, lease=ONE)
    await clock.sleep(8)

    with pytest.raises(Leased):
        await journal.plan(promise(), lease=TWO)


async def test_what_another_took_is_not_renewed(journal: Journal, promise: Promise, clock: Clock) -> None:
    """A renewal that comes too late changes nothing."""
    await journal.plan(promise(), lease=ONE)
    await clock.sleep(10)
    await journal.plan(promise(), lease=TWO)

    journal.renew([ONE])
    journal.release(ONE)

    await journal.record_sending(promise().key, lease=TWO)
    with pytest.raises(Leased):
        await journal.plan(promise(), lease=attrs.evolve(ONE, owner="three"))


async def test_a_released_lease_is_free_at_once(journal: Journal, promise: Promise) -> None:
    """Nobody waits for one that was given back."""
    await journal.plan(promise(), lease=ONE)

    journal.release(ONE)

    await journal.plan(promise(), lease=TWO)


async def test_the_last_word_gives_the_lease_back(journal: Journal, promise: Promise) -> None:
    """In the same commit, so that the settled record never blocks its target."""
    intent = await journal.plan(promise(), lease=ONE)
    await journal.record_sending(intent.key, lease=ONE)
    await journal.move(intent.key, CONFIRMED, lease=ONE, is_last=True)

    assert await journal.plan(promise(), lease=TWO) == await journal.get(intent.key)


async def test_a_word_that_is_not_the_last_keeps_it(journal: Journal, promise: Promise) -> None:
    """Doubt is looked into under the same lease."""
    intent = await journal.plan(promise(), lease=ONE)
    await journal.record_sending(intent.key, lease=ONE)
    await journal.move(intent.key, IN_DOUBT, lease=ONE)

    with pytest.raises(Leased):
        await journal.plan(promise(), lease=TWO)


@pytest.mark.parametrize("change", ["replan", "record_sending", "move"])
async def test_whoever_lost_it_changes_nothing(journal: Journal, promise: Promise, change: str) -> None:
    """Every change asks for the lease in its own commit."""
    intent = await journal.plan(promise(), lease=ONE)
    journal.release(ONE)
    await journal.plan(promise(), lease=TWO)
    changes = {
        "replan": lambda: journal.replan(promise(fingerprint="cafe"), expected=intent.state, lease=ONE),
        "record_sending": lambda: journal.record_sending(intent.key, lease=ONE),
        "move": lambda: journal.move(intent.key, CONFIRMED, lease=ONE, is_last=True),
    }

    with pytest.raises(LeaseLost) as caught:
        await changes[change]()

    assert caught.value.found is IntentState.PLANNED
    assert await journal.get(intent.key) == intent
    with pytest.raises(Leased):
        await journal.plan(promise(), lease=attrs.evolve(ONE, owner="three"))


async def test_a_note_of_whoever_lost_it_is_dropped(journal: Journal, promise: Promise) -> None:
    """A task torn away long after its target was taken over leaves the record alone."""
    intent = await journal.plan(promise(), lease=ONE)
    await journal.record_sending(intent.key, lease=ONE)
    journal.release(ONE)
    await journal.plan(promise(), lease=TWO)

    journal.note(intent.key, IN_DOUBT, lease=ONE)

    stored = await journal.get(intent.key)
    assert stored is not None
    assert stored.state is SENDING


async def test_two_processes_want_one_target(
    sqlite_journal: SqliteJournal, promise: Promise, clock: Clock, path: Path
) -> None:
    """The file decides, not the object: one of two journals on it gets the lease."""
    other = SqliteJournal(path, clock=clock)
    await other.open()

    claims = (sqlite_journal.plan(promise(), lease=ONE), other.plan(promise(), lease=TWO))
    ended = await asyncio.gather(*claims, return_exceptions=True)

    await other.aclose()
    assert sorted(type(one).__name__ for one in ended) == ["Intent", "Leased"]


async def test_pruning_drops_what_killed_owners_left(
    sqlite_journal: SqliteJournal, promise: Promise, clock: Clock
) -> None:
    """Lapsed leases go, the living stay."""
    await sqlite_journal.plan(promise(), lease=ONE)
    await clock.sleep(10)
    alive = attrs.evolve(TWO, place=(*TWO.place[:2], "invoice-2"))
    intent = await sqlite_journal.plan(promise("bank-2", target="invoice-2"), lease=alive)

    await sqlite_journal.prune(settled_before=intent.created_at - timedelta(days=1))

    await sqlite_journal.record_sending(intent.key, lease=alive)
    with pytest.raises(LeaseLost):
        await sqlite_journal.record_sending(promise().key, lease=ONE)


async def test_a_lease_says_nothing_about_another_target(journal: Journal, promise: Promise) -> None:
    """One reference for two targets: whose record was replaced meanwhile sends and writes nothing."""
    elsewhere = attrs.evolve(promise(), target="invoice-2", fingerprint="another")
    await journal.plan(promise(), lease=ONE)
    there = attrs.evolve(TWO, place=(*TWO.place[:2], "invoice-2"))
    await journal.plan(elsewhere, lease=there)
    await journal.replan(elsewhere, expected=IntentState.PLANNED, lease=there)

    with pytest.raises(LeaseLost):
        await journal.record_sending(promise().key, lease=ONE)
    with pytest.raises(LeaseLost):
        await journal.move(promise().key, CONFIRMED, lease=ONE)
    journal.note(promise().key, CONFIRMED, lease=ONE)

    assert await journal.get(promise().key) == elsewhere
