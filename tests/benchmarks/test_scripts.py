"""What every script owes its reader."""

import ast
from pathlib import Path

import pytest

SCRIPTS = ("record_payment", "decode", "limiter", "journal", "import_time", "safety_cost")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_says_what_it_cannot_show_before_how_it_measures(root: Path, name: str) -> None:
    """Limits first, then the method, then the command."""
    told = ast.get_docstring(ast.parse((root / "benchmarks" / f"{name}.py").read_text())) or ""

    places = [told.find(words) for words in ("cannot show", "Method.", f"python benchmarks/{name}.py")]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_results_name_every_script(root: Path, name: str) -> None:
    """No measurement without a row in the table."""
    assert f"`{name}.py`" in (root / "benchmarks" / "README.md").read_text()


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_session_runs_every_script(root: Path, name: str) -> None:
    """`nox -s bench` leaves none out."""
    assert f'"{name}"' in (root / "noxfile.py").read_text()
