"""The targets this process works on, so that no other process works on them meanwhile."""

import asyncio
import os
import secrets
from itertools import count

from invoicekit.journal import Journal, Lease

_RENEWALS = 3
"""How often a lease is renewed while it would last once: two may be late without harm."""


class Leases:
    """Name new leases, and renew those that are held, all with one timer.

    Args:
        seconds: How long one holds without being renewed: so long others wait for a process that was
            killed.
    """

    def __init__(self, journal: Journal, *, provider: str, account: str, seconds: float) -> None:
        self._journal = journal
        self._provider = provider
        self._account = account
        self._seconds = seconds
        self._name = secrets.token_hex(4)
        self._numbers = count(1)
        self._held: dict[str, Lease] = {}
        self._timer: asyncio.TimerHandle | None = None

    def new(self, target: str) -> Lease:
        """Return a claim that nobody made before; it is held once the journal has it."""
        # The process is asked each time: a fork must not speak in its parent's name.
        owner = f"process {os.getpid()} ({self._name}-{next(self._numbers)})"
        return Lease(place=(self._provider, self._account, target), owner=owner, seconds=self._seconds)

    def keep(self, lease: Lease) -> None:
        """Renew it from now on."""
        self._held[lease.owner] = lease
        if self._timer is None:
            self._arm()

    def forget(self, lease: Lease) -> bool:
        """Renew it no longer; tell whether it was kept."""
        return self._held.pop(lease.owner, None) is not None

    def _arm(self) -> None:
        pause = self._seconds / _RENEWALS
        self._timer = asyncio.get_running_loop().call_later(pause, self._renew)

    def _renew(self) -> None:
        self._timer = None
        if self._held:
            self._journal.renew(self._held.values())
            self._arm()
