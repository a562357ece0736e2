"""The `hawl` command: a shell that mounts what the rooms offer."""
