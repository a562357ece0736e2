"""Fixtures of the audit's tests."""

from hawl.foundations.audit.tests.audits import seal_folder

__all__ = ["seal_folder"]
