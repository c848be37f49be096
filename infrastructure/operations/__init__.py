"""What the people who run the portal do from a terminal."""
