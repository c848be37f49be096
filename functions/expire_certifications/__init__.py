"""The daily job that marks lapsed certifications."""
