"""Reinstatement applications of lapsed members."""
