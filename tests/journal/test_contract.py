"""What the guard relies on, whichever journal keeps its promises."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone

import attrs
import pytest

from invoicekit import Money
from invoicekit.errors import InvalidIdentifier
from invoicekit.journal import IllegalMove, Intent, IntentState, Journal

from .conftest import START, Promise, TickingClock

S = IntentState
Lead = Callable[[Journal, IntentState, str], Awaitable[Intent]]

# Table 2.5 of the protocol, written out: what may follow each state by `move`.
MOVES = {
    S.PLANNED: {S.CONFIRMED, S.REJECTED, S.DUPLICATE, S.CANCELLED},
    S.SENDING: {S.PLANNED, S.IN_DOUBT, S.CONFIRMED, S.REJECTED, S.DUPLICATE},
    S.IN_DOUBT: {
        *(S.PLANNED, S.IN_DOUBT, S.CONFIRMED, S.DUPLICATE),
        *(S.RESOLVED_APPLIED, S.RESOLVED_NOT_APPLIED),
    },
    S.DUPLICATE: {S.PLANNED, S.CONFIRMED, S.DUPLICATE, S.RESOLVED_APPLIED, S.RESOLVED_NOT_APPLIED},
    S.CONFIRMED: {S.CONFIRMED, S.DUPLICATE, S.RESOLVED_APPLIED, S.RESOLVED_NOT_APPLIED},
    S.REJECTED: {S.REJECTED, S.RESOLVED_APPLIED, S.RESOLVED_NOT_APPLIED},
    S.CANCELLED: {S.CANCELLED, S.RESOLVED_APPLIED, S.RESOLVED_NOT_APPLIED},
    S.RESOLVED_APPLIED: {S.RESOLVED_APPLIED, S.RESOLVED_NOT_APPLIED},
    S.RESOLVED_NOT_APPLIED: {S.RESOLVED_APPLIED, S.RESOLVED_NOT_APPLIED},
}


async def walk(journal: Journal, **choice: object) -> list[str]:
    return [intent.reference async for intent in journal.intents(**choice)]  # type: ignore[arg-type]


class TestPlan:
    async def test_a_new_intent_is_stored_as_it_is(self, journal: Journal, promise: Promise) -> None:
        """The guard tells its own promise from an earlier one by comparing."""
        intent = promise(at=datetime(2026, 3, 1, 12, 30, 1, 234567, tzinfo=timezone(timedelta(hours=2))))

        answer = await journal.plan(intent)

        assert answer == intent
        assert await journal.get(intent.key) == intent

    async def test_a_known_key_gives_the_stored_intent_unchanged(
        self, journal: Journal, promise: Promise
    ) -> None:
        """A second plan neither overwrites nor resets: the earlier promise holds."""
        first = promise(fingerprint="one")
        await journal.plan(first)
        sending = await journal.record_sending(first.key)

        answer = await journal.plan(promise(fingerprint="two"))

        assert answer == sending

    async def test_only_a_beginning_can_be_planned(self, journal: Journal, promise: Promise) -> None:
        """Nobody enters the table of states in its middle."""
        for wrong in (attrs.evolve(promise(), state=S.SENDING), attrs.evolve(promise(), sends=1)):
            with pytest.raises(IllegalMove):
                await journal.plan(wrong)

        assert await journal.get(promise().key) is None

    async def test_a_text_without_utf8_form_is_refused(self, journal: Journal, promise: Promise) -> None:
        """What cannot be stored cannot be found again, so nothing may be sent under it."""
        for wrong in (promise("bank-\ud800"), attrs.evolve(promise(), amount=Money(1, "\ud800"))):
            with pytest.raises(InvalidIdentifier, match="Unicode"):
                await journal.plan(wrong)

    async def test_an_instant_without_zone_is_refused(self, journal: Journal, promise: Promise) -> None:
        """A local time cannot be told from another."""
        with pytest.raises(ValueError, match="aware"):
            await journal.plan(promise(at=datetime(2026, 1, 1)))  # noqa: DTZ001


class TestKeys:
    @pytest.mark.parametrize("part", ["provider", "account", "operation"])
    async def test_a_reference_is_unique_only_within_the_rest_of_the_key(
        self, journal: Journal, promise: Promise, part: str
    ) -> None:
        """The same bank reference in another account is another payment."""
        first = await journal.plan(promise())
        await journal.record_sending(first.key)

        other = await journal.plan(promise(**{part: "other"}))

        assert other.state is S.PLANNED

    async def test_a_reference_is_taken_letter_by_letter(self, journal: Journal, promise: Promise) -> None:
        """No trimming, no case folding, no normalising, no cutting at NUL."""
        references = ["Ab", "ab", "ab ", "a\u0301", "\u00e1", "a\x00b", "a\x00", "%", "_", "日本"]

        for reference in references:
            await journal.plan(promise(reference))

        assert await walk(journal) == references

    async def test_an_unknown_key_is_not_there(self, journal: Journal, promise: Promise) -> None:
        """Looking stores nothing, even under a key that could not be stored."""
        await journal.plan(promise("another"))

        assert await journal.get(promise().key) is None
        assert await journal.get(promise("\ud800").key) is None
        assert await walk(journal, provider="\ud800") == []
        assert await walk(journal) == ["another"]


class TestSending:
    async def test_each_send_counts(self, journal: Journal, promise: Promise) -> None:
        """The provider never sees more requests than the record says."""
        key = (await journal.plan(promise())).key

        first = await journal.record_sending(key)
        await journal.move(key, S.PLANNED, evidence="429")
        second = await journal.record_sending(key)

        assert (first.state, first.sends) == (S.SENDING, 1)
        assert (second.state, second.sends) == (S.SENDING, 2)

    @pytest.mark.parametrize("state", [state for state in S if state is not S.PLANNED])
    async def test_no_send_from_any_state_but_planned(
        self, journal: Journal, in_state: Lead, state: IntentState
    ) -> None:
        """There is no way to a second send but through a read-back."""
        before = await in_state(journal, state, "bank-1")

        with pytest.raises(IllegalMove, match=f"is {state.value} and cannot become sending"):
            await journal.record_sending(before.key)

        assert await journal.get(before.key) == before

    @pytest.mark.parametrize("state", list(S))
    async def test_a_value_is_repeated_from_doubt_without_a_step_between(
        self, journal: Journal, in_state: Lead, state: IntentState
    ) -> None:
        """What is sent again is never shown as planned; from any other state nothing is repeated."""
        before = await in_state(journal, state, "bank-1")

        if state in {S.PLANNED, S.IN_DOUBT}:
            after = await journal.record_sending(before.key, is_repeat=True)
            assert (after.state, after.sends) == (S.SENDING, before.sends + 1)
        else:
            with pytest.raises(IllegalMove):
                await journal.record_sending(before.key, is_repeat=True)

    async def test_no_send_without_a_promise(self, journal: Journal, promise: Promise) -> None:
        """What was never planned must not leave."""
        with pytest.raises(IllegalMove, match="not in the journal"):
            await journal.record_sending(promise().key)


class TestMove:
    @pytest.mark.parametrize("found", list(S))
    async def test_the_table_of_states_is_kept(
        self, journal: Journal, in_state: Lead, found: IntentState
    ) -> None:
        """Every step of the table is possible and no other one; a refused one changes nothing."""
        before = {wanted: await in_state(journal, found, wanted.value) for wanted in S}

        for wanted in MOVES[found]:
            after = await journal.move(before[wanted].key, wanted)
            assert (after.state, after.sends) == (wanted, before[wanted].sends)
            assert await journal.get(after.key) == after
        for wanted in set(S) - MOVES[found]:
            with pytest.raises(IllegalMove) as caught:
                await journal.move(before[wanted].key, wanted)
            assert (caught.value.found, caught.value.wanted) == (found, wanted)
            assert await journal.get(before[wanted].key) == before[wanted]

    async def test_it_stamps_and_keeps_the_rest(
        self, journal: Journal, promise: Promise, clock: TickingClock
    ) -> None:
        """Only state, evidence, id and stamp change."""
        intent = await journal.plan(promise())
        await journal.record_sending(intent.key)

        after = await journal.move(intent.key, S.CONFIRMED, resource_id="payment-9", evidence="201")

        assert after == attrs.evolve(
            intent, state=S.CONFIRMED, sends=1, resource_id="payment-9", evidence="201", updated_at=clock.last
        )

    async def test_a_known_resource_id_is_kept(self, journal: Journal, promise: Promise) -> None:
        """A later step that knows no id does not forget it."""
        key = (await journal.plan(promise())).key
        await journal.move(key, S.CONFIRMED, resource_id="payment-9")

        after = await journal.move(key, S.RESOLVED_APPLIED)

        assert after.resource_id == "payment-9"

    async def test_the_evidence_is_short_and_can_be_stored(self, journal: Journal, promise: Promise) -> None:
        """A provider's phrase, however long or broken, never keeps an outcome from being recorded."""
        key = (await journal.plan(promise())).key

        after = await journal.move(key, S.CONFIRMED, evidence="\ud800" + "x" * 600, resource_id="\udfff")

        assert after.evidence == "?" + "x" * 499
        assert after.resource_id == "?"
        assert await journal.get(key) == after

    async def test_nothing_is_moved_that_was_not_planned(self, journal: Journal, promise: Promise) -> None:
        """A move makes no record."""
        with pytest.raises(IllegalMove, match="not in the journal"):
            await journal.move(promise().key, S.CANCELLED)

        assert await journal.get(promise().key) is None


