"""Invented people and caseloads. Not installed in production."""
