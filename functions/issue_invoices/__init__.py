"""The worker that issues the invoice of each certification that is due."""
