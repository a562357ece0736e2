"""Recorded crime and anti-social behaviour, row by row as published."""
