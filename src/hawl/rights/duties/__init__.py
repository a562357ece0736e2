"""The clocks running on real cases."""
