"""Making harmless what somebody sends in; see `harmless.make_harmless`."""
