"""Who may write about a target: one owner at a time, for a while."""

import attrs

from invoicekit.journal.intent import Intent


@attrs.frozen(kw_only=True)
class Lease:
    """One owner's claim on a target of an account, good for some seconds and renewed while it works.

    The owner is new for every claim and never comes back, so it is the fencing token too: a record is
    changed only while the owner that asks is the one that is written down.

    Attributes:
        place: What only one owner has at a time: provider, account, and the target that is written to,
            e.g. an invoice's id.
        owner: Names the claim, and the process to a person.
        seconds: How long it holds without being renewed, on the monotonic clock that every process of
            the machine shares.
    """

    place: tuple[str, str, str]
    owner: str
    seconds: float


class Leased(Exception):
    """Another owner holds the target; nothing was stored, and nothing may be sent.

    Attributes:
        owner: Which.
        seconds_left: After so long it has lapsed, unless it is renewed or given back before.
    """

    def __init__(self, owner: str, seconds_left: float) -> None:
        super().__init__(f"held by {owner} for another {seconds_left:.1f} s")
        self.owner = owner
        self.seconds_left = seconds_left


@attrs.frozen
class Holding:
    """A lease as it is stored.

    Attributes:
        taken_at, expires_at: Monotonic seconds; both start anew when the machine does.
        life_sign: Of the process that holds it, where that gives one.
    """

    owner: str
    taken_at: float
    expires_at: float
    life_sign: str = ""

    def seconds_left(self, now: float) -> float:
        """Return how long it still holds; nothing for one that lapsed, or that an earlier boot left."""
        return self.expires_at - now if self.taken_at <= now < self.expires_at else 0.0


def check_free(lease: Lease, held: Holding | None, now: float) -> None:
    """Refuse to take what another holds.

    Raises:
        Leased: Its owner is another, and it has not lapsed.
    """
    if held is not None and held.owner != lease.owner and (left := held.seconds_left(now)) > 0:
        raise Leased(held.owner, left)


def taken(lease: Lease, now: float, *, life_sign: str = "") -> Holding:
    """Return the lease as it is stored when it is taken or renewed."""
    return Holding(owner=lease.owner, taken_at=now, expires_at=now + lease.seconds, life_sign=life_sign)


def is_about(lease: Lease | None, intent: Intent | None) -> bool:
    """Tell whether a record is still about the lease's target.

    One reference may be used for two targets at once; whoever comes second may have replaced the record.
    """
    return lease is None or intent is None or intent.target == lease.place[2]
