"""Putting the portal into an account: `python -m infrastructure.deployment --help`."""
