"""The worker that sends the mails."""
