"""Acorn for invoicekit: an invented provider, and the example that authors copy."""

from invoicekit_acorn.adapter import Acorn
from invoicekit_acorn.config import AcornConfig

__all__ = ["Acorn", "AcornConfig"]
