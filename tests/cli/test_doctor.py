"""`invoicekit doctor`: what is well, what is wrong, and no secret on the way."""

import json
from pathlib import Path

from command_line import CommandLine

from .conftest import Start


def test_a_sound_installation_is_well(command: CommandLine, simulator: Start) -> None:
    """Providers, journal, where settings come from, and the account; the key itself never."""
    simulated = simulator()

    ended = command.run("doctor", "--provider", "clockify", *simulated.options)

    assert ended.code == 0, ended.out
    for words in (
        "provider clockify: invoicekit",
        "can be written",
        "setting api_key: from the command line",
    ):
        assert words in ended.out
    assert "answers" in ended.out
    assert "time zone: " in ended.out
    assert str(simulated.settings["api_key"]) not in ended.out + ended.err


def test_a_wrong_key_is_told(command: CommandLine, simulator: Start) -> None:
    """With what to do, and 1."""
    simulated = simulator()
    settings = {**simulated.settings, "api_key": "wrong-key-0815"}
    options = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]

    ended = command.run("doctor", "--provider", "clockify", *options, "--json")

    told = json.loads(ended.out)
    wrong = [one for one in told["findings"] if one["is_well"] is False]
    assert (ended.code, told["is_well"], [one["about"] for one in wrong]) == (1, False, ["account"])
    assert "check the key" in wrong[0]["said"]
    assert "wrong-key-0815" not in ended.out + ended.err


def test_a_journal_that_cannot_be_is_told(command: CommandLine, tmp_path: Path) -> None:
    """Before any job meets it."""
    (tmp_path / "letter.txt").write_text("no journal")

    ended = command.run("doctor", "--journal", tmp_path / "letter.txt")

    assert ended.code == 1
    assert "WRONG  journal: " in ended.out
