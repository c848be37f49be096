"""Paying by card, and payments that staff record."""
