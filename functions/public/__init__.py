"""What anyone may read, and every address that is none."""
