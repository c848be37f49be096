"""The weekly reconciliation of invoices and payments."""
