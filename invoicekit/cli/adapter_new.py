"""`invoicekit adapter new`: a whole distribution to start from."""

from pathlib import Path
from typing import Annotated

import typer

from invoicekit.cli.adapter_template import Auth, Paging, ScaleOption, Template, status_words
from invoicekit.errors import UsageError

_NEXT = """\
Made {folder}: a whole adapter for an invented provider, under your provider's name.

  cd {folder}
  pip install -e '.[test]' && python -m pytest     # all green: now change one file after the other
  invoicekit adapter check {name}

Then, in this order, keeping the tests green:
  1. invoicekit_{name}/simulator.py  your provider's routes and oddities, from its documents
  2. invoicekit_{name}/config.py     its host, credentials and limits
  3. invoicekit_{name}/wire.py       its JSON, statuses and error codes
  4. invoicekit_{name}/adapter.py    what each call means there; declare what it cannot do
"""


def new(
    name: Annotated[str, typer.Argument(help="What users will connect by, e.g. acme.")],
    folder: Annotated[Path | None, typer.Option("--folder", help="Where to; else ./invoicekit-NAME.")] = None,
    auth: Annotated[Auth, typer.Option(help="How requests are signed.")] = Auth.KEY,
    scale: Annotated[ScaleOption, typer.Option(help="How amounts are written.")] = ScaleOption.MINOR,
    paging: Annotated[Paging, typer.Option(help="How a list goes on.")] = Paging.CURSOR,
    status: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STATUS=WORD",
            help="What the provider calls draft, open, paid or void, e.g. open=SENT; may be repeated.",
        ),
    ] = None,
) -> None:
    """Write a whole adapter distribution: settings, wire, adapter, simulator, and a test that judges it."""
    words = status_words(status or ())
    template = Template(name=name, auth=auth, scale=scale, paging=paging, words=words)
    target = folder or Path(f"invoicekit-{name}")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is there already, and not empty; name another with --folder")
    for place, text in template.files():
        path = target / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    typer.echo(_NEXT.format(folder=target, name=name), nl=False)
