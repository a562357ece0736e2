"""What every part of Hawl stands on; nothing here knows of victims."""
