"""How people and machines come in: shells that mount what the rooms offer."""
