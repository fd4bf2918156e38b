"""Every check of the project, one session each: `nox -l` lists them.

`nox` alone runs what a commit needs; the others are named: `nox -s demo`.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import nox

PYTHONS = ["3.11", "3.12", "3.13"]
ROOT = Path(__file__).parent
DESCRIBED = ("asset", "clockify", "kukkingu")

SCRIPTS = ("record_payment", "safety_cost", "decode", "limiter", "journal", "import_time")

FIRST_SEEDS = ("INVOICEKIT_FAULT_FIRST_SEED", "INVOICEKIT_HISTORY_FIRST_SEED")

# What is tested of the built wheel: nothing here may reach into the checkout.
OUTSIDE = ("cli", "outside")

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "virtualenv"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["lint", "types", "tests", "outside"]


def _show_every_pyenv_interpreter() -> None:
    # pyenv's shims answer only for versions that were chosen; the sessions want each one it has.
    if "PYENV_VERSION" in os.environ or shutil.which("pyenv") is None:
        return
    listed = subprocess.run(["pyenv", "versions", "--bare"], capture_output=True, text=True, check=False)
    wanted = [line for line in listed.stdout.split() if re.fullmatch(r"3\.1[1-3]\.\d+", line)]
    if wanted:
        os.environ["PYENV_VERSION"] = ":".join(wanted)


_show_every_pyenv_interpreter()


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting."""
    session.install(".[lint]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, strictly."""
    session.install("-e", ".[cli,test,lint]", "nox")
    session.run("mypy")
    session.run("mypy", "noxfile.py")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the default suite."""
    session.install("-e", ".[cli,test,lint]")
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def readme(session: nox.Session) -> None:
    """Run every block of the README, and its two commands in a fresh clone."""
    session.install("-e", ".[cli,test,lint]")
    session.run("python", "-m", "pytest", "tests/docs", *session.posargs)
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        session.run("git", "clone", "--quiet", str(ROOT), str(clone), external=True)
        with session.chdir(clone):
            blocks = re.findall(r"```console\n(.*?)```", (clone / "README.md").read_text(), re.DOTALL)
            for command in blocks[:2]:
                session.run("bash", "-euc", command, external=True)


@nox.session
def outside(session: nox.Session) -> None:
    """Test the built wheel from an empty directory; make a guest beside it, judge it, and use it in bulk."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        session.run("python", "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(home / "dist"), str(ROOT))
        (wheel,) = (home / "dist").glob("*.whl")
        session.install(f"{wheel}[cli,test]")
        empty = home / "empty"
        empty.mkdir()
        for name in OUTSIDE:
            shutil.copytree(ROOT / "tests" / name, empty / "tests" / name)
        shutil.copytree(ROOT / "tests" / "support", empty / "tests" / "support")
        shutil.copy(ROOT / "tests" / "conftest.py", empty / "tests")
        shutil.copy(ROOT / "pyproject.toml", empty)  # how the tests are to be run
        with session.chdir(empty):
            session.run("python", "-c", "import invoicekit as i; assert 'site-packages' in i.__file__")
            session.run("invoicekit", "demo", "--entries", "1000", "--payments", "20")
            session.run("python", "-m", "pytest", *session.posargs)
        guest = home / "guest"
        session.run("invoicekit", "adapter", "new", "acme", "--folder", str(guest))
        session.install(f"{guest}[test]")
        with session.chdir(guest):
            session.run("python", "-m", "pytest")
            session.run("invoicekit", "adapter", "check", "acme")
            session.run("invoicekit", "providers", "acme")
        with session.chdir(empty):
            session.run("python", "tests/support/guest_at_work.py", "acme")
        other = home / "other"
        options = ("--auth", "oauth", "--scale", "decimal", "--paging", "page", "--status", "open=SENT")
        session.run("invoicekit", "adapter", "new", "otherbooks", *options, "--folder", str(other))
        session.install(f"{other}[test]")
        with session.chdir(other):
            session.run("python", "-m", "pytest")
        with session.chdir(empty):
            session.run("python", "tests/support/guest_at_work.py", "otherbooks")


@nox.session
def faults(session: nox.Session) -> None:
    """Play every fault on every operation with twenty seeds, and a thousand histories.

    A failure names the seed that shows it again.
    """
    session.install("-e", ".[cli,test]")
    seeds = {
        "INVOICEKIT_FAULT_SEEDS": "20",
        "INVOICEKIT_FAULT_STEPS": "6",
        "INVOICEKIT_HISTORY_SEEDS": "1000",
    }
    seeds |= {name: value for name, value in os.environ.items() if name in seeds or name in FIRST_SEEDS}
    session.run("python", "-m", "pytest", "tests/faults", *session.posargs, env=seeds)
    session.run("python", "-m", "pytest", "tests/histories", "-n", "auto", *session.posargs, env=seeds)


