"""The checks of `tools/check_house.py`, one module for each kind of thing they read."""
