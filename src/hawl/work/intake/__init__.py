"""How a person arrives: feeds and submissions, their checking and routing."""
