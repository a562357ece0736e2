"""Composition: settings, addresses and processes. The only folder that knows all others."""
