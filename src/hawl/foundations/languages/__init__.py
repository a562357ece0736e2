"""English and Welsh side by side: addresses, texts, dates and the checks on them. See README.md."""
