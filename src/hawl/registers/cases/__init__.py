"""Cases: who is a victim in which crime, and what happened."""
