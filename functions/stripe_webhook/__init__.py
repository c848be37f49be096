"""What Stripe tells of payments."""
