"""Clockify for invoicekit."""

from invoicekit_clockify.adapter import Clockify
from invoicekit_clockify.config import ClockifyConfig
from invoicekit_clockify.entries import UserEntries
from invoicekit_clockify.webhook import WebhookHint, verify_webhook
from invoicekit_clockify.wire_account import Project, User, Workspace
from invoicekit_clockify.wire_items import Grouping, TimeImport
from invoicekit_clockify.wire_settings import InvoiceSettings, SettingsChange

__all__ = [
    "Clockify",
    "ClockifyConfig",
    "Grouping",
    "InvoiceSettings",
    "Project",
    "SettingsChange",
    "TimeImport",
    "User",
    "UserEntries",
    "WebhookHint",
    "Workspace",
    "verify_webhook",
]