class TestReplan:
    @pytest.mark.parametrize("state", [S.PLANNED, *(state for state in S if state.is_settled)])
    async def test_a_settled_or_unsent_one_starts_over(
        self, journal: Journal, in_state: Lead, promise: Promise, state: IntentState
    ) -> None:
        """A SET that is asked for again starts from no sends."""
        await in_state(journal, state, "bank-1")
        again = promise(fingerprint="other", at=START + timedelta(days=1))

        answer = await journal.replan(again, expected=state)

        assert answer == again
        assert await journal.get(again.key) == again

    @pytest.mark.parametrize("state", [S.SENDING, S.IN_DOUBT, S.DUPLICATE])
    async def test_an_open_one_is_never_forgotten(
        self, journal: Journal, in_state: Lead, promise: Promise, state: IntentState
    ) -> None:
        """Doubt is settled, not overwritten."""
        before = await in_state(journal, state, "bank-1")

        with pytest.raises(IllegalMove):
            await journal.replan(promise(fingerprint="other"), expected=state)

        assert await journal.get(before.key) == before

    async def test_another_state_than_expected_wins(
        self, journal: Journal, in_state: Lead, promise: Promise
    ) -> None:
        """Of two who start over, the second sees what the first has put there."""
        before = await in_state(journal, S.SENDING, "bank-1")

        answer = await journal.replan(promise(fingerprint="other"), expected=S.CONFIRMED)

        assert answer == before

    async def test_a_forgotten_one_is_planned_anew(self, journal: Journal, promise: Promise) -> None:
        """Pruning between the reading and the starting over does no harm."""
        answer = await journal.replan(promise(), expected=S.CONFIRMED)

        assert answer == promise()
        assert await journal.get(promise().key) == promise()


