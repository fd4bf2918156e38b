"""The public surface: what the root exports, and that importing it is quiet and light."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import invoicekit

MOST_NAMES = 40
LATER = ("invoicekit.simulate", "invoicekit.testing", "invoicekit.cli", "invoicekit.bulk")

NAMES = [
    "Customer",
    "DuplicateDetected",
    "Invoice",
    "InvoiceChange",
    "InvoiceKitError",
    "InvoiceService",
    "InvoiceStatus",
    "LineItem",
    "Money",
    "NewLineItem",
    "NotApplied",
    "OnDoubt",
    "Outcome",
    "OutcomeUnknown",
    "Pager",
    "Payment",
    "PaymentStatus",
    "RateLimited",
    "Rejected",
    "Secret",
    "TimeEntry",
    "Unavailable",
    "UsageError",
    "WriteResult",
    "__version__",
]


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_surface_is_a_decision() -> None:
    """A name enters or leaves the public surface only together with this list."""
    assert invoicekit.__all__ == NAMES


def test_the_surface_is_small_and_sorted() -> None:
    """At most forty names, in order, each of them there."""
    assert len(invoicekit.__all__) <= MOST_NAMES
    assert invoicekit.__all__ == sorted(invoicekit.__all__)
    assert [name for name in invoicekit.__all__ if not hasattr(invoicekit, name)] == []


IMPORT_FIRST = """
import importlib, os, sys
import aiohttp.web, rich.progress, rich.table, typer  # others' code, not what is tested
loaded = {}
failed = 0
last = ""
for name in sys.argv[1:]:
    package = ".".join(name.split(".")[:2])
    if package != last and last.startswith("invoicekit.") and not failed:
        importlib.import_module(last)  # what comes now lies no lower, so nothing of `last` imports it
    last = package
    if name in loaded.get(name.rpartition(".")[0], ()):
        continue  # whoever imports it first imports its package first, and that loads it
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
        except BaseException as error:
            print(name, repr(error), flush=True)
            os._exit(1)
        with open(writing, "w") as report:
            report.write(" ".join(sys.modules))
        os._exit(0)
    os.close(writing)
    with open(reading) as report:
        loaded[name] = set(report.read().split())
    failed += os.waitpid(child, 0)[1] != 0
    if name == "invoicekit" and not failed:
        import invoicekit  # every other module imports it first
sys.exit(failed)
"""


def test_every_module_imports_quietly_and_alone(modules: Mapping[str, Path], root: Path) -> None:
    """Each module can be the first one imported, with warnings as errors.

    Tried from the lowest layer up: imports point down, so the layers below may be loaded already.
    """
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["id"] == "layers"]
    heights = {
        name: height for height, layer in enumerate(reversed(layers)) for name in re.findall(r"\w+", layer)
    }

    def place(name: str) -> tuple[int, str]:
        if name == "invoicekit":
            return -1, name
        own, _, part = name.partition(".")
        return heights.get(part.split(".")[0], len(heights)) if own == "invoicekit" else len(heights), name

    names = sorted((name for name in modules if not name.endswith("__main__")), key=place)

    result = run(IMPORT_FIRST, *names)

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_the_root_does_not_load_what_few_need() -> None:
    """`import invoicekit` leaves simulators, the test kit, bulk and the command line unloaded."""
    result = run(
        "import sys, invoicekit; print(sorted(name for name in sys.modules if name.startswith('invoicekit')))"
    )

    assert result.returncode == 0, result.stderr
    assert [name for name in LATER if repr(name) in result.stdout] == []
