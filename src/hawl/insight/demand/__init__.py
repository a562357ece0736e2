"""Recorded crime and anti-social behaviour, as published."""
