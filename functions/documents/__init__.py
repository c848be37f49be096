"""A member's documents."""
