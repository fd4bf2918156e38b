"""A secret shows itself to `reveal` alone."""

import copy
import io
import logging
import pickle
import pprint
import traceback
from collections.abc import Callable

import attrs
import pytest

from invoicekit.secret import Secret

KEY = "k3y-that-must-not-show"


@attrs.frozen(kw_only=True)
class Settings:
    api_key: Secret


def test_reveal_gives_it_back() -> None:
    """The one door."""
    assert Secret(KEY).reveal() == KEY


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        ascii,
        format,
        lambda secret: f"{secret}",
        lambda secret: f"{secret!r:>40}",
        lambda secret: f"{secret:>40}",
        lambda secret: "%s %r" % (secret, secret),  # noqa: UP031 -- one of the ways to show it
        lambda secret: "{0} {0!r}".format(secret),  # noqa: UP032
        lambda secret: repr([secret, {"key": secret}]),
        lambda secret: repr(Settings(api_key=secret)),
        lambda secret: repr(attrs.asdict(Settings(api_key=secret))),
        lambda secret: pprint.pformat({"key": secret}),
        lambda secret: str(ValueError(secret)),
    ],
)
def test_no_text_shows_it(show: Callable[[Secret], str]) -> None:
    """Every way to make text of it gives the mask."""
    text = show(Secret(KEY))

    assert KEY not in text
    assert "***" in text


def test_a_format_pads_the_mask() -> None:
    """A column of a report stays aligned."""
    assert f"{Secret(KEY):<6}|" == "***   |"


def test_logs_do_not_show_it() -> None:
    """A careless log line is harmless."""
    stream = io.StringIO()
    logger = logging.Logger("test", level=logging.DEBUG)
    logger.addHandler(logging.StreamHandler(stream))

    logger.error("connecting with %s %r", Secret(KEY), Settings(api_key=Secret(KEY)))

    assert "***" in stream.getvalue()
    assert KEY not in stream.getvalue()


def test_tracebacks_with_locals_do_not_show_it() -> None:
    """Crash reporters that print each frame's locals print the mask."""

    def sign(secret: Secret, settings: Settings) -> None:
        headers = {"X-Api-Key": secret}
        raise LookupError(f"no such header among {sorted(headers)}")

    secret = Secret("".join(["k3y-that-", "must-not-show"]))
    try:
        sign(secret, Settings(api_key=secret))
    except LookupError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())

    assert "X-Api-Key" in shown
    assert "k3y-that-must-not-show" not in shown


def test_a_secret_of_the_wrong_type_is_not_shown_either() -> None:
    """The refusal names the type, and its own frame no longer holds the value."""
    with pytest.raises(TypeError, match="not bytes") as caught:
        Secret(KEY.encode())  # type: ignore[arg-type]

    frame = traceback.StackSummary.extract(
        traceback.walk_tb(caught.value.__traceback__), capture_locals=True
    )[-1]
    assert "value" not in (frame.locals or {})
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_never_pickled(protocol: int) -> None:
    """A queue, a cache or another process never gets it by accident."""
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(Settings(api_key=Secret(KEY)), protocol)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_it_is_never_copied(duplicate: Callable[[Secret], Secret]) -> None:
    """One value, one place."""
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        duplicate(Secret(KEY))


def test_its_state_is_not_handed_out() -> None:
    """Serializers that ask for the state get none, and there is no dict to read."""
    with pytest.raises(TypeError, match="cannot be pickled"):
        Secret(KEY).__getstate__()
    with pytest.raises(TypeError):
        vars(Secret(KEY))


def test_equal_secrets_are_equal() -> None:
    """Two wraps of one key are one key, also as a dict's key."""
    assert Secret(KEY) == Secret(KEY)
    assert hash(Secret(KEY)) == hash(Secret(KEY))
    assert Secret(KEY) != Secret(KEY + "x")


def test_a_secret_is_not_its_text() -> None:
    """Comparing with plain text never succeeds, so nobody keeps plain text to compare with."""
    assert Secret(KEY) != KEY


def test_an_undecodable_secret_compares_quietly() -> None:
    """An environment's stray bytes must not put the value into a UnicodeEncodeError."""
    odd = "\udcff" + KEY

    assert Secret(odd) == Secret(odd)


def test_an_empty_secret_is_false() -> None:
    """A missing key is noticed without being revealed."""
    assert not Secret("")
    assert Secret(KEY)
