"""The one interface to invoices at any provider."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

from invoicekit.adapter import Probe
from invoicekit.channel import ChannelStats, LimiterSnapshot
from invoicekit.clock import Clock
from invoicekit.config import Veiled, load_profile
from invoicekit.errors import UsageError
from invoicekit.events import Hook
from invoicekit.guard import DoubtPolicy, OnDoubt
from invoicekit.journal import Journal
from invoicekit.registry import Registry
from invoicekit.service.audit import AuditCalls
from invoicekit.service.billing import BillingCalls
from invoicekit.service.connection import CallOptions, Connection
from invoicekit.service.customers import CustomerCalls
from invoicekit.service.doubt import DoubtCalls
from invoicekit.transport import Transport


class InvoiceService(BillingCalls, CustomerCalls, AuditCalls, DoubtCalls):
    """The same calls for every provider, none of which pays, bills or marks twice.

    ```python
    async with InvoiceService.connect("clockify", journal="billing.sqlite", **settings) as service:
        invoice = await service.get_invoice(invoice_id)
        await service.record_payment(invoice.id, invoice.amount_due, reference="bank-4711", paid_at=when)
    ```

    Every method may raise what its docstring names and these:

    - `UsageError`: wrong call or state; no write was sent.
    - `NotApplied`: certainly no effect. `RateLimited` and `Unavailable` are worth repeating unchanged.
    - `OutcomeUnknown` (writes only): it may have taken effect; it is journalled. Look, or ``resolve()``.
    - `MalformedResponse` (reads only): the provider's answer cannot be read.
    """

    @classmethod
    def connect(
        cls,
        provider: str,
        *,
        journal: Journal | str | Path | None = None,
        on_doubt: OnDoubt | str = OnDoubt.ASK,
        policy: DoubtPolicy | None = None,
        deadline_seconds: float | None = 30.0,
        hooks: Sequence[Hook] = (),
        transport: Transport | None = None,
        clock: Clock | None = None,
        random: Random | None = None,
        registry: Registry | None = None,
        **settings: object,
    ) -> Self:
        """Prepare a service; nothing is opened or sent before ``async with``.

        Args:
            provider: An installed adapter's name.
            journal: A path keeps promises in SQLite, across crashes. Without one they live in memory:
                after a crash only the marker in the provider's own record is left to find a payment by,
                and what has no marker must be looked up by hand.
            on_doubt: ``"ask"`` never sends an append again; ``"resend"`` does, but only where a settle
                bound is declared, after it has passed and two complete reads saw nothing.
            policy: All numbers of the doubt protocol; `on_doubt` is then taken from it.
            deadline_seconds: How long one call may take in all; None waits as long as it must. A journal
                file that another process keeps locked may take five seconds more.
            hooks: Called with every event; must not raise.
            transport: Performs the HTTP exchanges; borrowed, so close it yourself.
            settings: The adapter's own, e.g. ``api_key=``; what is missing comes from the environment
                (``INVOICEKIT_CLOCKIFY_API_KEY``).

        Raises:
            AdapterNotFound, AdapterLoadError, AdapterConflict, IncompatibleAdapter: No usable adapter.
            ConfigurationError: A setting is missing, unknown or unusable.
            UsageError: `on_doubt` is neither of its two words.
        """
        given = Veiled(settings)
        del settings  # a traceback with locals shows this frame, and the key is still plain text here
        return cls(
            Connection(
                provider,
                arguments=given,
                journal=journal,
                policy=policy or DoubtPolicy(on_doubt=_on_doubt(on_doubt)),
                hooks=hooks,
                transport=transport,
                clock=clock,
                random=random,
                registry=registry,
            ),
            CallOptions(deadline_seconds=deadline_seconds),
        )

    @classmethod
    def from_profile(cls, name: str, *, path: str | Path | None = None, **overrides: object) -> Self:
        """Prepare a service from a named profile of the configuration file.

        Args:
            path: The TOML file; else ``INVOICEKIT_CONFIG``, ``./invoicekit.toml``, or the user's own.
            overrides: Settings that win over the profile's; ``journal=`` and ``on_doubt=`` too.

        Raises:
            ConfigurationError: No such file or profile, or a setting is unusable.
        """
        wanted = {key: overrides.pop(key) for key in ("journal", "on_doubt") if key in overrides}
        given = Veiled(overrides)
        del overrides  # as in `connect`
        profile = load_profile(name, path=path)
        journal = wanted.get("journal", profile.journal)
        if not (journal is None or isinstance(journal, str | Path)):
            raise UsageError("journal= is a path when a service is made from a profile")
        on_doubt = _on_doubt(wanted.get("on_doubt", profile.on_doubt or OnDoubt.ASK))
        return cls(
            Connection(
                profile.provider,
                arguments=given,
                profile=profile.settings,
                journal=journal,
                policy=DoubtPolicy(on_doubt=on_doubt),
            )
        )

    async def __aenter__(self) -> Self:
        await self._connection.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the journal and the connections; calling it again does nothing."""
        await self._connection.aclose()

    def stats(self) -> ChannelStats:
        """Return what was sent so far: requests, repeats, refusals for rate."""
        return self._connection.channel.stats()

    def limits(self) -> LimiterSnapshot:
        """Return how the rate limit stands: what is granted, paused, and used of what is allowed."""
        return self._connection.channel.limiter.snapshot()

    def watched(self, hook: Hook) -> AbstractContextManager[None]:
        """Call `hook` with every event while the ``with`` block runs, as `connect(hooks=…)` does always."""
        return self._connection.watched(hook)

    async def probe(self) -> Probe:
        """Ask the provider what these credentials may do, and keep to the limits it shows."""
        self._connection.check_open()
        found = await self._adapter.probe()
        if found.windows:
            self._connection.channel.limiter.adopt(found.windows)
        return found


def _on_doubt(word: object) -> OnDoubt:
    try:
        return OnDoubt(word)
    except ValueError:
        choices = ", ".join(choice.value for choice in OnDoubt)
        raise UsageError(f"on_doubt is one of {choices}, not {word!r}") from None
