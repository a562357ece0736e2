"""Protecting a record: seals, conflicts, walls, broken glass, and who looked."""
