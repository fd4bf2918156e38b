"""The matrix in the terminal and as Markdown: whole at 80 columns, and true to the data."""

import io
import json

import attrs
import pytest
from rich.console import Console
from typer.testing import CliRunner

from invoicekit.adapter import (
    Capabilities,
    Capability,
    Effect,
    Fields,
    Idempotency,
    Limits,
    Operation,
    RateWindow,
    Support,
    Webhooks,
)
from invoicekit.cli.application import application
from invoicekit.cli.provider_matrix import markdown, matrix
from invoicekit.cli.provider_words import cell, not_carried, pages, rates
from invoicekit.model import InvoiceStatus, Payment, StatusRule
from invoicekit.registry import Registry
from invoicekit.wire import HUNDREDTHS

PAY = Operation(name="record_payment", effect=Effect.APPEND, idempotency=Idempotency.MARKER)
LOSING = StatusRule(
    raw="UNSENT", status=InvoiceStatus.DRAFT, is_settable=True, destroys_payments_from=frozenset({"PAID"})
)
ACME = Capabilities(
    operations={
        "record_payment": Capability(support=Support.NATIVE, calls=4, sends=(PAY,)),
        "create_invoice": Capability(support=Support.EMULATED, calls=3, calls_each=3),
        "mark_time_entries": Capability(support=Support.PARTIAL, batch_limit=200),
        "set_status": Capability(support=Support.NATIVE, calls=3),
        "refund": Capability(support=Support.UNSUPPORTED, alternative="delete_payment"),
        "write_off": Capability(support=Support.UNKNOWN),
    },
    statuses=(LOSING,),
    fields=(Fields(model=Payment, unsupported=frozenset({"author"}), scales={"amount": HUNDREDTHS}),),
    limits=Limits(
        windows={"all": (RateWindow(limit=300, seconds=60.0), RateWindow(limit=7, seconds=2.0))},
        page_size=200,
        most_page_size=5000,
    ),
    webhooks=Webhooks(events=("NEW_INVOICE",), proof="a token"),
)


@pytest.mark.parametrize(
    ("operation", "narrow", "wide"),
    [
        ("record_payment", "native 4", "native 4, marker"),
        ("create_invoice", "emulated 3+3n", "emulated 3+3n"),
        ("mark_time_entries", "partial 1/200", "partial 1/200"),
        ("set_status", "native 3 !", "native 3 !"),
        ("refund", "-", "-"),
        ("write_off", "?", "?"),
        ("export_pdf", "not yet", "not yet"),
    ],
)
def test_a_cell_says_support_cost_and_danger(operation: str, narrow: str, wide: str) -> None:
    """What tells a repeat is said where there is room for it."""
    assert cell(ACME, operation, is_wide=False) == narrow
    assert cell(ACME, operation, is_wide=True) == wide


def test_only_what_destroys_is_marked() -> None:
    """The mark comes from the status table: without a row that costs payments there is none."""
    harmless = attrs.evolve(ACME, statuses=(attrs.evolve(LOSING, destroys_payments_from=frozenset()),))
    final = attrs.evolve(harmless, statuses=(attrs.evolve(harmless.statuses[0], is_irreversible=True),))

    assert [one.is_destructive("set_status") for one in (ACME, harmless, final)] == [True, False, True]


def test_a_deletion_destroys_where_it_is_offered() -> None:
    """Nobody needs a warning of what is refused anyway."""
    deleting = attrs.evolve(ACME, operations={"delete_payment": Capability(support=Support.NATIVE)})

    assert deleting.is_destructive("delete_payment")
    assert not ACME.is_destructive("delete_payment")


def test_a_model_that_is_not_there_is_named_once() -> None:
    """A provider without tracked time does not list each of its fields."""
    nothing = Fields(model=Payment, unsupported=Fields(model=Payment).every)
    timeless = attrs.evolve(ACME, fields=(nothing,))

    assert not_carried(timeless) == "Payment: all"
    assert not_carried(attrs.evolve(ACME, fields=())) == "not told"


