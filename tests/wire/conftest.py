"""One codec for all wire tests."""

import pytest

from invoicekit.wire import Codec


@pytest.fixture(scope="session")
def codec() -> Codec:
    return Codec()
