"""The books as seen from outside, for those who judge the adapter; shares no code with it."""

from invoicekit_local.store.books_file import LocalStore

__all__ = ["LocalStore"]
