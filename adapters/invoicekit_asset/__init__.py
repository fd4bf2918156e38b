"""Asset for invoicekit."""
