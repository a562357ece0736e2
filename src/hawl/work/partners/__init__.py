"""Deliveries of other bodies: what their systems send to the API, sealed until a job takes it in."""
