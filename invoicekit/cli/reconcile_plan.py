"""`invoicekit reconcile plan`: bank statements matched to open invoices, written down for a person."""

import asyncio
import json
import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from invoicekit.bulk import JobExit
from invoicekit.cli.connection import Target
from invoicekit.cli.lines import tell
from invoicekit.cli.option_groups import AccountOptions, grouped
from invoicekit.cli.options import (
    JournalOption,
)
from invoicekit.cli.reconcile_view import show_plan
from invoicekit.errors import UsageError
from invoicekit.reconcile import (
    Plan,
    Statement,
    StatementForm,
    load_csv_profile,
    make_plan,
    read_books,
    read_statement,
    summarize,
    write_plan,
)

FormOption = Annotated[
    StatementForm | None,
    typer.Option(
        "--format", help="What the statements are written in; else told from their first characters."
    ),
]
MapOption = Annotated[
    str | None,
    typer.Option(
        "--map",
        metavar="PROFILE",
        help="How to read CSV: default, decimal-comma, OURS=THEIRS pairs between commas, or a TOML file.",
    ),
]
FromProviderOption = Annotated[
    str | None,
    typer.Option(
        "--from-provider", metavar="NAME", help="Take what is paid at this provider as a statement."
    ),
]
FromProfileOption = Annotated[
    str | None, typer.Option("--from-profile", metavar="NAME", help="The same, by a profile.")
]
FromSettingsOption = Annotated[
    list[str] | None,
    typer.Option("--from-set", metavar="KEY=VALUE", help="A setting of that provider; may be repeated."),
]
PlanJsonOption = Annotated[
    bool, typer.Option("--json", help="Print the plan's numbers as one JSON document.")
]


@grouped
def plan(
    *,
    files: Annotated[list[str] | None, typer.Argument(help="Bank statements: camt.053, OFX or CSV.")] = None,
    out: Annotated[Path, typer.Option("--out", metavar="PATH", help="Where to write the plan.")] = Path(
        "plan.csv"
    ),
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a plan that is there.")] = False,
    from_provider: FromProviderOption = None,
    from_profile: FromProfileOption = None,
    from_settings: FromSettingsOption = None,
    form: FormOption = None,
    mapping: MapOption = None,
    account: AccountOptions,
    journal: JournalOption = None,
    as_json: PlanJsonOption = False,
) -> None:
    """Match bank statements, or what another provider holds as paid, to open invoices and write a plan.

    Nothing is recorded, here or there.

    Exits with 1 where a person has something to decide.
    """
    if out.exists() and not overwrite:
        raise UsageError(
            f"{out} is there, and may hold decisions; name another with --out, or --overwrite it"
        )
    target = account.target(journal=journal)
    source = None
    if from_provider is not None or from_profile is not None:
        source = Target.of(
            provider=from_provider,
            profile=from_profile,
            settings=from_settings,
            base_url=None,
            workspace=None,
            journal=journal,
            on_doubt=None,
        )
    elif not files:
        raise UsageError("name bank statements, or another provider with --from-provider")
    csv_profile = None if mapping is None else load_csv_profile(mapping)
    statements = [read_statement(name, form=form, profile=csv_profile) for name in files or ()]
    made = asyncio.run(_made(target, statements, source))
    write_plan(made, out)
    if as_json:
        numbers = {"plan": str(out), "provider": made.provider, "account": made.account}
        typer.echo(json.dumps(numbers | summarize(made).as_json(), indent=2))
    else:
        _show(made, out, account.provider, account.profile)
    raise typer.Exit(JobExit.REJECTED if made.needs_a_person else JobExit.DONE)


async def _made(target: Target, statements: list[Statement], source: Target | None) -> Plan:
    if source is not None:
        async with source.service() as other:
            statements = [*statements, await read_books(other)]
    async with target.service() as service:
        return await make_plan(service, statements)


def _show(made: Plan, out: Path, provider: str | None, profile: str | None) -> None:
    console = Console(emoji=False)
    show_plan(console, made)
    who = f"--provider {provider}" if profile is None else f"--profile {shlex.quote(profile)}"
    console.print()
    tell(console, f"The plan is in {out}. Nothing was recorded.")
    if made.needs_a_person:
        tell(console, "Look at it and decide the rows that say ask: apply or skip.")
    tell(console, f"Then: invoicekit reconcile apply {shlex.quote(str(out))} {who}")