class TestNote:
    async def test_a_note_is_seen_by_what_follows(self, journal: Journal, in_state: Lead) -> None:
        """A cancelled task's doubt is there when the next call reads."""
        before = await in_state(journal, S.SENDING, "bank-1")

        journal.note(before.key, S.IN_DOUBT, evidence="cancelled")

        after = await asyncio.wait_for(journal.get(before.key), timeout=10)
        assert after is not None
        assert (after.state, after.evidence) == (S.IN_DOUBT, "cancelled")

    async def test_a_note_precedes_a_later_send(self, journal: Journal, in_state: Lead) -> None:
        """A send taken back by a note may be followed by the next one at once."""
        before = await in_state(journal, S.SENDING, "bank-1")

        journal.note(before.key, S.PLANNED, evidence="no effect: RateLimited")
        after = await asyncio.wait_for(journal.record_sending(before.key), timeout=10)

        assert (after.state, after.sends) == (S.SENDING, 2)

    async def test_a_note_that_comes_too_late_is_dropped(self, journal: Journal, in_state: Lead) -> None:
        """Doubt noted after the answer was recorded does not undo the answer."""
        before = await in_state(journal, S.CONFIRMED, "bank-1")

        journal.note(before.key, S.IN_DOUBT)

        assert await journal.get(before.key) == before

    async def test_a_note_never_raises(self, journal: Journal, promise: Promise) -> None:
        """It is called while a CancelledError passes, which nothing may replace."""
        journal.note(promise().key, S.IN_DOUBT)
        await journal.aclose()

        journal.note(promise().key, S.IN_DOUBT)


