"""Acorn keeps the contract."""

from invoicekit.testing.plugin import AdapterContract


class TestAcorn(AdapterContract):
    """Every rule, judged by the simulator's ledger."""

    adapter = "acorn"
