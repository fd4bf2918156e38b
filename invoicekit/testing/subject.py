"""What is judged: an adapter, and the simulator or the store whose ledger judges it."""

from collections.abc import Callable, Mapping
from traceback import walk_tb
from typing import Self

import attrs

from invoicekit.adapter import Adapter, RateWindow, Site
from invoicekit.errors import AdapterNotFound, IncompatibleAdapter
from invoicekit.registry import Registry
from invoicekit.simulate import Simulator, Store

URL = "http://127.0.0.1:1"
"""Where an in-process simulator is said to be: a loopback address that nobody connects to."""
_ENDLESS = (RateWindow(limit=100_000, seconds=1.0),)


@attrs.frozen(kw_only=True)
class Subject:
    """An adapter to be judged.

    Attributes:
        simulator: Makes the provider it talks to, with what `Simulator` takes; None where it needs no HTTP.
        store: Makes what it keeps books of its own in, with what `Store` takes; None where it keeps none.
        settings: The adapter's own; they win over what the simulator says reaches it.
        provided: What a caller must know to act there, beside what `Simulator.provided` says:
            ``currency``, ``customer_name``, ``line_kind``, ``change``.
    """

    adapter: type[Adapter[object]]
    simulator: Callable[..., Simulator] | None = None
    store: Callable[..., Store] | None = None
    settings: Mapping[str, object] = attrs.field(factory=dict, hash=False)
    provided: Mapping[str, object] = attrs.field(factory=dict, hash=False)

    @classmethod
    def installed(cls, name: str, **settings: object) -> Self:
        """Take an adapter and its simulator, or its store, from the entry points.

        Raises:
            AdapterNotFound, AdapterLoadError, IncompatibleAdapter: One of them is not usable.
        """
        return cls.of(Registry(), name, **settings)

    @classmethod
    def of(cls, registry: Registry, name: str, **settings: object) -> Self:
        """Take an adapter and its simulator, or its store, from among what a registry knows.

        Raises:
            AdapterNotFound, AdapterLoadError, IncompatibleAdapter: One of them is not usable.
        """
        adapter = registry.adapter(name)
        simulator = _known(registry.simulator, name)
        if simulator is not None and not issubclass(simulator, Simulator):
            raise IncompatibleAdapter(
                f"simulator {name!r} does not derive from invoicekit.simulate.Simulator"
            )
        store = _known(registry.store, name)
        if store is not None and not issubclass(store, Store):
            raise IncompatibleAdapter(f"store {name!r} does not derive from invoicekit.simulate.Store")
        return cls(adapter=adapter, simulator=simulator, store=store, settings=settings)

    @property
    def name(self) -> str:
        """The adapter's name."""
        return self.adapter.name

    @property
    def can_be_judged(self) -> bool:
        """Whether anything but its own word tells what it did."""
        return self.simulator is not None or self.store is not None

    def place_of(self, error: BaseException) -> str:
        """Say where in the author's own code an error arose; nothing where it arose elsewhere alone."""
        made = (self.adapter, self.simulator, self.store)
        packages = {str(getattr(one, "__module__", "")).partition(".")[0] for one in made if one is not None}
        frames = [
            (frame, line)
            for frame, line in walk_tb(error.__traceback__)
            if str(frame.f_globals.get("__name__")).partition(".")[0] in packages - {"invoicekit"}
        ]
        if not frames:
            return ""
        frame, line = frames[-1]
        return f"{frame.f_globals['__name__']}, line {line}, in {frame.f_code.co_name}"

    @property
    def registry(self) -> Registry:
        """A registry that knows this adapter alone."""
        return _Sole(self.adapter)


def _known(find: Callable[[str], type], name: str) -> type | None:
    try:
        return find(name)
    except AdapterNotFound:
        return None


class _Sole(Registry):
    def __init__(self, adapter: type[Adapter[object]]) -> None:
        super().__init__(distributions=lambda: ())
        has_rate = "rate" in attrs.fields_dict(adapter.config_type)
        self._adapter = adapter if has_rate else _unhurried(adapter)

    def adapter(self, name: str) -> type[Adapter[object]]:
        """Return the one adapter, whatever it is called."""
        return self._adapter


def _unhurried(adapter: type[Adapter[object]]) -> type[Adapter[object]]:
    """Return the same adapter at a provider that allows more than anybody asks.

    Some allow sixty requests a minute: a rule needs more, and a call gives up at its deadline.
    """

    def site(cls: type[Adapter[object]], config: object) -> Site:
        found = adapter.site(config)
        return attrs.evolve(found, windows=_ENDLESS) if found.windows else found

    parts = {"site": classmethod(site), "__module__": adapter.__module__, "__doc__": adapter.__doc__}
    return type(adapter.__name__, (adapter,), parts)