class TestWalk:
    async def test_oldest_first(self, journal: Journal, promise: Promise) -> None:
        """In the order in which they were first planned, whatever happened since."""
        references = [f"bank-{n}" for n in (3, 1, 2)]
        for reference in references:
            await journal.plan(promise(reference))
        await journal.move(promise("bank-3").key, S.CONFIRMED)
        await journal.replan(promise("bank-3"), expected=S.CONFIRMED)

        assert await walk(journal) == references

    async def test_each_choice_narrows(self, journal: Journal, promise: Promise) -> None:
        """Provider, account and states are all to hold."""
        for provider, account in itertools.product(("p", "q"), ("a", "b")):
            for reference in ("open", "done"):
                intent = promise(f"{provider}{account}-{reference}", provider=provider, account=account)
                await journal.plan(intent)
                if reference == "done":
                    await journal.move(intent.key, S.CONFIRMED)

        assert await walk(journal, provider="p") == ["pa-open", "pa-done", "pb-open", "pb-done"]
        assert await walk(journal, account="b") == ["pb-open", "pb-done", "qb-open", "qb-done"]
        assert await walk(journal, states=frozenset({S.PLANNED}), account="a") == ["pa-open", "qa-open"]
        assert await walk(journal, states=frozenset({S.PLANNED, S.CONFIRMED}), provider="q", account="b") == [
            "qb-open",
            "qb-done",
        ]
        assert await walk(journal, states=frozenset()) == []

    @pytest.mark.parametrize("state", list(S))
    async def test_every_state_is_found(self, journal: Journal, in_state: Lead, state: IntentState) -> None:
        """No state falls out of a list, least of all an unsettled one."""
        await in_state(journal, state, "wanted")
        await in_state(journal, S.CONFIRMED if state is not S.CONFIRMED else S.PLANNED, "other")

        assert await walk(journal, states=frozenset({state})) == ["wanted"]

    async def test_a_walk_goes_over_many_and_ends(self, journal: Journal, promise: Promise) -> None:
        """Each stands once, though the walk's own steps add new ones as it goes."""
        expected = [f"bank-{n}" for n in range(1201)]
        await asyncio.gather(*(journal.plan(promise(reference)) for reference in expected))

        seen = []
        async for intent in journal.intents():
            seen.append(intent.reference)
            if len(seen) % 100 == 1:
                await journal.plan(promise(f"late-{intent.reference}"))

        assert seen == expected

    async def test_a_walk_sees_what_is_pruned_meanwhile_no_more(
        self, journal: Journal, promise: Promise
    ) -> None:
        """A walk that outlives records goes on with the next one."""
        intents = [promise(f"bank-{n}") for n in range(1001)]
        await asyncio.gather(*(journal.plan(intent) for intent in intents))
        await asyncio.gather(*(journal.move(intent.key, S.CONFIRMED) for intent in intents[600:1000]))

        seen = []
        async for intent in journal.intents():
            seen.append(intent.reference)
            if len(seen) == 1:
                await journal.prune(settled_before=START + timedelta(days=1))

        assert seen == [f"bank-{n}" for n in (*range(600), 1000)]


class TestPrune:
    async def test_only_the_settled_go(self, journal: Journal, in_state: Lead) -> None:
        """What is open is never forgotten, however old."""
        for state in S:
            await in_state(journal, state, state.value)

        forgotten = await journal.prune(settled_before=START + timedelta(days=1000))

        assert forgotten == 5
        assert await walk(journal) == ["planned", "sending", "in doubt", "duplicate"]

    async def test_only_the_old_go(self, journal: Journal, promise: Promise, clock: TickingClock) -> None:
        """An instant is compared as an instant, in whatever zone it is written."""
        await journal.plan(promise("old"))
        await journal.move(promise("old").key, S.CANCELLED)
        limit = clock.now().astimezone(timezone(timedelta(hours=-9)))
        await journal.plan(promise("new"))
        await journal.move(promise("new").key, S.CANCELLED)

        forgotten = await journal.prune(settled_before=limit)

        assert forgotten == 1
        assert await walk(journal) == ["new"]

    async def test_many_go_at_once(self, journal: Journal, promise: Promise) -> None:
        """More than one stretch of the store, with gaps from the last time."""
        intents = [promise(f"bank-{n}") for n in range(1600)]
        await asyncio.gather(*(journal.plan(intent) for intent in intents))
        await asyncio.gather(*(journal.move(intent.key, S.CONFIRMED) for intent in intents[::2]))

        first = await journal.prune(settled_before=START + timedelta(days=1))
        second = await journal.prune(settled_before=START + timedelta(days=1))

        assert (first, second) == (800, 0)
        assert len(await walk(journal)) == 800

    async def test_an_instant_without_zone_is_refused(self, journal: Journal) -> None:
        """Guessing the zone could forget a day too much."""
        with pytest.raises(ValueError, match="aware"):
            await journal.prune(settled_before=datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None))


class TestClosing:
    async def test_a_closed_journal_can_be_opened_again(self, journal: Journal, promise: Promise) -> None:
        """What was promised is still there."""
        await journal.plan(promise())
        await journal.aclose()
        await journal.aclose()

        await journal.open()
        await journal.open()

        assert await journal.get(promise().key) == promise()
