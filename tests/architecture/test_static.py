"""Style, formatting and types hold for the whole tree."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "--quiet", "--output-format", "concise", "."], id="style"),
        pytest.param(["ruff", "format", "--check", "--quiet", "."], id="format"),
        pytest.param(["mypy", "--no-error-summary", "--hide-error-context"], id="types"),
    ],
)
def test_the_tree_is_clean(command: list[str], root: Path) -> None:
    """ruff and mypy --strict find nothing to say."""
    result = subprocess.run(
        [sys.executable, "-m", *command], cwd=root, capture_output=True, text=True, check=False
    )

    found = result.stdout + result.stderr
    assert result.returncode == 0, found
    assert found == ""
