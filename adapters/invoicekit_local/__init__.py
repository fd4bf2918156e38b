"""An embedded ledger in one SQLite file: no key, no network, and the reference for adapter authors."""

from invoicekit_local.adapter import Local
from invoicekit_local.config import LocalConfig

__all__ = ["Local", "LocalConfig"]
