"""Know nothing of victims: clock, access, vault, audit and the other ground that every room stands on."""
