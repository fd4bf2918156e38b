"""One async interface to invoices at many providers, which never pays, bills or marks twice."""

from invoicekit._version import __version__

__all__ = ["__version__"]
