"""Options that several commands share, under the same names."""

from pathlib import Path
from typing import Annotated

import typer

from invoicekit.cli.display import ProgressKind
from invoicekit.guard import OnDoubt

ProviderOption = Annotated[
    str | None, typer.Option("--provider", metavar="NAME", help="The provider, e.g. clockify.")
]
ProfileOption = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="A named profile of the configuration file.")
]
SettingsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="A setting of the provider; may be repeated. Put keys into the environment or a profile "
        "instead: others can see a command line.",
    ),
]
BaseUrlOption = Annotated[
    str | None, typer.Option("--base-url", metavar="URL", help="Short for --set base_url=URL.")
]
WorkspaceOption = Annotated[
    str | None, typer.Option("--workspace", metavar="ID", help="Short for --set workspace_id=ID.")
]
JournalOption = Annotated[
    Path | None,
    typer.Option("--journal", metavar="PATH", help="The SQLite journal; else the profile's, else your own."),
]
OnDoubtOption = Annotated[
    OnDoubt | None,
    typer.Option(
        "--on-doubt",
        help="What follows doubt that reading back cannot settle: ask (default) leaves it to you; resend "
        "sends again after the declared settle bound.",
    ),
]
AllowIrreversibleOption = Annotated[
    bool,
    typer.Option(
        "--allow-irreversible",
        help="Allow what the provider never takes back, e.g. finalizing a draft; else you are asked.",
    ),
]
PaymentLossOption = Annotated[
    bool | None,
    typer.Option(
        "--allow-payment-loss/--keep-payments",
        help="What to do where a status may cost recorded payments: allow that, or reject the row; else you "
        "are asked.",
        show_default=False,
    ),
]
RowsOutOption = Annotated[
    Path | None,
    typer.Option("--rows-out", metavar="PATH", help="Write each row's outcome to this .csv or .jsonl file."),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Check the file and say what would be sent; needs no key.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as one JSON document.")]
ReportOption = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="PATH",
        help="Write the report to this file: .html is a page with charts that needs no network, .json the "
        "same figures for programs, .csv one line for every row.",
    ),
]
ProgressOption = Annotated[
    ProgressKind,
    typer.Option(
        "--progress",
        help="What to write to standard error meanwhile: auto is a bar on a terminal and plain lines "
        "elsewhere; json is one object a line, for programs.",
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Short for --progress none.")]
