"""invoicekit's pytest plugin: a provider inside the test, and a service that talks to it.

Nothing of invoicekit is imported before a test asks for a fixture.
"""

from pytest_invoicekit.fixtures import (
    asset_simulator,
    clockify_simulator,
    invoicekit_connect,
    invoicekit_service,
    invoicekit_simulator,
    kukkingu_simulator,
    local_books,
    local_service,
    pytest_configure,
)

__all__ = [
    "asset_simulator",
    "clockify_simulator",
    "invoicekit_connect",
    "invoicekit_service",
    "invoicekit_simulator",
    "kukkingu_simulator",
    "local_books",
    "local_service",
    "pytest_configure",
]
