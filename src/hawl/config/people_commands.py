"""`hawl people …`: commands of two rooms, of which neither may know the other.

Linking a file knows no Django; laying anew what finds the people held does.
"""

from __future__ import annotations

from hawl.registers.finding.commands import people
from hawl.registers.linking.link_file_command import link_file

people.add_command(link_file)
