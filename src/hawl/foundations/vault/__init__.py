"""Field encryption: each value bound to its table, row and field; a keyed index for looking up equals."""
