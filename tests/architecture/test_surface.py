"""The public surface: what the root exports, and that importing it is quiet and light."""

import subprocess
import sys
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


def run(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_surface_is_a_decision() -> None:
    """A name enters or leaves the public surface only together with this list."""
    assert invoicekit.__all__ == NAMES


def test_the_surface_is_small_and_sorted() -> None:
    """At most forty names, in order, each of them there."""
    assert len(invoicekit.__all__) <= MOST_NAMES
    assert invoicekit.__all__ == sorted(invoicekit.__all__)
    assert [name for name in invoicekit.__all__ if not hasattr(invoicekit, name)] == []


def test_every_module_imports_quietly_and_alone(modules: Mapping[str, Path]) -> None:
    """Each module can be the first one imported, with warnings as errors."""
    names = [name for name in modules if not name.endswith("__main__")]
    # One interpreter forks for each module: starting an interpreter for each would take minutes.
    code = (
        "import importlib, os, sys\n"
        f"names = {names!r}\n"
        "failed = []\n"
        "for name in names:\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        try:\n"
        "            importlib.import_module(name)\n"
        "        except BaseException as error:\n"
        "            print(name, repr(error), flush=True)\n"
        "            os._exit(1)\n"
        "        os._exit(0)\n"
        "    if os.waitpid(child, 0)[1]:\n"
        "        failed.append(name)\n"
        "sys.exit(len(failed))\n"
    )

    result = run(code)

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_the_root_does_not_load_what_few_need() -> None:
    """`import invoicekit` leaves simulators, the test kit, bulk and the command line unloaded."""
    result = run(
        "import sys, invoicekit; print(sorted(name for name in sys.modules if name.startswith('invoicekit')))"
    )

    assert result.returncode == 0, result.stderr
    assert [name for name in LATER if repr(name) in result.stdout] == []
