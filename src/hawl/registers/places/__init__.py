"""Police areas, councils and the sheets of each area."""
