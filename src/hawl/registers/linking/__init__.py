"""Which rows of a file are of one person, by Splink's model; no database, no keys, no Django."""
