"""The reader of the table's stream: hands on what a mail is about."""
