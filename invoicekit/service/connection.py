"""One account at one provider, wired together: adapter, channel, guard and journal, and their life."""

from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from enum import Enum
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import attrs

from invoicekit.adapter import Adapter, Sender, Write
from invoicekit.channel import Channel, Lane, LearnedRate
from invoicekit.clock import Clock, SystemClock
from invoicekit.config import load_config
from invoicekit.errors import ServiceClosed
from invoicekit.events import Hook
from invoicekit.guard import CallScope, DoubtPolicy, Guard, OnDoubt
from invoicekit.journal import Asked, Journal, KnownRate, MemoryJournal, SqliteJournal
from invoicekit.model import WriteResult
from invoicekit.registry import Registry
from invoicekit.service.rate_sharing import RateSharing
from invoicekit.transport import AiohttpTransport, Transport

T = TypeVar("T")


class Life(Enum):
    """Where a connection stands."""

    UNOPENED = "not entered yet"
    OPEN = "open"
    CLOSED = "closed"


@attrs.frozen(kw_only=True)
class CallOptions:
    """How calls are made.

    Attributes:
        deadline_seconds: How long one call may take, waiting for the limit and reading back included;
            None for bulk jobs.
        lane: Whether the call goes before or behind bulk work.
    """

    deadline_seconds: float | None = 30.0
    lane: Lane = Lane.INTERACTIVE


