"""The staff site: sign-in, navigation and the pages that put the rooms before people at their desks."""
