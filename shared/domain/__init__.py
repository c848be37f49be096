"""Nouns and rules of recertification: standard library only, no clock, no input or output."""
