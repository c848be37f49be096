"""Signing the agreement over a finished cycle."""
