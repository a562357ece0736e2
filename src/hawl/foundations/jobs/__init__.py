"""Background and scheduled work, queued in PostgreSQL (Procrastinate), with its failures kept for a page."""
