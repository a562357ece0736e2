"""Who may see what: actors, scope, and the row-level security that repeats it in the database."""