class Connection:
    """Own what a service needs, open it and close it.

    Args:
        provider: The adapter's name.
        arguments: Settings given by the caller; the environment and a profile fill in the rest.
        journal: Where promises are kept; None keeps them in memory, a path in SQLite.
        transport: Performs HTTP exchanges; one of our own where None. A given one is borrowed.
    """

    def __init__(
        self,
        provider: str,
        *,
        arguments: Mapping[str, object],
        profile: Mapping[str, object] | None = None,
        journal: Journal | str | Path | None = None,
        policy: DoubtPolicy | None = None,
        hooks: Sequence[Hook] = (),
        transport: Transport | None = None,
        clock: Clock | None = None,
        random: Random | None = None,
        registry: Registry | None = None,
    ) -> None:
        self._registry = registry or Registry()
        adapter_type = self._registry.adapter(provider)
        config: object = load_config(
            adapter_type.config_type, provider=provider, arguments=arguments, profile=profile
        )
        self.site = adapter_type.site(config)
        self._provider = provider
        self.clock = clock or SystemClock()
        self._owns_journal = journal is None or isinstance(journal, str | Path)
        self.journal = _journal(journal, self.clock)
        self._hooks = list(hooks)
        self._owns_transport = transport is None
        self._transport = transport or AiohttpTransport()
        self.channel = Channel(
            site=self.site,
            transport=self._transport,
            refusal=adapter_type.refusal,
            provider=provider,
            clock=self.clock,
            # Jitter only: nothing that is ever written anywhere derives from it.
            random=random or Random(),  # noqa: S311
            hooks=self._hooks,
        )
        self._sharing = self._shared_rate()
        self.guard = Guard(
            provider=provider,
            account=self.site.account,
            journal=self.journal,
            clock=self.clock,
            policy=policy or DoubtPolicy(on_doubt=OnDoubt.ASK),
            hooks=self._hooks,
        )
        self._new_adapter: Callable[[Sender], Adapter[object]] = lambda sender: adapter_type(config, sender)
        self._life = Life.UNOPENED

    def adapter(self, options: CallOptions) -> Adapter[object]:
        """Return the adapter with a read sender for these options."""
        return self._new_adapter(
            self.channel.reader(deadline_seconds=options.deadline_seconds, lane=options.lane)
        )

    @contextmanager
    def watched(self, hook: Hook) -> Iterator[None]:
        """Call `hook` with every event while the block runs."""
        self._hooks.append(hook)
        try:
            yield
        finally:
            self._hooks.remove(hook)

    def installed(self) -> frozenset[str]:
        """Name every installed adapter, the unusable ones too; imports nothing."""
        return frozenset(one.name for one in self._registry.installed() if one.name)

    def check_open(self) -> None:
        """Refuse work outside ``async with``.

        Raises:
            ServiceClosed: Nothing was sent.
        """
        if self._life is not Life.OPEN:
            raise ServiceClosed(f"the service is {self._life.value}; use `async with` around every call")

    def write(
        self,
        write: Write[T],
        options: CallOptions,
        *,
        reference: str | None = None,
        marker: str = "",
        asked: Asked | None = None,
    ) -> Coroutine[Any, Any, WriteResult[T]]:
        """Perform a write through the guard."""
        self.check_open()
        return self.guard.run(write, self.scope(options), reference=reference, marker=marker, asked=asked)

    def scope(self, options: CallOptions) -> CallScope:
        """Return how one call may use the channel, from now on."""
        seconds, lane = options.deadline_seconds, options.lane
        deadline_at = None if seconds is None else self.clock.monotonic() + seconds
        channel = self.channel
        return CallScope(
            deadline_at=deadline_at,
            reader=channel.reader(deadline_seconds=seconds, deadline_at=deadline_at, lane=lane),
            later=lambda: channel.reader(deadline_seconds=seconds, lane=lane),
            writer=lambda gate: channel.writer(gate, deadline_at=deadline_at, lane=lane),
        )

    async def open(self) -> None:
        """Make the journal ready.

        Raises:
            ServiceClosed: It was opened before.
            JournalUnavailable: The journal's file cannot be used.
        """
        if self._life is not Life.UNOPENED:
            raise ServiceClosed("a service is entered once; connect again for another")
        await self.journal.open()
        known = await self.journal.known_rate(self._provider, self.site.account)
        limiter = self.channel.limiter
        if known is not None and known.is_current(self.clock.now()):
            limiter.recall(
                LearnedRate(windows=known.windows, per_second=known.per_second, is_met=known.is_met)
            )
        limiter.tell_learned(self._keep_rate)
        if self._sharing is not None:
            await self._sharing.begin()
        self._life = Life.OPEN

    async def aclose(self) -> None:
        """Close what was opened here, the journal last; what was borrowed stays open.

        Requests that have left are waited for, so that what became of them is on record.
        """
        if self._life is Life.CLOSED:
            return
        was_open = self._life is Life.OPEN
        self._life = Life.CLOSED
        learned = self.channel.limiter.learned
        if was_open and learned is not None:
            self._keep_rate(learned)
        async with AsyncExitStack() as stack:  # each is closed, though one before it be cancelled or fail
            if self._owns_journal and was_open:
                stack.push_async_callback(self.journal.aclose)
            if self._sharing is not None and was_open:
                stack.push_async_callback(self._sharing.end)
            if self._owns_transport:
                stack.push_async_callback(self._transport.aclose)
            stack.push_async_callback(self.channel.aclose)

    def _shared_rate(self) -> RateSharing | None:
        """Return what shares the rate; a journal in memory has nobody to share it with."""
        if not isinstance(self.journal, SqliteJournal) or not self.site.windows:
            return None
        return RateSharing(
            self.journal,
            self.channel.limiter,
            self.clock,
            provider=self._provider,
            account=self.site.account,
        )

    def _keep_rate(self, learned: LearnedRate) -> None:
        rate = KnownRate(
            provider=self._provider,
            account=self.site.account,
            windows=learned.windows,
            per_second=learned.per_second,
            is_met=learned.is_met,
            learned_at=self.clock.now(),
        )
        self.journal.keep_rate(rate)


def _journal(journal: Journal | str | Path | None, clock: Clock) -> Journal:
    if journal is None:
        return MemoryJournal(clock=clock)
    if isinstance(journal, str | Path):
        return SqliteJournal(journal, clock=clock)
    return journal
