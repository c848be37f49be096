"""What the handlers of the functions share: the things they are wired to, and the gates in front of their routes."""
