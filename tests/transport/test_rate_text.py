"""Rate limits as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicekit.errors import ConfigurationError
from invoicekit.transport import RateWindow, parse_rate


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("50/s", (RateWindow(limit=50, seconds=1.0),)),
        (" 600 / min ", (RateWindow(limit=600, seconds=60.0),)),
        ("30/hour", (RateWindow(limit=30, seconds=3600.0),)),
        ("50/s,30/h", (RateWindow(limit=50, seconds=1.0), RateWindow(limit=30, seconds=3600.0))),
        ("~25/s", (RateWindow(limit=25, seconds=1.0, is_documented=False),)),
        (
            "~25/sec, 600/minute",
            (RateWindow(limit=25, seconds=1.0, is_documented=False), RateWindow(limit=600, seconds=60.0)),
        ),
    ],
)
def test_it_reads(text: str, windows: tuple[RateWindow, ...]) -> None:
    """By the second, the minute and the hour; several hold at once; a guess is marked."""
    assert parse_rate(text) == windows


@pytest.mark.parametrize("text", ["", "50", "0/s", "50/d", "5.5/s", "50/s,", "1e3/s", "~~5/s", "\u0665/s"])
def test_it_refuses(text: str) -> None:
    """And says how limits are written."""
    with pytest.raises(ValueError, match="must read like 50/s, 600/min or 30/h"):
        parse_rate(text)


@pytest.mark.parametrize("text", ["~600/min", "50/s,~30/h"])
def test_a_longer_limit_is_no_guess(text: str) -> None:
    """Budgets of a minute and more are counted; nothing is tried above them."""
    with pytest.raises(ValueError, match="by the second, such as ~5/s"):
        parse_rate(text)


def test_the_error_is_the_callers() -> None:
    """So that it names the setting."""
    with pytest.raises(ConfigurationError, match="rate must read like"):
        parse_rate("fast", lambda reason: ConfigurationError(f"rate {reason}"))


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Never anything else."""
    try:
        windows = parse_rate(text)
    except ValueError:
        return
    assert all(window.limit >= 1 for window in windows)
