"""My Profile and My Registrations."""
