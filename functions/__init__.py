"""The doors: one folder a Lambda function, each with one handler."""
