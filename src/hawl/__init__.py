"""Hawl: the rights, the support and the voice owed to every victim of crime."""
