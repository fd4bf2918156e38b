"""What an answer, or the lack of one, says about the request."""

from datetime import UTC, datetime

import pytest
from channel_bench import APPEND, READ, SET, answer, no_refusal

from invoicekit.channel.verdict import judge_answer, judge_loss, judge_overdue
from invoicekit.errors import (
    AuthenticationError,
    Conflict,
    InvalidRequest,
    InvoiceKitError,
    MalformedResponse,
    NotApplied,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    Rejected,
    Unavailable,
)
from invoicekit.operation import Operation
from invoicekit.transport import Departed, ExchangeFailed, HttpResponse

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def judge(
    operation: Operation, response: HttpResponse, declared: NotApplied | None = None
) -> InvoiceKitError | None:
    return judge_answer("acme", operation, response, lambda _: declared, NOW)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
@pytest.mark.parametrize("operation", [READ, SET, APPEND])
def test_2xx_is_no_error(operation: Operation, status: int) -> None:
    """Whether a 2xx can be read is for the decoder to say."""
    assert judge(operation, answer(status)) is None


def test_retry_after_on_a_2xx_is_ignored() -> None:
    """A hint on an answer that refuses nothing changes nothing."""
    assert judge(READ, answer(200, retry_after="60")) is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, Rejected),
        (307, Rejected),
        (400, InvalidRequest),
        (401, AuthenticationError),
        (403, PermissionDenied),
        (404, NotFound),
        (408, Unavailable),
        (409, Conflict),
        (410, NotFound),
        (422, InvalidRequest),
        (499, Unavailable),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
        (520, Unavailable),
        (600, Unavailable),
    ],
)
def test_status_of_a_read_without_a_shape(status: int, kind: type[InvoiceKitError]) -> None:
    """A read that fails cost nothing but the read: the status alone decides."""
    error = judge(READ, answer(status))

    assert type(error) is kind


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 408, 409, 422, 499, 500, 502, 503, 520, 600])
@pytest.mark.parametrize("operation", [SET, APPEND])
def test_status_of_a_write_without_a_shape_is_doubt(operation: Operation, status: int) -> None:
    """Anybody on the way may have written this answer: only the provider's own words make it certain."""
    error = judge(operation, answer(status))

    assert isinstance(error, OutcomeUnknown)
    assert error.status == status
    assert str(status) in error.evidence


@pytest.mark.parametrize("operation", [READ, APPEND])
@pytest.mark.parametrize("status", [400, 401, 404, 409])
def test_the_providers_own_refusal_is_certain(operation: Operation, status: int) -> None:
    """What the adapter recognises as the provider's own form is raised as it is."""
    declared = NotFound("no such invoice", code="501")

    error = judge(operation, answer(status), declared)

    assert error is declared
    assert declared.status == status


@pytest.mark.parametrize("operation", [READ, APPEND])
@pytest.mark.parametrize("status", [408, 499, 500, 503])
def test_a_server_error_may_be_declared_unprocessed(operation: Operation, status: int) -> None:
    """Only the adapter knows which 5xx its provider documents as unprocessed."""
    declared = Unavailable("maintenance")

    assert judge(operation, answer(status, retry_after="9"), declared) is declared
    assert declared.retry_after == 9.0


@pytest.mark.parametrize("status", [408, 499, 500, 503])
def test_a_server_error_is_never_a_verdict_on_the_content(status: int) -> None:
    """An error body in the provider's form does not make a 5xx certain."""
    assert isinstance(judge(APPEND, answer(status), InvalidRequest("?")), OutcomeUnknown)


@pytest.mark.parametrize("operation", [READ, SET, APPEND])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({}, None), ({"retry_after": "3"}, 3.0), ({"retry_after": "-3"}, None)],
)
def test_429_is_rate_limited_for_every_effect(
    operation: Operation, headers: dict[str, str], seconds: float | None
) -> None:
    """A 429 certainly had no effect, whatever its body, empty ones included."""
    error = judge(operation, answer(429, **headers))

    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds
    assert error.status == 429


def test_a_rate_limit_by_another_status_keeps_the_hint() -> None:
    """A provider that refuses for rate with a 403 is still asked when to come back."""
    declared = RateLimited("slow down")

    error = judge(APPEND, answer(403, retry_after="5"), declared)

    assert error is declared
    assert declared.retry_after == 5.0


def test_a_503_hint_is_kept_on_reads() -> None:
    """Retry-After on a 503 is a promise as well."""
    error = judge(READ, answer(503, retry_after="12"))

    assert isinstance(error, Unavailable)
    assert error.retry_after == 12.0


@pytest.mark.parametrize("operation", [READ, SET, APPEND])
def test_what_never_left_may_be_repeated(operation: Operation) -> None:
    """A refused connection proves that nothing happened."""
    failure = ExchangeFailed("no connection", departed=Departed.NO)

    assert type(judge_loss("acme", operation, failure)) is Unavailable


@pytest.mark.parametrize("operation", [READ, SET, APPEND])
def test_what_never_will_leave_is_not_repeated(operation: Operation) -> None:
    """A bad certificate stays bad: no effect, and no use in repeating."""
    failure = ExchangeFailed("certificate refused", departed=Departed.NO, is_final=True)

    assert type(judge_loss("acme", operation, failure)) is NotApplied


@pytest.mark.parametrize("departed", [Departed.MAYBE])
@pytest.mark.parametrize(("is_oversized", "is_final"), [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize("operation", [SET, APPEND])
def test_a_write_whose_answer_is_lost_is_in_doubt(
    operation: Operation, departed: Departed, *, is_oversized: bool, is_final: bool
) -> None:
    """However the answer was lost, the write may have been seen."""
    failure = ExchangeFailed("gone", departed=departed, is_oversized=is_oversized, is_final=is_final)

    error = judge_loss("acme", operation, failure)

    assert isinstance(error, OutcomeUnknown)
    assert error.evidence == "gone"


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (ExchangeFailed("gone", departed=Departed.MAYBE), Unavailable),
        (ExchangeFailed("too large", departed=Departed.MAYBE, is_oversized=True), MalformedResponse),
        (ExchangeFailed("unreadable", departed=Departed.MAYBE, is_final=True), NotApplied),
    ],
)
def test_a_read_whose_answer_is_lost(failure: ExchangeFailed, kind: type[InvoiceKitError]) -> None:
    """A lost read is unavailable; one that broke a bound will break it again."""
    assert type(judge_loss("acme", READ, failure)) is kind


def test_time_up_means_that_it_may_have_left() -> None:
    """A write given up by us is in doubt; a read is only unavailable."""
    assert isinstance(judge_overdue("acme", APPEND, 20.0), OutcomeUnknown)
    assert isinstance(judge_overdue("acme", READ, 20.0), Unavailable)


@pytest.mark.parametrize("operation", [READ, APPEND])
@pytest.mark.parametrize("status", [307, 400, 429, 500])
def test_messages_say_who_and_what(operation: Operation, status: int) -> None:
    """Provider, operation and status stand in the text."""
    text = str(judge_answer("acme", operation, answer(status), no_refusal, NOW))

    assert text.startswith(f"acme {operation.name}: ")
