"""Figures kept as they were when a board had them before it."""
