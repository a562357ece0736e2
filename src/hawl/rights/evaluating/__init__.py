"""Rulebooks held against files of events: one case at a time, or all at once."""
