"""Load: a mixed day over HTTP, and the portal at 100,000 members; `make load` runs them, docs/scale.md keeps them."""
