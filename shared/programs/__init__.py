"""The editions of the programs this portal ships: dated rule sets as TOML, and their loader."""

from shared.programs.editions import load_editions

__all__ = ["load_editions"]
