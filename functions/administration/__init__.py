"""Staff: members and the import of the roster."""
