"""What a user gets from the built wheel; nothing here may look at the checkout."""

import subprocess
import sys
from importlib.metadata import entry_points, files, metadata, version
from importlib.resources import files as resources
from pathlib import Path

import pytest

import invoicekit
from invoicekit import InvoiceService
from invoicekit.registry import Registry


def test_the_version_is_the_distributions() -> None:
    """The package and what pip knows of it agree."""
    assert invoicekit.__version__ == version("invoicekit")


@pytest.mark.parametrize("package", ["invoicekit", "invoicekit_clockify"])
def test_types_are_shipped(package: str) -> None:
    """A type checker believes a package only with this marker."""
    assert (resources(package) / "py.typed").is_file()


def test_adapter_and_simulator_are_registered() -> None:
    """Ours come through the same entry points as a guest's."""
    registry = Registry()

    assert registry.adapter("clockify").name == "clockify"
    assert registry.simulator("clockify").__name__ == "ClockifySimulator"
    assert {each.name for each in registry.installed()} >= {"clockify"}


def test_the_command_is_installed() -> None:
    """pip puts `invoicekit` beside the interpreter."""
    (script,) = entry_points(group="console_scripts", name="invoicekit")

    assert script.value == "invoicekit.cli:main"
    assert (Path(sys.executable).parent / "invoicekit").is_file()


def test_no_adapter_is_a_package_called_adapters() -> None:
    """A top-level name as common as that would collide with somebody else's."""
    tops = {str(file).partition("/")[0] for file in files("invoicekit") or ()}

    assert not tops & {"adapters", "tests", "benchmarks", "noxfile.py"}


def test_extras_name_what_they_need() -> None:
    """The extra that the install hint names exists."""
    assert "cli" in metadata("invoicekit").get_all("Provides-Extra", [])


def test_a_service_can_be_prepared_without_any_file() -> None:
    """Connecting reads settings only; nothing is opened or sent before `async with`."""
    service = InvoiceService.connect("clockify", api_key="x", workspace_id="0" * 24)

    assert (service.provider, service.account) == ("clockify", "0" * 24)


def test_the_module_runs_too() -> None:
    """`python -m invoicekit` is the same command."""
    command = [sys.executable, "-W", "error", "-m", "invoicekit", "--version"]

    result = subprocess.run(command, capture_output=True, text=True, check=True)

    assert result.stdout == f"invoicekit {version('invoicekit')}\n"
