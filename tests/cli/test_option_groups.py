"""Options written once: where help shows them, and what a command gets."""

import inspect
from typing import Annotated

import attrs
import pytest
import typer
from typer.testing import CliRunner

from invoicekit.cli.option_groups import OptionGroup, WorkOptions, grouped


@attrs.frozen(kw_only=True)
class Two(OptionGroup):
    """Two of them."""

    left: Annotated[str | None, typer.Option("--left")] = None
    right: Annotated[int, typer.Option("--right")] = 1


def test_a_group_stands_where_its_options_stand() -> None:
    """In their order, between the command's own; and the command gets them as one value."""
    got: list[object] = []

    @grouped
    def command(
        *,
        first: Annotated[bool, typer.Option("--first")] = False,
        pair: Two,
        last: Annotated[bool, typer.Option("--last")] = False,
    ) -> None:
        """Say what it does."""
        got.extend((first, pair, last))

    app = typer.Typer()
    app.command()(command)

    ended = CliRunner().invoke(app, ["--right", "7", "--last"])

    assert ended.exit_code == 0, ended.output
    assert list(inspect.signature(command).parameters) == ["first", "left", "right", "last"]
    assert got == [False, Two(left=None, right=7), True]
    assert "Say what it does." in CliRunner().invoke(app, ["--help"]).output


def test_one_name_is_one_option() -> None:
    """A command cannot have an option of its own under the name of a group's."""

    def command(*, pair: Two, left: Annotated[str, typer.Option("--other")] = "") -> None:
        """Have two of one name."""

    with pytest.raises(ValueError, match="duplicate parameter name"):
        grouped(command)


def test_settings_are_not_shown() -> None:
    """Somebody gave a key on the command line."""
    given = WorkOptions(provider="clockify", settings=["api_key=sesame"])

    assert "sesame" not in repr(given)
