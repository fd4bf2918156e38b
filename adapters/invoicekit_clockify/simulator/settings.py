"""The invoice settings of a workspace."""

from collections.abc import Mapping
from decimal import Decimal

import attrs

# What the labels say until somebody changes them; `totalAmount` is written as `totalAmountDue`.
LABELS: Mapping[str, str] = {
    "amount": "Amount",
    "billFrom": "Bill from",
    "billTo": "Bill to",
    "description": "Description",
    "discount": "Discount",
    "dueDate": "Due date",
    "issueDate": "Issue date",
    "itemType": "Item type",
    "notes": "Notes",
    "paid": "Paid",
    "quantity": "Quantity",
    "subtotal": "Subtotal",
    "tax": "Tax",
    "tax2": "Tax 2",
    "total": "Total",
    "totalAmount": "Total amount due",
    "unitPrice": "Unit price",
}
EXPORT_FIELDS = ("itemType", "quantity", "rtl", "tax", "tax2", "unitPrice")


@attrs.define(kw_only=True)
class InvoiceDefaults:
    """What a new invoice starts with; `notes` and `subject` are the placeholders that create puts in."""

    notes: str = "Thank you for your business"
    subject: str = "Invoice"
    tax: Decimal = Decimal(0)
    tax2: Decimal = Decimal(0)
    tax_type: str = "SIMPLE"
    due_days: int = 30


@attrs.define(kw_only=True)
class InvoiceSettings:
    """Labels, defaults and export fields."""

    defaults: InvoiceDefaults = attrs.field(factory=InvoiceDefaults)
    labels: dict[str, str] = attrs.field(factory=lambda: dict(LABELS))
    export_fields: dict[str, bool] = attrs.field(
        factory=lambda: {name: name != "rtl" for name in EXPORT_FIELDS}
    )
