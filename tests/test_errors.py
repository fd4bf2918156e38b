"""The exceptions: one tree, ordered by what may have happened to the money."""

import copy
import inspect
import pickle
import re
from collections.abc import Callable, Iterator

import attrs
import pytest

from invoicekit import errors
from invoicekit.errors import (
    DuplicateDetected,
    InvoiceKitError,
    MalformedResponse,
    NotApplied,
    OutcomeUnknown,
    PaginationIncomplete,
    RateLimited,
    Unavailable,
    UsageError,
)


@attrs.frozen(kw_only=True)
class Intent:
    provider: str = "clockify"
    account: str = "w1"
    operation: str = "record_payment"
    reference: str = "bank-1"
    target: str = "inv-1"


def documented(text: str) -> dict[str, str]:
    """Read the drawn tree: each class to its parent."""
    parents: dict[str, str] = {}
    above: list[str] = []
    for line in text.split("```")[1].strip().splitlines():
        match = re.match(r"(?P<indent>[│ ]*(?:[├└]─ )?)(?P<name>\w+)", line)
        assert match is not None, line
        depth = len(match["indent"]) // 3
        above[depth:] = [match["name"]]
        if depth:
            parents[match["name"]] = above[depth - 1]
    return parents


def real() -> Iterator[type[Exception]]:
    for _, cls in inspect.getmembers(errors, inspect.isclass):
        if issubclass(cls, Exception) and cls.__module__ == errors.__name__:
            yield cls


def through_a_queue(error: Exception) -> Exception:
    twin = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own bytes
    assert isinstance(twin, Exception)
    return twin


def test_the_documented_tree_is_the_real_one() -> None:
    """Every exception is drawn in the module's docstring, below its own parent."""
    tree = {cls.__name__: cls.__bases__[0].__name__ for cls in real() if cls is not InvoiceKitError}

    assert documented(errors.__doc__ or "") == tree


def test_every_exception_has_one_parent() -> None:
    """What may have happened to the money has one answer."""
    assert [cls for cls in real() if len(cls.__bases__) != 1] == []


def test_every_exception_says_what_it_means() -> None:
    """A docstring of its own, not the parent's."""
    assert [cls for cls in real() if not vars(cls).get("__doc__")] == []


@pytest.mark.parametrize("cls", list(real()))
def test_every_exception_is_caught_by_the_root(cls: type[Exception]) -> None:
    """One `except InvoiceKitError` is enough for a caller who does not care."""
    assert issubclass(cls, InvoiceKitError)


@pytest.mark.parametrize("cls", [UsageError, NotApplied, OutcomeUnknown, MalformedResponse])
def test_the_axes_do_not_overlap(cls: type[Exception]) -> None:
    """A usage error was never sent, a NotApplied had no effect, and doubt is neither."""
    others = {UsageError, NotApplied, OutcomeUnknown, MalformedResponse} - {cls}

    assert not any(issubclass(cls, other) for other in others)


def test_doubt_is_never_taken_for_worth_repeating() -> None:
    """Only RateLimited and Unavailable may be repeated unchanged; doubt must not look like them."""
    assert not issubclass(OutcomeUnknown, (RateLimited, Unavailable, NotApplied))
    assert not issubclass(errors.Rejected, (RateLimited, Unavailable))


@pytest.mark.parametrize("cls", [cls for cls in real() if issubclass(cls, NotApplied)])
def test_a_refusal_carries_what_the_provider_said(cls: type[NotApplied]) -> None:
    """Status, code, request id, pause and sends are attributes, not words to parse."""
    error = cls("no", status=429, code="4003", request_id="r-1", retry_after=7.5, attempts=3)

    assert str(error) == "no"
    assert (error.status, error.code, error.request_id) == (429, "4003", "r-1")
    assert (error.retry_after, error.attempts) == (7.5, 3)


def test_a_refusal_before_any_answer_says_so() -> None:
    """What was not received is None, never zero or an empty text."""
    error = Unavailable("connection refused")

    assert (error.status, error.code, error.request_id, error.retry_after) == (None, None, None, None)
    assert error.attempts == 1


def test_doubt_carries_its_intent() -> None:
    """Enough to look it up, and when looking is worth it."""
    error = OutcomeUnknown(
        "lost", intent=Intent(), evidence="reset", status=502, attempts=1, next_check_at=9.5
    )

    assert error.intent == Intent()
    assert (error.evidence, error.status, error.attempts, error.next_check_at) == ("reset", 502, 1, 9.5)


def test_doubt_is_about_one_send_at_least() -> None:
    """What was never sent is not in doubt; what was not received is None."""
    error = OutcomeUnknown("lost")

    assert error.attempts == 1
    assert (error.intent, error.status, error.next_check_at) == (None, None, None)


async def test_doubt_resolves_through_its_resolver() -> None:
    """`await error.resolve()` gives what the read-back found."""

    async def read_back() -> str:
        return "settled"

    assert await OutcomeUnknown("lost", resolver=read_back).resolve() == "settled"


async def test_doubt_without_a_resolver_stays_doubt() -> None:
    """Nobody to ask means still unknown, never success."""
    error = OutcomeUnknown("lost")

    with pytest.raises(OutcomeUnknown) as caught:
        await error.resolve()

    assert caught.value is error


def test_a_duplicate_carries_its_candidates() -> None:
    """Both records, as a tuple nobody can change."""
    error = DuplicateDetected("two", candidates=["p1", "p2"], intent=Intent())

    assert error.candidates == ("p1", "p2")
    assert error.intent == Intent()


def test_a_malformed_answer_carries_its_places() -> None:
    """Where it was wrong, for the bug report."""
    error = MalformedResponse("bad", paths=["$.a: expected int, got string"], status=200)

    assert error.paths == ("$.a: expected int, got string",)
    assert error.status == 200


def test_an_incomplete_list_carries_what_was_read() -> None:
    """Nothing read is lost, and the rest can be fetched."""
    error = PaginationIncomplete("cut", items=[1, 2], cursor="p3")

    assert error.items == (1, 2)
    assert error.cursor == "p3"


@pytest.mark.parametrize("cls", list(real()))
@pytest.mark.parametrize("duplicate", [copy.copy, through_a_queue])
def test_every_exception_crosses_processes(
    cls: type[Exception], duplicate: Callable[[Exception], Exception]
) -> None:
    """A worker's error reaches its parent with every attribute."""
    error = cls("what happened")

    twin = duplicate(error)

    assert type(twin) is cls
    assert str(twin) == "what happened"
    assert vars(twin) == vars(error)


def test_doubt_leaves_its_resolver_behind() -> None:
    """The resolver belongs to this process; the doubt and its intent travel."""

    async def read_back() -> str:
        return "settled"

    twin = through_a_queue(OutcomeUnknown("lost", intent=Intent(), resolver=read_back))

    assert vars(twin)["intent"] == Intent()
    assert vars(twin)["_resolver"] is None
