"""Every exception, ordered first by what may have happened to the money.

```
InvoiceKitError
├─ UsageError                wrong call, configuration or invoice state; no write was sent
│  ├─ UnsupportedOperation
│  ├─ InvalidTransition
│  ├─ DestructiveTransition
│  ├─ FieldLocked
│  ├─ CurrencyMismatch
│  ├─ InvalidAmount
│  ├─ InvalidIdentifier
│  ├─ InvalidInstant
│  ├─ ServiceClosed
│  ├─ ConfigurationError
│  ├─ InProgress
│  ├─ ReferenceReused
│  ├─ AdapterNotFound
│  ├─ AdapterLoadError
│  ├─ AdapterConflict
│  └─ IncompatibleAdapter
├─ NotApplied                certainly had no effect; repeating is safe
│  ├─ Rejected               the provider refused: repeat only after changing something
│  │  ├─ AuthenticationError
│  │  ├─ PermissionDenied
│  │  ├─ NotFound
│  │  ├─ InvalidRequest
│  │  └─ Conflict
│  ├─ RateLimited            the provider asked us to wait
│  ├─ Unavailable            never left this machine, or a refusal documented as unprocessed
│  └─ JournalUnavailable     the promise could not be written down, so nothing was sent
├─ OutcomeUnknown            may have taken effect
├─ DuplicateDetected         two matches at the provider
├─ MalformedResponse         an answer that cannot be read
├─ PaginationLoop            a list without an end
├─ PaginationIncomplete      a list cut by a cap of ours
└─ WebhookRejected           a delivery nobody vouches for
```
Only `RateLimited` and `Unavailable` are worth repeating unchanged.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol


class UnsettledIntent(Protocol):
    """What an error tells about the write it leaves open; the journal's record satisfies it."""

    @property
    def provider(self) -> str:
        """The adapter's name."""
        ...

    @property
    def account(self) -> str:
        """The workspace, tenant or business."""
        ...

    @property
    def operation(self) -> str:
        """The operation's name."""
        ...

    @property
    def reference(self) -> str:
        """The caller's reference, or the derived one."""
        ...

    @property
    def target(self) -> str:
        """What the write acts on, e.g. an invoice id."""
        ...


class InvoiceKitError(Exception):
    """The root of every exception this library raises on purpose."""

    @property
    def brief(self) -> str:
        """Return what happened in the few words that a row of a report has room for."""
        return f"{type(self).__name__}: {self}"


# --- nothing was sent -------------------------------------------------------------------------


class UsageError(InvoiceKitError):
    """Wrong call, configuration or invoice state: no write was sent."""


class UnsupportedOperation(UsageError):
    """The provider cannot do this; the message names the alternative where there is one."""


class InvalidTransition(UsageError):
    """The invoice's state does not allow the status asked for."""


class DestructiveTransition(UsageError):
    """The change destroys recorded money or can never be taken back; repeat it with the named consent."""


class FieldLocked(UsageError):
    """The invoice's status does not allow this field to change."""


class CurrencyMismatch(UsageError):
    """Two currencies met where one was needed."""


class InvalidAmount(UsageError):
    """An amount that is a float, has too many decimals, or lies outside what the operation takes."""


class InvalidIdentifier(UsageError):
    """An id that does not look like one of the provider's; it is never made part of a path."""


class InvalidInstant(UsageError):
    """An instant without a time zone, or finer than the provider keeps."""


class ServiceClosed(UsageError):
    """The service was not entered, or was left already."""


class ConfigurationError(UsageError):
    """A setting is missing or unusable; the message names the key and where it may be set."""


class InProgress(UsageError):
    """Another live owner is working on the same reference; nothing was sent from here."""


class ReferenceReused(UsageError):
    """The reference was used before for different content; nothing was sent."""


class AdapterNotFound(UsageError):
    """No installed distribution offers an adapter of that name."""


class AdapterLoadError(UsageError):
    """The adapter's distribution is installed but cannot be imported."""


class AdapterConflict(UsageError):
    """Two distributions claim the same adapter name."""


class IncompatibleAdapter(UsageError):
    """The adapter was written for another version of the adapter contract."""


# --- certainly no effect ----------------------------------------------------------------------


