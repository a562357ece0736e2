"""One folder for each job of the office."""
