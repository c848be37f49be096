"""Staff's discretion beyond deciding."""
