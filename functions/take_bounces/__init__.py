"""The reader of bounces and complaints."""
