"""All that is particular to one police area, as data, and its way into the registers and out again."""
