"""Tests of the staff site."""
