"""DynamoDB: one class per stored noun; every key of the one table is in `keys.py`, the design in docs/data-model.md."""
