"""An adapter that is not installed: the folder of its distribution, or a single file."""

import importlib
import importlib.metadata
import inspect
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from invoicekit.adapter import Adapter
from invoicekit.errors import AdapterLoadError, AdapterNotFound, UsageError
from invoicekit.registry import Registry
from invoicekit.simulate import Simulator
from invoicekit.testing.foreign import made
from invoicekit.testing.subject import Subject

_GROUPS = ("invoicekit.adapters", "invoicekit.simulators", "invoicekit.stores")


def is_path(text: str) -> bool:
    """Tell a path from the name of an installed adapter."""
    return "/" in text or text.endswith(".py") or text in {".", ".."}


def subject_at(path: Path, **settings: object) -> Subject:
    """Take an adapter and its simulator from where they are written.

    A folder holds a pyproject.toml whose entry points name them; a file holds one class of each. What they
    import is looked for beside them first.

    Raises:
        UsageError: There is nothing of that kind, or more than one.
        AdapterLoadError, IncompatibleAdapter: It cannot be imported, or is no adapter.
    """
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder")
    if path.is_file():
        return _of_file(path, settings)
    written = path / "pyproject.toml"
    if not written.exists():
        raise UsageError(f"{path} has no pyproject.toml, whose entry points would name the adapter")
    checkout = _Checkout(written)
    registry = Registry(distributions=lambda: (checkout,))
    _import_from(path / "src" if (path / "src").is_dir() else path)
    names = [one.name for one in registry.installed()]
    if len(names) != 1:
        told = ", ".join(names) if names else "none"
        raise UsageError(f"{written} names {told} under {_GROUPS[0]}, and one adapter is judged at a time")
    return Subject.of(registry, names[0], **settings)


def _of_file(path: Path, settings: Mapping[str, object]) -> Subject:
    _import_from(path.parent)
    module = made(lambda: importlib.import_module(path.stem))
    if isinstance(module, Exception):
        raise AdapterLoadError(f"{path} cannot be imported: {type(module).__name__}: {module}") from module
    adapter = _only(module, Adapter, path, is_own=True)
    simulator = _only(module, Simulator, path, is_own=False)
    return Subject(adapter=adapter, simulator=simulator, settings=settings)


def _only(module: ModuleType, base: type[Any], path: Path, *, is_own: bool) -> type[Any]:
    found = {
        one
        for _, one in inspect.getmembers(module, inspect.isclass)
        if issubclass(one, base) and one is not base and not inspect.isabstract(one)
    }
    if is_own or len(found) > 1:
        found = {one for one in found if one.__module__ == module.__name__}
    if len(found) != 1:
        told = ", ".join(sorted(one.__name__ for one in found)) or "none"
        raise AdapterNotFound(f"{path} defines {told} that derive from {base.__name__}, and one is judged")
    return found.pop()


def _import_from(folder: Path) -> None:
    sys.path.insert(0, str(folder.resolve()))
    importlib.invalidate_caches()


class _Checkout(importlib.metadata.Distribution):
    """What a pyproject.toml says that would be installed."""

    def __init__(self, path: Path) -> None:
        try:
            document = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
            raise UsageError(f"{path}: {problem}") from None
        self._project = document.get("project", {})
        self._folder = path.parent

    def read_text(self, filename: str) -> str | None:
        """Return one of the files that an installation would have."""
        if filename == "METADATA":
            name, version = self._project.get("name", "nameless"), self._project.get("version", "0")
            return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        if filename != "entry_points.txt":
            return None
        groups = self._project.get("entry-points", {})
        lines = []
        for group in _GROUPS:
            lines.append(f"[{group}]")
            lines += [f"{name} = {place}" for name, place in groups.get(group, {}).items()]
        return "\n".join(lines)

    def locate_file(self, path: Any) -> Any:
        """Return where a file of the installation would be."""
        return self._folder / path
