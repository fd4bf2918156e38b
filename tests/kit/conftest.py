"""The right adapter that the wrong ones are made from."""

import pytest
from invoicekit_acorn import Acorn
from invoicekit_acorn.simulator import AcornSimulator

from invoicekit.testing import Subject


@pytest.fixture(scope="session")
def acorn() -> Subject:
    return Subject(adapter=Acorn, simulator=AcornSimulator)  # type: ignore[arg-type]  # as the registry does
