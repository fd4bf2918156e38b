"""`invoicekit journal audit`: what is on record as paid, beside the provider's own lists."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from command_line import CommandLine, Simulated

from invoicekit import InvoiceService, Money

WHEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def simulated(simulator: Callable[..., Simulated]) -> Simulated:
    """Return a Clockify with two invoices."""
    started = simulator("--rate", "none")
    started.ask("seed", {"invoices": 2, "amount_minor": 50_000, "currency": "EUR"})
    return started


async def _pay(settings: Mapping[str, Any], path: Path, ids: list[str]) -> None:
    async with InvoiceService.connect("clockify", **settings, journal=path) as service:
        for number, invoice in enumerate(ids):
            await service.record_payment(
                invoice, Money("5", "EUR"), paid_at=WHEN, reference=f"bank-{number}", note="rent"
            )


@pytest.fixture
def audit(simulated: Simulated, tmp_path: Path) -> list[object]:
    """Return the command, two payments being on record."""
    path = tmp_path / "paid.sqlite"
    ids = [str(row["id"]) for row in simulated.ask("ledger/invoices")]
    asyncio.run(_pay(simulated.settings, path, ids))
    return ["journal", "audit", "--provider", "clockify", *simulated.options, "--journal", path]


def replay(simulated: Simulated, payment: Mapping[str, object]) -> None:
    """Send a payment again, as something between us and the provider might."""
    settings = simulated.settings
    base = f"{settings['base_url']}/v1/workspaces/{settings['workspace_id']}"
    body = {"amount": payment["amount"], "note": payment["note"], "paymentDate": "2026-03-01T12:00:00Z"}
    request = Request(  # noqa: S310
        f"{base}/invoices/{payment['invoice_id']}/payments",
        data=json.dumps(body).encode(),
        headers={"X-Api-Key": str(settings["api_key"]), "Content-Type": "application/json"},
    )
    with urlopen(request, timeout=30) as answer:  # noqa: S310
        assert answer.status == 201


def test_all_is_well(command: CommandLine, audit: list[object]) -> None:
    """It says how much it looked at, and ends with 0."""
    ended = command.run(*audit)

    assert (ended.code, ended.out) == (0, "2 payments of 2 invoices looked at: 2 once.\n")


def test_a_duplicate_is_named_and_kept_in_mind(
    command: CommandLine, audit: list[object], simulated: Simulated
) -> None:
    """Reference, invoice, what was asked and what stands; the journal lists it until it is settled."""
    [first, _] = simulated.ask("ledger/payments")
    replay(simulated, first)

    ended = command.run(*audit)
    told = json.loads(command.run(*audit, "--json").out)

    assert ended.code == 3
    assert ended.out.splitlines()[0] == "2 payments of 2 invoices looked at: 1 once, 1 twice."
    assert ended.out.count("5.00 EUR (") == 2
    [finding] = told["findings"]
    assert (finding["stands"], finding["reference"], finding["invoice_id"], finding["asked"]) == (
        "twice",
        "bank-0",
        first["invoice_id"],
        "5 EUR",
    )
    listed = command.run("journal", "list", *audit[-2:]).out
    assert ("bank-0" in listed, "bank-1" in listed) == (True, False)


def test_only_some_days(command: CommandLine, audit: list[object]) -> None:
    """Both days count, and a day is not a guess."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"

    assert command.run(*audit, "--since", today, "--until", today).out.startswith("2 payments")
    assert command.run(*audit, "--until", "2020-01-01").out.startswith("0 payments")
    refused = command.run(*audit, "--since", "yesterday")
    assert (refused.code, "--since is a day" in refused.err) == (2, True)


def test_what_cannot_be_read_is_no_all_clear(command: CommandLine, audit: list[object]) -> None:
    """A provider that does not answer ends it with 1, and names the payments."""
    at = [str(part) for part in audit]
    url = next(part for part in at if part.startswith("base_url="))
    audit = [part.replace(url, "base_url=http://127.0.0.1:9/api") for part in at]

    ended = command.run(*audit)

    assert ended.code == 1
    assert ended.out.splitlines()[0] == "2 payments of 2 invoices looked at: 0 once, 2 unread."
