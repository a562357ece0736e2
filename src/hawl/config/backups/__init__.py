"""Backup and restore: a copy that only an offline key opens, and the journal put back before any door opens."""
