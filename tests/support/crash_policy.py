"""How patient the processes are that get killed: fractions of a second, where programs wait for many."""

from invoicekit.guard import DoubtPolicy, OnDoubt

DYING_LEASE_SECONDS = 0.4
"""The lease of a process that is to be killed: so long whoever recovers from that has to wait."""

LASTING_LEASE_SECONDS = 10.0


def policy(on_doubt: str, lease_seconds: float) -> DoubtPolicy:
    """Return a policy that looks into doubt within fractions of a second."""
    return DoubtPolicy(
        on_doubt=OnDoubt(on_doubt),
        look_pauses=(0.0, 0.03),
        repeat_pause_seconds=0.01,
        lease_seconds=lease_seconds,
    )
