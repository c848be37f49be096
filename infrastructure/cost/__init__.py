"""What the portal costs to run, reckoned from what was metered."""
