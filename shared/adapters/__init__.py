"""The rest of the outside: HTTP, AWS's services beside the table, Stripe, and the clock."""
