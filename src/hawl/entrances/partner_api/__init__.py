"""The API by which systems of other bodies speak to an installation: a process and a database role of its own."""
