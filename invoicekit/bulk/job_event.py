"""What a job tells while it runs, as records for programs and as lines for machines."""

from collections.abc import Callable
from datetime import datetime

import attrs

from invoicekit.batch import ItemOutcome, Progress, Standing
from invoicekit.bulk.report import Report
from invoicekit.bulk.rows_file import row_of
from invoicekit.bulk.verification import Verification

EVENT_SCHEMA = 1


@attrs.frozen(kw_only=True)
class JobStarted:
    """The first event.

    Attributes:
        name: What the job was called.
        total: How many rows there are, where that is known.
        began_at: In UTC.
    """

    name: str
    provider: str
    account: str
    total: int | None
    began_at: datetime


@attrs.frozen(kw_only=True)
class RowEnded:
    """A row has its outcome; every row that was read gets one.

    Attributes:
        outcome: The row and how it ended.
    """

    outcome: ItemOutcome[object]


@attrs.frozen(kw_only=True)
class JobProgressed:
    """How far the job is: about four times a second, pauses included, and once at its end.

    Attributes:
        progress: The figures of this moment.
    """

    progress: Progress


@attrs.frozen(kw_only=True)
class JobPaused:
    """The provider's limit holds the job back.

    Attributes:
        seconds: Until it goes on.
        resumes_at: When that is, in UTC.
    """

    seconds: float
    resumes_at: datetime


@attrs.frozen(kw_only=True)
class JobResumed:
    """A pause is over."""


@attrs.frozen(kw_only=True)
class JobVerified:
    """The marks were read back; only of a job that was asked to.

    Attributes:
        verification: What was shown.
        is_verified: Tells of an entry whether it was shown as asked for; only until the next event is taken.
    """

    verification: Verification
    is_verified: Callable[[str], bool] = attrs.field(eq=False, repr=False)


@attrs.frozen(kw_only=True)
class JobEnded:
    """The last event.

    Attributes:
        report: Every row that was read, in exactly one count.
    """

    report: Report


JobEvent = JobStarted | RowEnded | JobProgressed | JobPaused | JobResumed | JobVerified | JobEnded


def event_json(event: JobEvent) -> dict[str, object]:
    """Return an event ready for JSON.

    Shape: ``event`` names it, ``schema`` is 1, instants are ISO 8601 in UTC, durations are seconds, what is
    not known is null. Members may be added; none changes its meaning or goes away within one schema.
    """
    head: dict[str, object] = {"event": _NAMES[type(event)], "schema": EVENT_SCHEMA}
    match event:
        case JobStarted():
            return head | {
                "name": event.name,
                "provider": event.provider,
                "account": event.account,
                "total": event.total,
                "began_at": _text(event.began_at),
            }
        case RowEnded():
            return head | dict(row_of(event.outcome))
        case JobProgressed():
            return head | _progress(event.progress)
        case JobPaused():
            return head | {"seconds": round(event.seconds, 3), "resumes_at": _text(event.resumes_at)}
        case JobResumed():
            return head
        case JobVerified():
            told = event.verification.as_json()
            return head | {key: value for key, value in told.items() if key not in _LISTED}
        case JobEnded():
            return head | {key: value for key, value in event.report.as_json().items() if key not in _LISTED}


_LISTED = ("problems", "problems_left_out")
_NAMES: dict[type, str] = {
    JobStarted: "started",
    RowEnded: "row",
    JobProgressed: "progress",
    JobPaused: "paused",
    JobResumed: "resumed",
    JobVerified: "verified",
    JobEnded: "ended",
}


def _progress(progress: Progress) -> dict[str, object]:
    share = progress.share_of_limit
    eta = progress.eta_seconds
    return {
        "rows": progress.rows,
        "ended": progress.ended,
        "total": progress.total,
        "counts": {standing.name.lower(): progress.count(standing) for standing in Standing},
        "rows_per_second": round(progress.rows_per_second, 3),
        "requests_per_second": round(progress.requests_per_second, 3),
        "limit_per_second": progress.limit_per_second,
        "share_of_limit": None if share is None else round(share, 4),
        "requests": progress.requests,
        "retries": progress.retries,
        "rate_limited": progress.rate_limited,
        "seconds": round(progress.seconds, 3),
        "eta_seconds": None if eta is None else round(eta, 1),
        "paused_seconds": round(progress.paused_seconds, 3),
        "resumes_at": _text(progress.resumes_at),
    }


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat(timespec="seconds").replace("+00:00", "Z")
