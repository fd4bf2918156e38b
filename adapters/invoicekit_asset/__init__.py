"""Asset for invoicekit."""

from invoicekit_asset.adapter import Asset
from invoicekit_asset.changes import LineChange
from invoicekit_asset.config import AssetConfig
from invoicekit_asset.customer_changes import CustomerChange
from invoicekit_asset.drafts import CreatedInvoices
from invoicekit_asset.token import ClientCredentials
from invoicekit_asset.wire_create import ItemFault
from invoicekit_asset.wire_refund import CreditMemo, Refund, RefundMethod, RefundOrder, RefundTarget

__all__ = [
    "Asset",
    "AssetConfig",
    "ClientCredentials",
    "CreatedInvoices",
    "CreditMemo",
    "CustomerChange",
    "ItemFault",
    "LineChange",
    "Refund",
    "RefundMethod",
    "RefundOrder",
    "RefundTarget",
]
