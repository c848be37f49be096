"""The daily job that hands on the certifications due for their invoice."""
