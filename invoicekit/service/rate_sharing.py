"""Share an account's rate with whoever else uses it on the same journal."""

import asyncio
import math
import os
import secrets
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from invoicekit.channel import Limiter
from invoicekit.clock import Clock
from invoicekit.errors import InvoiceKitError
from invoicekit.journal import BUCKET_SECONDS, OthersUse, RateUse, Spent

BEAT_SECONDS = 0.5
"""How often it is told what is sent here, while anything is."""
_HEADROOM = 1.25
"""Whoever sends less than it may gets this much more than it sent, so that it can send more."""
_LEAST_PER_SECOND = 1.0
_LEAST_PART = 0.02
_MOST_KEPT_FREE = 0.06
_JOINING_PART = 0.1
"""Until the others know of a newcomer, which takes one of their beats."""


class SharedJournal(Protocol):
    """A journal that several processes hold open."""

    async def share_rate(self, use: RateUse) -> OthersUse:
        """Tell how an account's rate is used here, and return how the others use it."""
        ...


class RateSharing:
    """Tells what is sent here and asks what others send, twice a second while anything is sent.

    Nothing waits for it: where the journal cannot be used, the limiter goes on with the part it had. An owner
    that is not heard of for two seconds has no part any more.

    """

    def __init__(
        self, journal: SharedJournal, limiter: Limiter, clock: Clock, *, provider: str, account: str
    ) -> None:
        self._journal = journal
        self._limiter = limiter
        self._clock = clock
        self._provider, self._account = provider, account
        self._owner = f"process {os.getpid()} ({secrets.token_hex(4)})"
        self._spent: Counter[int] = Counter()
        self._sent = 0
        self._told_at = -math.inf
        self._beat: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_new = True
        # More is taken one beat after it is due: until then the others may not have heard of it.
        self._due = _JOINING_PART

    async def begin(self) -> None:
        """Tell of ourselves, and look who else is there, before anything is sent."""
        await self._tell(wanted=_LEAST_PER_SECOND, is_joining=True)
        self._limiter.tell_grants(self._granted)

    async def end(self) -> None:
        """Leave the whole rate to the others."""
        if self._timer is not None:
            self._timer.cancel()
        if self._beat is not None:
            self._beat.cancel()
            await asyncio.gather(self._beat, return_exceptions=True)
        await self._tell(wanted=0.0)

    def _granted(self) -> None:
        self._sent += 1
        if self._limiter.longest_window_seconds:
            self._spent[int(self._clock.now().timestamp() // BUCKET_SECONDS)] += 1
        if self._beat is None and self._timer is None:
            self._begin_beat()

    def _begin_beat(self) -> None:
        self._timer = None
        self._beat = asyncio.create_task(self._beat_once())

    async def _beat_once(self) -> None:
        now = self._clock.monotonic()
        seconds = now - self._told_at
        sent, self._sent, self._told_at = self._sent, 0, now
        waiting = self._limiter.snapshot().waiting
        is_over = not sent and not waiting
        wanted = math.inf if waiting else _HEADROOM * sent / max(seconds, BEAT_SECONDS) + _LEAST_PER_SECOND
        was_new, self._is_new = self._is_new, is_over
        await self._tell(wanted=0.0 if is_over else wanted, is_joining=was_new)
        self._beat = None
        if not is_over:
            self._timer = asyncio.get_running_loop().call_later(BEAT_SECONDS, self._begin_beat)

    async def _tell(self, *, wanted: float, is_joining: bool = False) -> None:
        spent, self._spent = self._spent, Counter()
        use = RateUse(
            provider=self._provider,
            account=self._account,
            owner=self._owner,
            wanted=wanted,
            spent=tuple(Spent(bucket=bucket, requests=count) for bucket, count in sorted(spent.items())),
            remembers=self._limiter.longest_window_seconds,
        )
        try:
            others = await self._journal.share_rate(use)
        except InvoiceKitError:
            self._spent += spent  # told with the next beat
            return
        shift = self._clock.monotonic() - self._clock.now().timestamp()
        told = [(each.until + shift, each.requests) for each in others.spent]
        self._limiter.share(self._part(wanted, others.wanted, is_joining=is_joining), told)

    def _part(self, wanted: float, others: Sequence[float], *, is_joining: bool) -> float:
        if not others:
            self._due = _JOINING_PART
            return 1.0
        whole = self._limiter.whole_rate
        # Even streams that know nothing of each other meet unevenly: about one request a second for each.
        kept_free = min(_MOST_KEPT_FREE, len(others) / whole)
        fair = fair_part(wanted / whole, [each / whole for each in others])
        due = max(_LEAST_PART, fair * (1.0 - kept_free))
        due, self._due = min(due, self._due), due
        return _JOINING_PART if is_joining or not wanted else due


def fair_part(wanted: float, others: Sequence[float]) -> float:
    """Return the part of a whole for one that wants so much of it, others wanting so much.

    Nobody gets less than it wants while another gets more than that: what those leave who want little is
    divided among those who want more. What nobody wants is divided among all.
    """
    left, rest = 1.0, sorted([wanted, *others])
    mine = 0.0
    for place, each in enumerate(rest):
        given = min(each, left / (len(rest) - place))
        left -= given
        if each == wanted:
            mine = given
    return mine + max(0.0, left) / len(rest)
