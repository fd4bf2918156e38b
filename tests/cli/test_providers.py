"""`invoicekit providers`: what is installed, and what it can do."""

import json

from command_line import CommandLine


def test_every_provider_is_listed_with_its_origin(command: CommandLine) -> None:
    """Name, distribution, what it can do, and whether it can be simulated."""
    ended = command.run("providers")

    assert ended.code == 0
    assert "clockify  invoicekit " in ended.out
    assert "record_payment" in ended.out
    assert "simulator: invoicekit simulate clockify" in ended.out


def test_one_provider_is_shown_with_its_notes(command: CommandLine) -> None:
    """Naming one shows each operation's cost and alternative."""
    ended = command.run("providers", "clockify")

    assert ended.code == 0
    assert "refund" in ended.out
    assert "delete_payment" in ended.out


def test_the_list_is_there_for_machines(command: CommandLine) -> None:
    """`--json` gives the same as one document."""
    told = json.loads(command.run("providers", "--json").out)
    (clockify,) = (each for each in told if each["name"] == "clockify")

    assert clockify["name"] == "clockify"
    assert clockify["problem"] == ""
    assert clockify["operations"]["mark_time_entries"]["support"] == "native"
    assert {"raw": "VOID", "status": "void"}.items() <= clockify["statuses"][-1].items()


def test_an_unknown_provider_is_answered_with_the_list(command: CommandLine) -> None:
    """The message names what is installed and how to get more."""
    ended = command.run("providers", "clokify")

    assert ended.code == 2
    assert "did you mean 'clockify'?" in ended.err
    assert "pip install" in ended.err
