"""What an adapter can do, as data that the service, the docs and the tests read."""

from collections.abc import Mapping
from enum import Enum

import attrs

from invoicekit.model import StatusRule


class Support(Enum):
    """How an operation is offered."""

    NATIVE = "native"
    EMULATED = "emulated"
    """Made of several calls, with the same promise."""
    PARTIAL = "partial"
    UNSUPPORTED = "unsupported"
    """The provider has no such thing."""
    NOT_IMPLEMENTED = "not implemented"
    UNKNOWN = "unknown"


@attrs.frozen(kw_only=True)
class Capability:
    """How one operation is offered.

    Attributes:
        support: Whether at all.
        calls: Usual number of requests, looking before and after included.
        batch_limit: Most items in one request.
        note: What a user should know.
        alternative: What to do instead where it is not supported.
    """

    support: Support
    calls: int = 1
    batch_limit: int | None = None
    note: str = ""
    alternative: str = ""

    @property
    def is_offered(self) -> bool:
        """Whether a call may be made at all."""
        return self.support in {Support.NATIVE, Support.EMULATED, Support.PARTIAL}


@attrs.frozen(kw_only=True)
class Capabilities:
    """Everything an adapter declares.

    Attributes:
        operations: By the service's method name; what is not listed is not implemented.
        statuses: The status table.
    """

    operations: Mapping[str, Capability]
    statuses: tuple[StatusRule, ...] = ()

    def of(self, operation: str) -> Capability:
        """Return the capability of a service method."""
        return self.operations.get(operation) or Capability(support=Support.NOT_IMPLEMENTED)
