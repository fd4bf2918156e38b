"""Lines for people."""

import pytest

from invoicekit.cli.lines import counted


@pytest.mark.parametrize(
    ("number", "things", "said"),
    [
        (0, "payments", "0 payments"),
        (1, "payments", "1 payment"),
        (1, "time entries", "1 time entry"),
        (1234, "requests", "1,234 requests"),
    ],
)
def test_one_is_not_many(number: int, things: str, said: str) -> None:
    """A count and its noun agree."""
    assert counted(number, things) == said
