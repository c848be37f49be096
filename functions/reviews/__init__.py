"""Staff: the queue, a submission, and the decision on it."""
