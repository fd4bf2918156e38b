"""The key shows nowhere: not in errors with their local variables, not in logs, not in the journal."""

import asyncio
import io
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path

import pytest

from invoicekit import InvoiceKitError, InvoiceService, Money, UsageError
from invoicekit.guard import DoubtPolicy
from invoicekit.simulate import Fault, FaultKind, FaultPlan, serving
from invoicekit_clockify.simulator import ClockifySimulator

KEY = "k3y-that-must-not-show"
WORKSPACE = ClockifySimulator.WORKSPACE_ID
WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def shown(error: BaseException | None) -> str:
    """Return all that a careful logger could show: the chain, with the local variables of our frames."""
    parts: list[str] = []
    while error is not None:
        frames = traceback.TracebackException.from_exception(error, capture_locals=True).stack
        parts += [f"{error!r} {error} {error.__dict__}"]
        parts += [str(frame.locals) for frame in frames if "/tests/" not in frame.filename]
        error = error.__cause__ or error.__context__
    return "".join(parts)


@pytest.mark.parametrize(
    "settings",
    [
        {"workspace_id": "../x"},
        {"workspace_id": WORKSPACE, "api_kye": KEY},
        {"workspace_id": WORKSPACE, "addon_token": KEY},
        {"workspace_id": WORKSPACE, "base_url": "ftp://nowhere"},
        {"workspace_id": WORKSPACE, "rate": "often"},
        {"workspace_id": WORKSPACE, "on_doubt": "maybe"},
        {"workspace_id": WORKSPACE, "journal": ""},
        {},
    ],
)
def test_refused_settings_do_not_show(settings: dict[str, object]) -> None:
    """A service that cannot be made says why, and not by which key."""
    with pytest.raises(UsageError) as caught:
        InvoiceService.connect("clockify", api_key=KEY, **settings)  # type: ignore[arg-type]  # as a user may

    assert KEY not in shown(caught.value)


@pytest.mark.parametrize("name", ["acme", "nobody"])
def test_refused_profiles_do_not_show(name: str, tmp_path: Path) -> None:
    """Nor does one from a profile, nor the overrides given beside it."""
    file = tmp_path / "invoicekit.toml"
    file.write_text(f'[profiles.acme]\nprovider = "clockify"\napi_key = "{KEY}"\nworkspace_id = "x"\n')
    file.chmod(0o600)

    with pytest.raises(InvoiceKitError) as caught:
        InvoiceService.from_profile(name, path=file, addon_token=KEY)

    assert KEY not in shown(caught.value)


def everything(service: InvoiceService) -> list[object]:
    """Return the parts of a service that a debugger or a log line might print."""
    connection = service._connection
    return [
        *(service, connection, connection.site, connection.channel, connection.channel._wiring),
        *(connection.guard, connection._transport, service.native, service.native.config),
    ]


def written_in(folder: Path) -> list[str]:
    """Return every byte of the journal and its log."""
    return [path.read_bytes().decode("latin-1") for path in folder.iterdir()]


@pytest.mark.parametrize("kind", FaultKind)
async def test_no_fault_shows_it(
    kind: FaultKind, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever goes wrong on the wire, and whatever is printed of it, in asyncio's debug mode."""
    asyncio.get_running_loop().set_debug(True)
    caplog.set_level(logging.DEBUG)
    faults = [Fault(kind=kind, at=at, times=None, seconds=0.05) for at in ("add_payment", "get_invoice")]
    simulator = ClockifySimulator(seed=1, api_key=KEY, faults=FaultPlan.scripted(faults), settle_seconds=0.05)
    simulator.populate({"invoices": 1, "amount_minor": 10_000, "currency": "EUR"})
    invoice = simulator.ledger.invoices()[0].id
    texts: list[str] = []
    async with serving(simulator) as running:
        service = InvoiceService.connect(
            "clockify",
            **simulator.settings(running.url),  # type: ignore[arg-type]  # any setting
            journal=tmp_path / "j.sqlite",
            deadline_seconds=0.3,
            policy=DoubtPolicy(look_pauses=(0.0,)),
        )
        async with service:
            texts += [f"{part!r} {part} {getattr(part, '__dict__', '')}" for part in everything(service)]
            call = asyncio.create_task(
                service.record_payment(invoice, Money("10", "EUR"), reference="r", paid_at=WHEN)
            )
            await asyncio.sleep(0.01)
            stack = io.StringIO()
            call.print_stack(file=stack)
            (ended,) = await asyncio.gather(call, return_exceptions=True)
    texts += [stack.getvalue(), repr(call), caplog.text, "".join(capfd.readouterr())]
    texts += [shown(ended)] if isinstance(ended, BaseException) else [repr(ended)]
    texts += written_in(tmp_path)

    assert [text for text in texts if KEY in text] == []
