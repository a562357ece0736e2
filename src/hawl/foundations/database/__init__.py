"""Hawl's PostgreSQL: embedded by default, any other by `DATABASE_URL`."""
