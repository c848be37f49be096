"""Exports and imports that staff start."""
