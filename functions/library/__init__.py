"""The library of contributions."""
