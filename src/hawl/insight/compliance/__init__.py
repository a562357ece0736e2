"""How the Victims' Code is kept, for those who answer for it."""
