"""Find adapters and simulators by name among what is installed, and import the named one alone."""

import difflib
import importlib.metadata
import inspect
import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import attrs

from invoicekit.adapter import ADAPTER_API, Adapter
from invoicekit.errors import (
    AdapterConflict,
    AdapterLoadError,
    AdapterNotFound,
    ConfigurationError,
    IncompatibleAdapter,
)

ALLOW_LIST = "INVOICEKIT_ADAPTERS"
"""Environment variable: a comma-separated list; where it is set, nothing else is ever imported."""

_ADAPTERS = "invoicekit.adapters"
_SIMULATORS = "invoicekit.simulators"
_STORES = "invoicekit.stores"
_GROUPS = {_ADAPTERS: "adapter", _SIMULATORS: "simulator", _STORES: "store"}

Distributions: TypeAlias = Callable[[], Iterable[importlib.metadata.Distribution]]


@attrs.frozen(kw_only=True)
class Installed:
    """One offer of an installed distribution.

    Attributes:
        name: What users connect by; empty where the distribution's entry points cannot be read.
        problem: Why it cannot be used, as far as that is known without importing it; else empty.
    """

    name: str
    distribution: str
    version: str
    problem: str = ""

    @property
    def origin(self) -> str:
        """The distribution and its version, for messages."""
        return f"{self.distribution} {self.version}"


@attrs.frozen(kw_only=True)
class _Offer:
    installed: Installed
    group: str
    entry_point: importlib.metadata.EntryPoint | None = None


class Registry:
    """What is installed, looked up once for each object.

    Args:
        distributions: Where to look; the interpreter's own path where none is given.
        environ: Holds the allow-list; the process's own environment where none is given.
    """

    def __init__(
        self, *, distributions: Distributions | None = None, environ: Mapping[str, str] | None = None
    ) -> None:
        self._distributions = distributions or importlib.metadata.distributions
        self._environ = os.environ if environ is None else environ
        self._offers: tuple[_Offer, ...] | None = None

    def adapter(self, name: str) -> type[Adapter[object]]:
        """Import the adapter of that name.

        Raises:
            AdapterNotFound: No distribution offers it.
            AdapterConflict: Two distributions do, and neither was imported.
            AdapterLoadError: It cannot be imported; the cause is kept.
            IncompatibleAdapter: It is no adapter, or one for another version of the contract.
            ConfigurationError: The allow-list does not name it.
        """
        loaded, offer = self._load(_ADAPTERS, name)
        flaw = _adapter_flaw(loaded, name)
        if flaw:
            raise IncompatibleAdapter(f"adapter {name!r} of {offer.installed.origin} {flaw}")
        return loaded

    def simulator(self, name: str) -> type:
        """Import the simulator of that name.

        Raises:
            AdapterNotFound, AdapterConflict, AdapterLoadError, IncompatibleAdapter, ConfigurationError:
                As for adapters.
        """
        return self._named(_SIMULATORS, name)

    def store(self, name: str) -> type:
        """Import what shows the books that the adapter of that name keeps by itself.

        Raises:
            AdapterNotFound, AdapterConflict, AdapterLoadError, IncompatibleAdapter, ConfigurationError:
                As for adapters.
        """
        return self._named(_STORES, name)

    def _named(self, group: str, name: str) -> type:
        loaded, offer = self._load(group, name)
        if getattr(loaded, "name", None) != name:
            raise IncompatibleAdapter(
                f"{_GROUPS[group]} {name!r} of {offer.installed.origin} calls itself "
                f"{getattr(loaded, 'name', None)!r}"
            )
        return loaded

    def installed(self) -> tuple[Installed, ...]:
        """List the adapters, the unusable ones too, by name; imports nothing."""
        return self._listed(_ADAPTERS)

    def simulators(self) -> tuple[Installed, ...]:
        """List the simulators, as `installed` does."""
        return self._listed(_SIMULATORS)

    def _load(self, group: str, name: str) -> tuple[type, _Offer]:
        offers = [offer for offer in self._scan() if (offer.group, offer.installed.name) == (group, name)]
        what = f"{_GROUPS[group]} {name!r}"
        if not offers or offers[0].entry_point is None:
            raise AdapterNotFound(self._not_found(group, name))
        if not self._is_allowed(name):
            raise ConfigurationError(
                f"{what} is not listed in {ALLOW_LIST}: add it there if it is to be used"
            )
        if len(offers) > 1:
            origins = " and by ".join(offer.installed.origin for offer in offers)
            raise AdapterConflict(f"{what} is offered by {origins}: uninstall all but one; none was imported")
        return _import(offers[0].entry_point, what, offers[0].installed), offers[0]

    def _listed(self, group: str) -> tuple[Installed, ...]:
        found = [offer.installed for offer in self._scan() if offer.group == group]
        listed = []
        for one in sorted(found, key=lambda one: (one.name, one.distribution)):
            rivals = [other for other in found if other.name == one.name and other is not one and one.name]
            problem = one.problem
            if rivals:
                problem = f"also offered by {', '.join(rival.origin for rival in rivals)}"
            elif one.name and not self._is_allowed(one.name):
                problem = f"not listed in {ALLOW_LIST}"
            listed.append(attrs.evolve(one, problem=problem))
        return tuple(listed)

    def _is_allowed(self, name: str) -> bool:
        listed = self._environ.get(ALLOW_LIST)
        return listed is None or name in {part.strip() for part in listed.split(",")}

    def _not_found(self, group: str, name: str) -> str:
        listed = self._listed(group)
        names = sorted({one.name for one in listed if one.name})
        noun = _GROUPS[group]
        close = difflib.get_close_matches(name, names, n=1)
        parts = [f"no {noun} is called {name!r}" + (f" (did you mean {close[0]!r}?)" if close else "")]
        parts.append(f"installed: {', '.join(names)}" if names else f"no {noun} is installed")
        parts += [f"{one.origin}: {one.problem}" for one in listed if not one.name]
        parts.append(
            f"install the distribution that offers it into this environment "
            f"(python -m pip install …; it registers under {group!r})"
        )
        return "; ".join(parts)

    def _scan(self) -> tuple[_Offer, ...]:
        if self._offers is None:
            offers: list[_Offer] = []
            seen: set[str] = set()
            for distribution in self._distributions():
                found = _offers(distribution)
                if found:
                    canonical = re.sub(r"[-_.]+", "-", found[0].installed.distribution).lower()
                    if canonical not in seen:  # the first on the path is the one that would be imported
                        seen.add(canonical)
                        offers += found
            self._offers = tuple(offers)
        return self._offers


