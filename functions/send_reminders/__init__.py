"""The daily job that asks for reminders of the deadline."""
