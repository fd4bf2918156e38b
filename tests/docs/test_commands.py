"""The README's two commands are what is run."""

import re
import tomllib
from pathlib import Path

import pytest


@pytest.fixture
def commands(root: Path) -> list[str]:
    return re.findall(r"^```console\n(.+?)\n```$", (root / "README.md").read_text(), re.DOTALL | re.MULTILINE)


def test_ci_runs_exactly_the_second_command(root: Path, commands: list[str]) -> None:
    """What lands has passed what a newcomer is told to run."""
    lines = (root / ".ci" / "run").read_text().splitlines()

    assert commands[1] in lines
    assert [line for line in lines if ".venv" in line or "pytest" in line] == [commands[1]]


@pytest.mark.parametrize("number", [0, 1])
def test_a_command_is_one_line_for_a_bare_machine(commands: list[str], number: int) -> None:
    """Each of the two can be pasted as it is, and makes what it needs."""
    command = commands[number]

    assert "\n" not in command
    assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")


@pytest.mark.parametrize("number", [0, 1])
def test_the_extras_of_a_command_exist(root: Path, commands: list[str], number: int) -> None:
    """pip only warns of an unknown extra, and then installs too little."""
    extras = tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    (asked,) = re.findall(r"\[([^\]]+)\]", commands[number])

    assert set(asked.split(",")) <= set(extras)


def test_extras_name_third_party_packages_only(root: Path) -> None:
    """An extra that names invoicekit itself would hide what it installs."""
    extras = tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"]

    assert [need for needs in extras.values() for need in needs if need.startswith("invoicekit")] == []
