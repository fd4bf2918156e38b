"""What a caller gave and a provider has no place for: refused, for what is dropped nobody misses in time."""

from collections.abc import Iterable, Iterator

import attrs

from invoicekit.adapter import Capabilities
from invoicekit.errors import UnsupportedOperation
from invoicekit.model import Absent, Customer, Invoice, InvoiceChange, LineItem, NewCustomer, NewInvoice

_OF_CUSTOMERS = ("email", "address", "note")
_OF_INVOICES = ("subject", "note")
_CHANGED = tuple(attribute.name for attribute in attrs.fields(InvoiceChange) if attribute.name != "extra")


def refuse_dropped(capabilities: Capabilities, provider: str, given: Iterable[object]) -> None:
    """Refuse optional fields that the adapter does not declare as writable.

    Raises:
        UnsupportedOperation: Such a field was given; nothing was sent.
    """
    for model, name in _optional(given):
        fields = capabilities.fields_of(model)
        if fields is None or name not in fields.writable:
            what = {Customer: "customers", Invoice: "invoices", LineItem: "lines"}[model]
            raise UnsupportedOperation(
                f"{provider} keeps no {name} with {what}; instead: leave {name} out; nothing was sent"
            )


def _optional(given: Iterable[object]) -> Iterator[tuple[type, str]]:
    """Name the optional fields that were given, each with the model it is of."""
    for one in given:
        if isinstance(one, NewCustomer):
            yield from ((Customer, name) for name in _OF_CUSTOMERS if getattr(one, name))
        elif isinstance(one, InvoiceChange):
            yield from ((Invoice, name) for name in _CHANGED if getattr(one, name) is not Absent.MISSING)
        elif isinstance(one, NewInvoice):
            yield from ((Invoice, name) for name in _OF_INVOICES if getattr(one, name))
            yield from ((LineItem, "kind") for line in one.line_items if line.kind)
