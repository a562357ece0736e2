"""Commands of Django that access changes."""
