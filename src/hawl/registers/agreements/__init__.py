"""What a person agreed to, and why a body may process: two things that are kept apart."""
