"""Duties as data, and their clocks."""
