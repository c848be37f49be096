"""The monthly job that retires documents of closed cycles."""
