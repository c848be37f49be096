"""HTTP: the resolver behind every route, who is calling, what is refused before a handler runs, and problem+json."""
