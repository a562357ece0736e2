"""The safety journal: what was decided for people's safety, kept outside the database and put back after a restore."""
