"""Change the adapters one small thing at a time, and see whether the kit alone notices.

``python tests/support/mutants.py [ADAPTER …] [--sample N] [--seed N] [--jobs N]``: of each adapter's lines
that its calls execute under the contract, so many changes are drawn. Each is judged by the contract in a
process of its own, and what nobody noticed is listed.
"""

import argparse
import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from types import FrameType, ModuleType
from typing import Any

import attrs
from mutation import Mutant, mutants

from invoicekit.simulate import Simulator, Store
from invoicekit.testing import RULES, Subject, judge

ROOT = Path(__file__).parents[2]
PLACES = {
    "asset": ROOT / "adapters" / "invoicekit_asset",
    "clockify": ROOT / "adapters" / "invoicekit_clockify",
    "kukkingu": ROOT / "adapters" / "invoicekit_kukkingu",
    "local": ROOT / "adapters" / "invoicekit_local",
    "acorn": ROOT / "adapters" / "example" / "invoicekit_acorn",
}
_NOT_ITS_OWN = (f"{os.sep}simulator{os.sep}", f"{os.sep}simulator.py", f"{os.sep}store{os.sep}")
"""What judges an adapter is changed by nobody."""

_SECONDS = 60
_NOTICED, _NEVER_ENDED = 1, "never ended"


@attrs.frozen(kw_only=True)
class Tried:
    """One change and who noticed it; nobody where it is empty."""

    file: str
    mutant: Mutant
    noticed_by: str


def subject_of(name: str) -> Subject:
    """Import an adapter and its simulator, or its store."""
    package = importlib.import_module(PLACES[name].name)
    adapter: Any = getattr(package, name.capitalize())
    if name == "local":
        store: type[Store] = importlib.import_module(f"{PLACES[name].name}.store").LocalStore
        return Subject(adapter=adapter, store=store)
    simulator: type[Simulator] = getattr(
        importlib.import_module(f"{PLACES[name].name}.simulator"), f"{name.capitalize()}Simulator"
    )
    return Subject(adapter=adapter, simulator=simulator)


def first_broken(subject: Subject) -> str:
    """Return the first rule that is broken; empty where none is."""
    return next((rule.id for rule in RULES if judge(subject, rule).fails), "")


# --- what is executed -----------------------------------------------------------------------------


def executed(name: str) -> dict[Path, set[int]]:
    """Return the lines of an adapter that its calls execute while it is judged, by file.

    What importing it executes is left out: most of that belongs to calls of the provider's own.
    """
    subject, folder = subject_of(name), str(PLACES[name])
    found: dict[Path, set[int]] = {}

    def on_call(frame: FrameType, event: str, arg: object) -> Any:
        file = frame.f_code.co_filename
        if not file.startswith(folder) or any(part in file for part in _NOT_ITS_OWN):
            return None
        lines = found.setdefault(Path(file), set())

        def on_line(frame: FrameType, event: str, arg: object) -> Any:
            lines.add(frame.f_lineno)
            return on_line

        lines.add(frame.f_lineno)
        return on_line

    threading.settrace(on_call)  # books are written in threads
    sys.settrace(on_call)
    try:
        broken = first_broken(subject)
    finally:
        sys.settrace(None)
        threading.settrace(None)
    if broken:
        raise AssertionError(f"{name} breaks {broken} as it is")
    return found


# --- one change, in a process of its own ----------------------------------------------------------


class _Changed(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source.encode()

    def get_data(self, path: str) -> bytes:
        return self._source

    def path_stats(self, path: str) -> Any:
        raise OSError  # never from a cache, and never into one

    def set_data(self, *_: object, **__: object) -> None:
        return None


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, module: str, path: Path, source: str) -> None:
        self._module, self._path, self._source = module, path, source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._module:
            return None
        loader = _Changed(fullname, str(self._path), self._source)
        is_package = [str(self._path.parent)] if self._path.name == "__init__.py" else None
        return importlib.util.spec_from_file_location(
            fullname, str(self._path), loader=loader, submodule_search_locations=is_package
        )


def _module_of(name: str, file: Path) -> str:
    parts = file.relative_to(PLACES[name].parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _judge_changed(name: str, file: Path, source: str, told: int) -> None:
    """Be the child: judge the changed adapter, say what broke, and end."""
    signal.alarm(_SECONDS)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    sys.meta_path.insert(0, _Finder(_module_of(name, file), file, source))
    try:
        broken = first_broken(subject_of(name))
    except BaseException as error:  # noqa: BLE001 - a change may break anything; that is noticed
        broken = f"{type(error).__name__}"
    os.write(told, broken.encode())
    os._exit(_NOTICED if broken else 0)


def try_all(name: str, chosen: Sequence[tuple[Path, Mutant]], jobs: int) -> Iterator[Tried]:
    """Judge every change, so many at a time."""
    waiting = list(reversed(chosen))
    running: dict[int, tuple[Path, Mutant, int]] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            file, mutant = waiting.pop()
            hears, tells = os.pipe()
            child = os.fork()
            if child == 0:
                _judge_changed(name, file, mutant.source, tells)
            os.close(tells)
            running[child] = (file, mutant, hears)
        child, status = os.wait()
        file, mutant, hears = running.pop(child)
        broken = os.read(hears, 200).decode()
        os.close(hears)
        noticed = broken or ("" if os.waitstatus_to_exitcode(status) == 0 else _NEVER_ENDED)
        yield Tried(file=file.name, mutant=mutant, noticed_by=noticed)


def _drawn(name: str, sample: int, seed: int) -> list[tuple[Path, Mutant]]:
    hears, tells = os.pipe()
    child = os.fork()
    if child == 0:  # the parent must never import the adapter
        with contextlib.suppress(BrokenPipeError), os.fdopen(tells, "w") as out:
            for file, lines in executed(name).items():
                out.write(f"{file}\t{','.join(map(str, sorted(lines)))}\n")
        os._exit(0)
    os.close(tells)
    with os.fdopen(hears) as heard:
        rows = [line.rstrip("\n").split("\t") for line in heard]
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) or not rows:
        raise SystemExit(f"{name} cannot be judged as it is")
    found = [
        (Path(file), mutant)
        for file, lines in sorted(rows)
        for mutant in mutants(Path(file).read_text(), {int(line) for line in lines.split(",")})
    ]
    return Random(seed).sample(found, min(sample, len(found)))


def main() -> int:
    """Try the adapters named, and print the score of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("adapters", nargs="*", metavar="ADAPTER", help=f"of {', '.join(PLACES)}; else all")
    parser.add_argument("--sample", type=int, default=250)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    sys.path[:0] = [str(ROOT / "adapters"), str(ROOT / "adapters" / "example")]
    noticed = total = 0
    for name in asked.adapters or PLACES:
        tried = list(try_all(name, _drawn(name, asked.sample, asked.seed), asked.jobs))
        by = Counter(one.noticed_by for one in tried if one.noticed_by)
        noticed, total = noticed + by.total(), total + len(tried)
        sys.stdout.write(f"{name}: {by.total()} of {len(tried)} changes were noticed\n")
        for rule, count in by.most_common(8):
            sys.stdout.write(f"  {count:4} {rule}\n")
        for one in sorted(tried, key=lambda one: (one.file, one.mutant.line)):
            if not one.noticed_by:
                sys.stdout.write(f"  SURVIVED {one.file}:{one.mutant.line}: {one.mutant.what}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{noticed} of {total}: {noticed / max(1, total):.1%}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
