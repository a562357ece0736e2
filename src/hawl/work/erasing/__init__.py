"""Erasing a person: everything the register of fields says, in one act, and again after each restore."""
