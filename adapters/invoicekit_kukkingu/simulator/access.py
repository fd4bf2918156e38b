"""Who may call, and the tenant a call acts in."""

from datetime import datetime
from typing import TypeVar

from invoicekit.clock import Clock
from invoicekit.simulate import Call
from invoicekit_kukkingu.simulator import refusal
from invoicekit_kukkingu.simulator.behaviour import Behaviour
from invoicekit_kukkingu.simulator.document import Writer
from invoicekit_kukkingu.simulator.shelf import Kept, Shelf
from invoicekit_kukkingu.simulator.tenant import Tenant

AUTHORIZATION = "Authorization"
TENANT_HEADER = "tenant-id"
_SCHEME = "Bearer "

R = TypeVar("R", bound=Kept)


class Access:
    """All state behind one simulator, and the checks that every call passes.

    Attributes:
        tokens: The tokens that are good, each with the instant at which it ends, or None.
    """

    def __init__(self, *, behaviour: Behaviour, clock: Clock) -> None:
        self.behaviour = behaviour
        self.clock = clock
        self.tenants: dict[str, Tenant] = {}
        self.tokens: dict[str, datetime | None] = {}

    def check_token(self, call: Call) -> None:
        """Check the bearer token.

        Raises:
            Refusal: 401; there is none, or an unknown or an expired one.
        """
        header = call.headers.get(AUTHORIZATION, "")
        token = header.removeprefix(_SCHEME)
        if not header.startswith(_SCHEME) or token not in self.tokens:
            raise refusal.unauthorised()
        ends = self.tokens[token]
        if ends is not None and ends <= self.clock.now():
            raise refusal.unauthorised()

    def tenant(self, call: Call) -> Tenant:
        """Return the tenant of the header. Unverified: what a missing or an unknown one is answered with."""
        identifier = call.headers.get(TENANT_HEADER)
        if identifier is None:
            raise refusal.invalid("headers.tenant-id: required")
        tenant = self.tenants.get(identifier)
        if tenant is None:
            raise refusal.forbidden("no access to this tenant")
        return tenant

    def writer(self, call: Call) -> Writer:
        """Return a writer of the tenant's records."""
        return Writer(self.tenant(call))


def kept(shelf: Shelf[R], what: str, identifier: str) -> R:
    """Return a record as it is: what writes work on.

    Raises:
        Refusal: 404; there is none.
    """
    record = shelf.get(identifier)
    if record is None:
        raise refusal.missing(what, identifier)
    return record


def shown(shelf: Shelf[R], what: str, identifier: str) -> R:
    """Return a record as reads show it.

    Raises:
        Refusal: 404; there is none, or not yet.
    """
    record = shelf.shown(identifier)
    if record is None:
        raise refusal.missing(what, identifier)
    return record
