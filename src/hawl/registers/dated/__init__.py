"""Facts that held for a time and were read somewhere: names, providers, memberships."""
