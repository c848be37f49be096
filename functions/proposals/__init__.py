"""Proposals to members."""