def _offers(distribution: importlib.metadata.Distribution) -> list[_Offer]:
    """Return what a distribution offers; one that is damaged offers nothing, and says why."""
    try:
        entry_points = [entry for entry in distribution.entry_points if entry.group in _GROUPS]
    except Exception as error:  # noqa: BLE001  # one unreadable file must not hide the other distributions
        name, version = _identity(distribution)
        problem = f"its entry points cannot be read ({type(error).__name__}: {error}); reinstall it"
        broken = Installed(name="", distribution=name, version=version, problem=problem)
        return [_Offer(installed=broken, group=group) for group in _groups_in(distribution)]
    if not entry_points:
        return []
    name, version = _identity(distribution)
    return [
        _Offer(
            installed=Installed(name=entry.name, distribution=name, version=version),
            group=entry.group,
            entry_point=entry,
        )
        for entry in entry_points
    ]


def _identity(distribution: importlib.metadata.Distribution) -> tuple[str, str]:
    where = os.path.basename(str(getattr(distribution, "_path", "a nameless distribution")))
    try:
        fields = distribution.metadata.json
        return str(fields.get("name", where)), str(fields.get("version", "of unknown version"))
    except Exception:  # noqa: BLE001  # a damaged installation, of whatever kind, is only to be named
        return where, "of unknown version"


def _groups_in(distribution: importlib.metadata.Distribution) -> list[str]:
    try:
        text = distribution.read_text("entry_points.txt") or ""
    except Exception:  # noqa: BLE001  # not even text: it may be anybody's
        return []
    return [group for group in _GROUPS if f"[{group}]" in text]


def _import(entry_point: importlib.metadata.EntryPoint, what: str, installed: Installed) -> type:
    try:
        loaded = entry_point.load()
    except (Exception, SystemExit) as error:  # whatever foreign code raises at import
        raise AdapterLoadError(
            f"{what} of {installed.origin} cannot be imported "
            f"({entry_point.value}: {type(error).__name__}: {error}); upgrade or reinstall "
            f"{installed.distribution}"
        ) from error
    if not isinstance(loaded, type):
        raise IncompatibleAdapter(f"{what} of {installed.origin} is no class: {entry_point.value}")
    return loaded


def _adapter_flaw(loaded: type, name: str) -> str:
    """Return what keeps a class from being the adapter of that name, as the end of a sentence."""
    api = getattr(loaded, "api", None)
    if not issubclass(loaded, Adapter):
        return "does not derive from invoicekit.adapter.Adapter"
    if api is None:
        return f"does not say which adapter contract it was written for (api = {ADAPTER_API})"
    if api != ADAPTER_API:
        return (
            f"was written for adapter contract {api}, this invoicekit has {ADAPTER_API}: upgrade one of them"
        )
    if getattr(loaded, "name", None) != name:
        return f"calls itself {getattr(loaded, 'name', None)!r}"
    if inspect.isabstract(loaded):
        return f"does not define {', '.join(sorted(loaded.__abstractmethods__))}"
    if not attrs.has(getattr(loaded, "config_type", object)):
        return "has no attrs class as its config_type"
    return ""
