"""Rooms that read all rooms before them and write nothing of theirs."""
