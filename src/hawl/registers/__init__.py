"""Who and what everyone refers to."""
