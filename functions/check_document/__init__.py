"""The worker that looks into what was uploaded."""
