"""`migrate`, followed by grants and row-level security."""
