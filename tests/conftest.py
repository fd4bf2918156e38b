"""What every test may use."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the directory that holds pyproject.toml."""
    return Path(__file__).parent.parent
