"""The printed report and the certificate."""
