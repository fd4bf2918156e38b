"""Clockify for invoicekit."""

from invoicekit_clockify.adapter import Clockify
from invoicekit_clockify.config import ClockifyConfig

__all__ = ["Clockify", "ClockifyConfig"]
