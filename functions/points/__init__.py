"""The dashboard, and entering, editing and deleting points."""