def test_limits_read_as_people_say_them() -> None:
    """All windows of one account hold at once; pages have a size and perhaps a most."""
    assert rates(ACME.limits) == "300/min and 7 in 2 s (all)"
    assert pages(ACME.limits) == "200 rows, at most 5000"
    assert (rates(Limits()), pages(Limits())) == ("no limit", "none: whole lists")
    assert (rates(None), pages(None)) == ("not told", "not told")


def shown(providers: dict[str, Capabilities], width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, no_color=True)
    console.print(matrix(providers, width=width))
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


@pytest.mark.parametrize(("width", "is_wide"), [(80, False), (120, True)])
def test_four_providers_fit(width: int, is_wide: bool) -> None:
    """Each operation is one whole line; a wide terminal shows more in it."""
    lines = shown(dict.fromkeys(("clockify", "kukkingu", "asset", "local"), ACME), width)

    assert len(lines) == 1 + len(ACME.operations)
    assert max(map(len, lines)) <= width
    (pay,) = (line for line in lines if line.startswith("record_payment"))
    assert pay.split("  ")[-1].strip() == ("native 4, marker" if is_wide else "native 4")


@pytest.mark.parametrize("width", [80, 120])
def test_the_installed_providers_fit(width: int) -> None:
    """No cell of the real matrix is folded."""
    registry = Registry()
    providers = {one.name: registry.adapter(one.name).capabilities for one in registry.installed()}

    lines = shown(providers, width)

    operations = {name for one in providers.values() for name in one.operations}
    assert [line.split(" ")[0] for line in lines[1:] if line.split(" ")[0] not in operations] == []
    assert len(lines) == 1 + len(operations)


def test_the_markdown_is_two_tables() -> None:
    """The same cells, and beside them what is no operation."""
    written = markdown({"acme": ACME})

    assert "| `record_payment` | native 4, marker |" in written
    assert "| statuses to set | draft ! |" in written
    assert "| money on the wire | hundredths |" in written
    assert "| fields it does not have | Payment: author |" in written
    assert "| webhooks | NEW_INVOICE |" in written


def ran(*arguments: str) -> str:
    result = CliRunner().invoke(application(), ["providers", *arguments], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_writes_markdown() -> None:
    """`--markdown` is the matrix of all installed providers, and nothing else."""
    registry = Registry()
    providers = {one.name: registry.adapter(one.name).capabilities for one in registry.installed()}

    assert ran("--markdown") == markdown(providers) + "\n"


def test_the_command_writes_everything_for_machines() -> None:
    """`--json` holds every part of the declaration."""
    (clockify,) = json.loads(ran("clockify", "--json"))

    payment = clockify["operations"]["record_payment"]
    assert (payment["idempotency"], payment["effect"], payment["calls"]) == ("marker", "append", 4)
    assert payment["read_back"]
    assert clockify["operations"]["set_status"]["is_destructive"] is True
    assert clockify["operations"]["list_invoices"]["filters"][0] == "customer_id"
    assert clockify["statuses"][0]["destroys_payments_from"] == ["PAID", "PARTIALLY_PAID"]
    assert clockify["fields"]["Payment"]["scales"] == {"amount": "hundredths"}
    assert clockify["limits"]["windows"]["a paid plan"] == [
        {"limit": 50, "seconds": 1.0, "is_documented": True}
    ]
    assert clockify["webhooks"]["events"] == ["NEW_INVOICE", "INVOICE_UPDATED"]


def test_one_provider_is_shown_with_everything() -> None:
    """The sheet of one provider says what its cells leave out."""
    said = ran("clockify")

    for told in ("doubt settled by", "instead: set_status(VOID)", "payments may be lost from", "NEW_INVOICE"):
        assert told in said
