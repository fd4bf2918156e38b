"""What an adapter can do, as data that the service, the docs and the tests read.

Nothing here is written twice. How a write may be repeated comes from the `Operation` values it is sent
with, what may destroy records from the status table, limits and scales from the values that the adapter
itself works with. The tests hold each row against the provider's simulator.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal
from enum import Enum
from typing import Self

import attrs

from invoicekit.model import StatusRule
from invoicekit.operation import Effect, Idempotency, Operation
from invoicekit.transport import RateWindow
from invoicekit.wire import AmountScale, ScaledNumber

Scale = AmountScale[int] | AmountScale[Decimal] | ScaledNumber

_DELETIONS = frozenset({"delete_invoice", "delete_payment"})
_STATUS_SETTER = "set_status"
_OURS = frozenset({"raw", "headers", "is_status_derived"})


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
        calls: Requests on the ordinary path, looking before and after included: of a list that fits a
            page, to its proven end; of a new invoice with one line; of a batch with one entry.
        calls_each: Further requests for each further line or entry.
        batch_limit: Most items in one call of the adapter.
        note: What a user should know.
        alternative: What to do instead where it is not supported.
        sends: Every kind of request the method may send, as the adapter declares it: the reads of its
            looks too, and the writes of a chain in their order.
        read_back: What is read to settle doubt, in words; empty where no read can tell, or nothing is
            written.
        filters: The arguments by which this list can be narrowed.
    """

    support: Support
    calls: int = 1
    calls_each: int = 0
    batch_limit: int | None = None
    note: str = ""
    alternative: str = ""
    sends: tuple[Operation, ...] = ()
    read_back: str = ""
    filters: frozenset[str] = frozenset()

    @classmethod
    def reading(cls, read: Operation, *, calls: int = 1) -> Self:
        """Offer a call that reads, natively."""
        return cls(support=Support.NATIVE, calls=calls, sends=(read,))

    @classmethod
    def writing(cls, read: Operation, write: Operation, *, calls: int, read_back: str) -> Self:
        """Offer a call that looks, writes and looks again, natively."""
        return cls(support=Support.NATIVE, calls=calls, sends=(read, write), read_back=read_back)

    @property
    def is_offered(self) -> bool:
        """Whether a call may be made at all."""
        return self.support in (Support.NATIVE, Support.EMULATED, Support.PARTIAL)

    @property
    def writes(self) -> tuple[Operation, ...]:
        """What may change something at the provider, in the order of sending."""
        return tuple(operation for operation in self.sends if operation.is_write)

    @property
    def effect(self) -> Effect:
        """What one more call would do: the gravest of its writes, READ where there is none."""
        effects = {write.effect for write in self.writes}
        return next((one for one in (Effect.APPEND, Effect.SET) if one in effects), Effect.READ)

    @property
    def idempotency(self) -> Idempotency | None:
        """What tells a repeat from a second effect; None where nothing is written.

        A chain is no better than its weakest write: one that cannot be told apart makes it NONE.
        """
        kinds = [write.idempotency for write in self.writes]
        if Idempotency.NONE in kinds:
            return Idempotency.NONE
        return kinds[0] if kinds else None


@attrs.frozen(kw_only=True)
class Fields:
    """What an adapter carries of one neutral model.

    Attributes:
        model: `Invoice`, `LineItem`, `Payment`, `TimeEntry` or `Customer`.
        unsupported: Fields the provider does not have; all others come back from at least one read.
        writable: Fields that a caller may give, when creating or changing.
        scales: How the wire writes amounts, percents and quantities, by field.

    Raises:
        ValueError: A name is no field of the model, or a field is both unsupported and something else.
    """

    model: type
    unsupported: frozenset[str] = frozenset()
    writable: frozenset[str] = frozenset()
    scales: Mapping[str, Scale] = attrs.field(factory=dict, hash=False)

    @classmethod
    def only(cls, model: type, *carried: str, writable: Collection[str] = ()) -> Self:
        """Carry these fields of a model, and no other.

        Raises:
            ValueError: A name is no field of the model.
        """
        every = cls(model=model).every
        if strange := {*carried, *writable} - every:
            raise ValueError(f"{model.__name__} has no field {', '.join(sorted(strange))}")
        return cls(model=model, unsupported=every - {*carried}, writable=frozenset(writable))

    def __attrs_post_init__(self) -> None:
        """Refuse names that say nothing."""
        named = self.unsupported | self.writable | set(self.scales)
        strange = named - self.every
        if strange:
            raise ValueError(f"{self.model.__name__} has no field {', '.join(sorted(strange))}")
        torn = self.unsupported & (self.writable | set(self.scales))
        if torn:
            raise ValueError(f"{', '.join(sorted(torn))} of {self.model.__name__}: unsupported, or not?")

    @property
    def every(self) -> frozenset[str]:
        """All fields that a provider may fill."""
        return frozenset(field.name for field in attrs.fields(self.model)) - _OURS

    @property
    def carried(self) -> frozenset[str]:
        """The fields that come back."""
        return self.every - self.unsupported


@attrs.frozen(kw_only=True)
class Limits:
    """How much the provider allows.

    Attributes:
        windows: Rate limits by whom they hold for, such as a plan; those of one entry hold all at once.
        page_size: Rows asked for in one page, unless the settings say otherwise; None where lists
            have no pages.
        most_page_size: Most rows the settings may ask for.
        note: What a user should know.
    """

    windows: Mapping[str, tuple[RateWindow, ...]] = attrs.field(factory=dict, hash=False)
    page_size: int | None = None
    most_page_size: int | None = None
    note: str = ""


@attrs.frozen(kw_only=True)
class Webhooks:
    """What the provider tells by itself.

    Attributes:
        events: Its own words for what concerns invoices and time.
        proof: What a receiver can check.
        note: What a user should know.
    """

    events: tuple[str, ...]
    proof: str
    note: str = ""


@attrs.frozen(kw_only=True)
class Capabilities:
    """Everything an adapter declares.

    Attributes:
        operations: By the service's method name; what is not listed is not implemented.
        statuses: The status table.
        fields: What is carried of each neutral model; empty where nobody has said.
        limits: Rates and page sizes; None where nobody has said.
        webhooks: None where the provider has none.
    """

    operations: Mapping[str, Capability]
    statuses: tuple[StatusRule, ...] = ()
    fields: tuple[Fields, ...] = ()
    limits: Limits | None = None
    webhooks: Webhooks | None = None

    def of(self, operation: str) -> Capability:
        """Return the capability of a service method."""
        return self.operations.get(operation) or Capability(support=Support.NOT_IMPLEMENTED)

    def fields_of(self, model: type) -> Fields | None:
        """Return what is carried of a model; None where nobody has said."""
        return next((fields for fields in self.fields if fields.model is model), None)

    def grave_steps(self) -> tuple[StatusRule, ...]:
        """Return the rows that need consent: they may destroy payments, or cannot be taken back."""
        return tuple(
            rule
            for rule in self.statuses
            if rule.is_settable and (rule.destroys_payments_from or rule.is_irreversible)
        )

    def is_destructive(self, operation: str) -> bool:
        """Tell whether an offered operation may destroy records, or cannot be taken back.

        Deleting is what deletions are for; of a status, the rows of the table say so.
        """
        if not self.of(operation).is_offered:
            return False
        return operation in _DELETIONS or (operation == _STATUS_SETTER and bool(self.grave_steps()))
