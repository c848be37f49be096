"""The worker that makes the accounts to log in with."""
