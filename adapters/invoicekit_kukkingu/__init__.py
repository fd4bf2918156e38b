"""Kukkingu for invoicekit."""

from invoicekit_kukkingu.adapter import Kukkingu
from invoicekit_kukkingu.config import BillableAmount, KukkinguConfig
from invoicekit_kukkingu.directory import Contract, Health, NewContract, Project
from invoicekit_kukkingu.token import ProvidedToken, TokenProvider
from invoicekit_kukkingu.tracking import NewTimeEntry

__all__ = [
    "BillableAmount",
    "Contract",
    "Health",
    "Kukkingu",
    "KukkinguConfig",
    "NewContract",
    "NewTimeEntry",
    "Project",
    "ProvidedToken",
    "TokenProvider",
]
