"""`invoicekit doctor`: whether this installation can work, and if not, why."""

import asyncio
import json
import os
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import attrs
import typer
from rich.console import Console

from invoicekit import __version__
from invoicekit.bulk import JobExit
from invoicekit.cli.connection import Target
from invoicekit.cli.failure import explain
from invoicekit.cli.lines import tell
from invoicekit.cli.option_groups import AccountOptions, grouped
from invoicekit.cli.options import (
    JournalOption,
)
from invoicekit.cli.place import journal_path, prepared
from invoicekit.config import load_profile
from invoicekit.errors import InvoiceKitError
from invoicekit.journal import SqliteJournal
from invoicekit.registry import Registry


@attrs.frozen(kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        is_well: None where it is only told.
    """

    about: str
    said: str
    is_well: bool | None = True


@grouped
def doctor(
    *,
    account: AccountOptions,
    journal: JournalOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Look at this installation: providers, journal, and with --provider or --profile the account.

    Sends reads alone, and shows where settings come from, never their values. Exits with 1 where something
    is wrong.
    """
    found = [
        Finding(about="invoicekit", said=f"{__version__}, Python {platform.python_version()}", is_well=None),
        *_providers(),
        asyncio.run(_journal(journal)),
    ]
    if account.is_named:
        target = account.target(journal=journal)
        found += [*_settings(target), *asyncio.run(_account(target))]
    is_well = all(one.is_well is not False for one in found)
    if as_json:
        typer.echo(
            json.dumps({"is_well": is_well, "findings": [attrs.asdict(one) for one in found]}, indent=2)
        )
    else:
        console = Console(emoji=False)
        marks: Mapping[bool | None, str] = {True: "well ", False: "WRONG", None: "     "}
        for one in found:
            tell(console, f"{marks[one.is_well]}  {one.about}: {one.said}")
    raise typer.Exit(JobExit.DONE if is_well else JobExit.REJECTED)


def _providers() -> Iterator[Finding]:
    registry = Registry()
    for installed in registry.installed():
        about = f"provider {installed.name or '(nameless)'}"
        problem = installed.problem
        if not problem:
            try:
                registry.adapter(installed.name)
            except InvoiceKitError as failure:
                problem = str(failure)
        yield Finding(about=about, said=problem or installed.origin, is_well=not problem)


async def _journal(journal: Path | None) -> Finding:
    path = prepared(journal_path(journal))
    opened = SqliteJournal(path)
    try:
        await opened.open()
    except InvoiceKitError as failure:
        return Finding(about="journal", said=explain(failure), is_well=False)
    await opened.aclose()
    return Finding(about="journal", said=f"{path} can be written")


def _settings(target: Target) -> Iterator[Finding]:
    adapter = target.adapter_type()
    in_profile: Mapping[str, object] = {} if target.profile is None else load_profile(target.profile).settings
    for key in attrs.fields_dict(adapter.config_type):
        variable = f"INVOICEKIT_{adapter.name.upper()}_{key.upper()}"
        where = (
            "the command line"
            if key in target.settings
            else f"the environment ({variable})"
            if variable in os.environ
            else f"the profile {target.profile}"
            if {key, f"{key}_env", f"{key}_file"} & set(in_profile)
            else ""
        )
        if where:
            yield Finding(about=f"setting {key}", said=f"from {where}", is_well=None)


async def _account(target: Target) -> list[Finding]:
    try:
        async with target.service() as service:
            probe = await service.probe()
            about = f"account {service.account} at {service.provider}"
    except InvoiceKitError as failure:
        return [Finding(about="account", said=explain(failure), is_well=False)]
    facts = [Finding(about=name, said=said, is_well=None) for name, said in probe.facts]
    name = f", {probe.account_name}" if probe.account_name else ""
    return [Finding(about=about, said=f"answers{name}"), *facts]
