"""Who reviews an opening, and who signs that records with nobody left be given to others. Pure.

The database asks the same of each who signs (migration 0003).
"""

from __future__ import annotations

from collections.abc import Collection

from hawl.foundations.access.actor import Role

REVIEWERS = frozenset({Role.STEWARD, Role.SPECIALIST_LEAD})


def may_agree_to_renaming(roles: Collection[Role], organisations: Collection[int], desk: int) -> bool:
    """A steward, or a lead of the very desk whose records they are; a lead elsewhere has no say in them."""
    return Role.STEWARD in roles or (Role.SPECIALIST_LEAD in roles and desk in organisations)
