"""The police feed: its format, its reading and its checking. No Django in this folder."""