@nox.session
def histories(session: nox.Session) -> None:
    """Play twenty thousand seeded histories, or INVOICEKIT_HISTORY_SEEDS of them, on every core."""
    session.install("-e", ".[cli,test]")
    wanted = {"INVOICEKIT_HISTORY_SEEDS": "20000", "INVOICEKIT_HISTORY_EXAMPLES": "1000"}
    wanted |= {name: value for name, value in os.environ.items() if name.startswith("INVOICEKIT_HISTORY_")}
    session.run("python", "-m", "pytest", "tests/histories", "-n", "auto", *session.posargs, env=wanted)


@nox.session
def crash(session: nox.Session) -> None:
    """Kill processes at every step of money calls, freeze them, let many share one journal: the whole matrix.

    Most of the time each waits for a lease or a settle bound, so there are more workers than processors.
    """
    session.install("-e", ".[cli,test]")
    workers = os.environ.get("INVOICEKIT_CRASH_WORKERS", "6")
    whole = {"INVOICEKIT_CRASH": "whole"}
    session.run("python", "-m", "pytest", "-n", workers, "tests/crash", *session.posargs, env=whole)


@nox.session
def bulk(session: nox.Session) -> None:
    """Mark a million time entries in a job that is killed ten times and gone on with."""
    session.install("-e", ".[cli,test]")
    sizes = {"INVOICEKIT_BULK_ENTRIES": "1000000", "INVOICEKIT_BULK_KILLS": "10"}
    sizes |= {name: value for name, value in os.environ.items() if name in sizes}
    test = "tests/cli/test_bulk_resume.py"
    session.run("python", "-m", "pytest", "-k", "killed", test, *session.posargs, env=sizes)


@nox.session
def rates(session: nox.Session) -> None:
    """Hold the limiter to its goals: 10,000 requests a job, each server model, five seeds; sockets too."""
    session.install("-e", ".[cli,test]")
    whole = {"INVOICEKIT_RATES": "whole"}
    paths = ("tests/channel/test_rates.py", "tests/service/test_rate_on_sockets.py")
    session.run("python", "-m", "pytest", "-n", "auto", *paths, *session.posargs, env=whole)


@nox.session
def sabotage(session: nox.Session) -> None:
    """Take the lines that keep the promises away, one at a time, and see a test fail of each."""
    session.install("-e", ".[cli,test]")
    session.run("python", "tests/support/sabotage.py", *session.posargs)


@nox.session
def mutants(session: nox.Session) -> None:
    """Change the adapters one small thing at a time, and see how many changes the kit alone notices."""
    session.install("-e", ".[cli,test]")
    session.run("python", "tests/support/mutants.py", *session.posargs)


@nox.session
def openapi(session: nox.Session) -> None:
    """Check requests and simulator answers against the providers' descriptions.

    The documents are not in the tree: name those you have in ASSET_OPENAPI_DOCUMENT,
    CLOCKIFY_OPENAPI_DOCUMENT and KUKKINGU_OPENAPI_DOCUMENT; the others' checks are left out.
    """
    named = [provider for provider in DESCRIBED if f"{provider.upper()}_OPENAPI_DOCUMENT" in os.environ]
    if not named:
        variables = ", ".join(f"{provider.upper()}_OPENAPI_DOCUMENT" for provider in DESCRIBED)
        session.error(f"set one of {variables} to the path of the OpenAPI document")
    files = sorted(
        str(path) for one in named for path in ROOT.joinpath("tests", "openapi").glob(f"test_{one}_*.py")
    )
    session.install("-e", ".[cli,test]")
    session.run("python", "-m", "pytest", *files, *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """Look at the report page with headless Chromium: `chromium` on the PATH, or CHROMIUM names it.

    Screenshots stay in INVOICEKIT_SCREENSHOTS, where that is set.
    """
    session.install("-e", ".[cli,test]")
    session.run("python", "-m", "pytest", "tests/browser", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure against peers, interleaved in one run; `nox -s bench -- decode journal` runs these two."""
    session.install("-e", ".[bench,cli]")
    for name in session.posargs or SCRIPTS:
        session.run("python", f"benchmarks/{name}.py")


@nox.session
def demo(session: nox.Session) -> None:
    """Run the demo large, for five seeds, then show that memory stays flat."""
    session.install("-e", ".[cli]")
    session.run("python", "benchmarks/demo_seeds.py", *session.posargs)
    session.run("python", "benchmarks/flat_memory.py")
