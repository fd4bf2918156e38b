"""The simulators among what is installed."""

from invoicekit.errors import IncompatibleAdapter
from invoicekit.registry import Registry
from invoicekit.simulate import Simulator


def simulator_type(provider: str) -> type[Simulator]:
    """Import the simulator of a provider.

    Raises:
        UsageError: There is none, or what is installed under that name is none.
    """
    found = Registry().simulator(provider)
    if not issubclass(found, Simulator):
        raise IncompatibleAdapter(
            f"simulator {provider!r} does not derive from invoicekit.simulate.Simulator"
        )
    return found