class NotApplied(InvoiceKitError):
    """The request certainly had no effect; repeating it cannot double anything.

    Attributes:
        status: HTTP status, where one was received.
        code: The provider's own error code as text, where one was received.
        request_id: The provider's id of the exchange, for its support.
        retry_after: Seconds the provider asked us to wait.
        attempts: Sends in all, this one included.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after
        self.attempts = attempts


class Rejected(NotApplied):
    """The provider understood and refused."""


class AuthenticationError(Rejected):
    """The credentials are missing, wrong or expired; nothing else should be sent with them."""


class PermissionDenied(Rejected):
    """The credentials are good, but plan or role forbids this."""


class NotFound(Rejected):
    """The thing does not exist, was deleted, or belongs to another account."""


class InvalidRequest(Rejected):
    """The provider calls the content of the request invalid."""


class Conflict(Rejected):
    """The provider's state contradicts the request."""


class RateLimited(NotApplied):
    """The provider refused because of its rate limit; `retry_after` is what it asked for."""


class Unavailable(NotApplied):
    """The request never left this machine, or was refused in a way documented as unprocessed.

    On a read it also stands for a lost or broken answer, which costs nothing but the read.
    """


class JournalUnavailable(NotApplied):
    """The intent could not be made durable (full disk, I/O error, locked file): nothing was sent."""


# --- doubt ------------------------------------------------------------------------------------


class OutcomeUnknown(InvoiceKitError):
    """The write may have taken effect. Do not repeat it by hand: look, or `await error.resolve()`.

    Attributes:
        intent: The journalled promise, once the guard has seen the error.
        evidence: What was observed, in words, without bodies or secrets.
        status: HTTP status, where one was received.
        attempts: Sends in all.
        next_check_at: Monotonic seconds of this process before which looking again is pointless.
    """

    def __init__(
        self,
        message: str,
        *,
        intent: UnsettledIntent | None = None,
        evidence: str = "",
        status: int | None = None,
        attempts: int = 1,
        next_check_at: float | None = None,
        resolver: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        super().__init__(message)
        self.intent = intent
        self.evidence = evidence
        self.status = status
        self.attempts = attempts
        self.next_check_at = next_check_at
        self._resolver = resolver

    @property
    def brief(self) -> str:
        """Return what was observed; what to do next stands beside the row."""
        return f"{type(self).__name__}: {self.evidence or self}"

    def __reduce__(self) -> tuple[object, ...]:
        # The resolver is this process's; elsewhere the journal resolves by the intent.
        return type(self), self.args, {**self.__dict__, "_resolver": None}

    async def resolve(self) -> object:
        """Read back and settle the write if that is possible by now; never sends it again.

        Returns:
            The `WriteResult` of the settled write.

        Raises:
            OutcomeUnknown: It is still in doubt.
        """
        if self._resolver is None:
            raise self
        return await self._resolver()


class DuplicateDetected(InvoiceKitError):
    """The provider holds two or more records for one reference; nothing is deleted without an order.

    Attributes:
        candidates: The records found.
    """

    def __init__(
        self, message: str, *, candidates: Sequence[object] = (), intent: UnsettledIntent | None = None
    ) -> None:
        super().__init__(message)
        self.candidates = tuple(candidates)
        self.intent = intent


class MalformedResponse(InvoiceKitError):
    """An answer that is not what the provider documents.

    Raised to callers on reads; on a write the guard turns it into a read-back.

    Attributes:
        paths: What was wrong and where, e.g. ``"$.amount: expected int"``; values are left out.
    """

    def __init__(self, message: str, *, paths: Sequence[str] = (), status: int | None = None) -> None:
        super().__init__(message)
        self.paths = tuple(paths)
        self.status = status


class PaginationLoop(InvoiceKitError):
    """The provider returned the same page twice; going on would never end."""


class PaginationIncomplete(InvoiceKitError):
    """A list was cut by a cap of ours rather than ended by the provider.

    Attributes:
        items: What was read so far.
        cursor: Where to resume.
    """

    def __init__(self, message: str, *, items: Sequence[object] = (), cursor: str | None = None) -> None:
        super().__init__(message)
        self.items = tuple(items)
        self.cursor = cursor


class WebhookRejected(InvoiceKitError):
    """A delivery that does not carry the expected signature."""
