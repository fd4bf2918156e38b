"""Make each removal in a copy of the tree, and see a test fail of it.

``python tests/support/sabotage.py``; arguments choose removals by a part of their names.
It ends with 1 where a removal was not noticed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from removal import Removal
from removals import REMOVALS

ROOT = Path(__file__).parents[2]
COPIED = ("invoicekit", "adapters", "tests", "benchmarks")
FILES = ("pyproject.toml", "README.md", "noxfile.py", "CHANGELOG.md")
FAILED, SECONDS = 1, 600


def say(line: str) -> None:
    """Print a line at once: a run takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def copy(folder: Path) -> None:
    """Copy what the tests need."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, folder)


def run_tests(folder: Path, tests: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run some tests on the copy's code, never on the installed one."""
    ours = os.pathsep.join([str(folder), str(folder / "adapters")])
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environment = os.environ | {"PYTHONPATH": ours, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def notices(folder: Path, removal: Removal) -> bool:
    """Remove the line, run the tests, put it back; tell whether one failed."""
    file = folder / removal.path
    whole = file.read_text()
    if whole.count(removal.line) != 1:
        say(f"ROTTEN   {removal.name}: its line stands {whole.count(removal.line)} times in {removal.path}")
        return False
    file.write_text(whole.replace(removal.line, removal.without))
    try:
        ended = run_tests(folder, removal.tests)
    except subprocess.TimeoutExpired:
        say(f"noticed  {removal.name} (the tests never ended)")
        return True
    finally:
        file.write_text(whole)
    first = next((line for line in ended.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))), "")
    if ended.returncode == FAILED:
        say(f"noticed  {removal.name}: {first[:110]}")
        return True
    say(f"SURVIVED {removal.name}: {removal.tests} ended with {ended.returncode}")
    return False


def main(wanted: list[str]) -> int:
    """Try the removals; return the exit code."""
    chosen = [one for one in REMOVALS if not wanted or any(word in one.name for word in wanted)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy(folder)
        survivors = sum(not notices(folder, removal) for removal in chosen)
    say(f"{len(chosen) - survivors} of {len(chosen)} removals were noticed")
    return FAILED if survivors or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
