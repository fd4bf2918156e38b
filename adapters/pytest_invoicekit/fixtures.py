"""Fixtures for those who test programs that use invoicekit; none of them needs a running loop."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from invoicekit import InvoiceService
    from invoicekit.simulate import Simulator, Store

_MARKER = "invoicekit"
_HELP = (
    "invoicekit(provider, faults=(), data=None, journal=None, **settings): what the fixtures "
    "invoicekit_service, *_simulator and local_books play; faults strike once each, data says how much of "
    "what is there"
)
_DATA = {"invoices": 3}
_OF_LOCAL = ("local_books", "local_service")
_SETTLE_SECONDS = 0.05
"""How long a test waits at most until doubt is looked into for the last time."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _HELP)


@pytest.fixture
def asset_simulator(request: pytest.FixtureRequest) -> "Simulator":
    """Asset, inside the test, with three invoices in its books."""
    return _simulator("asset", request)


@pytest.fixture
def clockify_simulator(request: pytest.FixtureRequest) -> "Simulator":
    """Clockify, inside the test, with three invoices in its books."""
    return _simulator("clockify", request)


@pytest.fixture
def kukkingu_simulator(request: pytest.FixtureRequest) -> "Simulator":
    """Kukkingu, inside the test, with three invoices in its books."""
    return _simulator("kukkingu", request)


@pytest.fixture
def local_books(request: pytest.FixtureRequest) -> "Iterator[Store]":
    """Local books, made for the test and deleted after it, with three invoices in them.

    ``ledger`` is what stands in their file, read from outside of the adapter.
    """
    from invoicekit.registry import Registry

    given = _marked(request) if _provider(request) == "local" else {}
    with tempfile.TemporaryDirectory(prefix="invoicekit-books-") as folder:
        books: Store = Registry().store("local")(Path(folder))
        with ThreadPoolExecutor(1) as apart:  # a loop of its own, whether or not the test's one runs
            apart.submit(asyncio.run, _laid_out(books.settings())).result()
        books.populate(given.get("data", _DATA))
        with closing(books):
            if given.get("faults"):
                books.watch()
                books.disturb(*given["faults"])
            yield books


@pytest.fixture
def local_service(
    local_books: "Store", invoicekit_connect: "Callable[..., InvoiceService]"
) -> "InvoiceService":
    """A service on `local_books`, to be entered with ``async with``."""
    return invoicekit_connect()


async def _laid_out(settings: Mapping[str, Any]) -> None:
    from invoicekit import InvoiceService

    async with InvoiceService.connect("local", **settings) as service:
        await service.list_customers().snapshot()


@pytest.fixture
def invoicekit_simulator(request: pytest.FixtureRequest) -> "Simulator":
    """What `invoicekit_service` talks to: the provider of the marker, or of the simulator asked for."""
    provider = _provider(request)
    name = f"{provider}_simulator"
    if name in globals():
        simulator: Simulator = request.getfixturevalue(name)
        return simulator
    return _simulator(provider, request)


@pytest.fixture
def invoicekit_connect(request: pytest.FixtureRequest) -> "Callable[..., InvoiceService]":
    """Make further services at the same provider, as other processes would.

    Each is entered with ``async with``. It takes what `InvoiceService.connect` takes after the provider, e.g.
    ``journal=`` for one in common.
    """
    from invoicekit import InvoiceService
    from invoicekit.testing import URL, InProcessTransport

    provider = _provider(request)
    given = _marked(request)
    if provider == "local":
        settings: Mapping[str, Any] = request.getfixturevalue("local_books").settings()
        way: dict[str, Any] = {}
    else:
        simulator = request.getfixturevalue("invoicekit_simulator")
        settings = simulator.settings(URL)
        way = {"transport": InProcessTransport(simulator, delay_seconds=0.0)}
    chosen = {name: value for name, value in given.items() if name not in {"provider", "faults", "data"}}

    def connect(**more: Any) -> InvoiceService:
        return InvoiceService.connect(provider, **{**way, **settings, **chosen, **more})

    return connect


@pytest.fixture
def invoicekit_service(invoicekit_connect: "Callable[..., InvoiceService]") -> "InvoiceService":
    """A service at the provider of the test (else Clockify), to be entered with ``async with``."""
    return invoicekit_connect()


def _simulator(provider: str, request: pytest.FixtureRequest) -> "Simulator":
    from invoicekit.clock import SystemClock
    from invoicekit.registry import Registry
    from invoicekit.simulate import FaultPlan, Rate

    given = _marked(request) if _provider(request) == provider else {}
    made: Simulator = Registry().simulator(provider)(
        faults=FaultPlan.scripted(given.get("faults", ())),
        rate=Rate.parse("none"),
        clock=SystemClock(),
        settle_seconds=_SETTLE_SECONDS,
    )
    made.populate(given.get("data", _DATA))
    return made


def _provider(request: pytest.FixtureRequest) -> str:
    marked = _marked(request).get("provider")
    if marked is not None:
        return str(marked)
    suffix = "_simulator"
    asked = {
        "local" if name in _OF_LOCAL else name.removesuffix(suffix)
        for name in request.fixturenames
        if name in globals()
        and (name in _OF_LOCAL or (name.endswith(suffix) and name != f"{_MARKER}{suffix}"))
    }
    return asked.pop() if len(asked) == 1 else "clockify"


def _marked(request: pytest.FixtureRequest) -> dict[str, Any]:
    marker = request.node.get_closest_marker(_MARKER)
    if marker is None:
        return {}
    return {**dict(zip(("provider",), marker.args, strict=False)), **marker.kwargs}
