"""The condition of row-level security, rule by rule: the third of the three that must agree (docs/decisions/0013)."""

from __future__ import annotations

from collections.abc import Iterable

# Named rules, so that the drill of planted faults can take each away (access.matrix).
GROUNDS = {
    "organisation": "visible_to && (SELECT hawl_organisations())",
    "named": "named_users @> ARRAY[(SELECT hawl_user())]",
    "broken_glass": "(visible_to <> '{}' AND {subject} = ANY((SELECT hawl_glass())::uuid[]))",
}
WALLS = {
    "denied_person": "(denied_users IS NULL OR NOT denied_users @> ARRAY[(SELECT hawl_user())])",
    "employer_wall": "(denied_organisations IS NULL OR NOT denied_organisations && (SELECT hawl_walls()))",
}


def visible(subject_column: str) -> str:
    """The condition under which a row is seen and may be written: some ground, and no wall."""
    return _condition(GROUNDS.values(), subject_column)


def visible_without_glass(subject_column: str) -> str:
    """The same without a broken glass, which lets read and reach the person and decides nothing over them."""
    return _condition([sql for name, sql in GROUNDS.items() if name != "broken_glass"], subject_column)


def _condition(of_grounds: Iterable[str], subject_column: str) -> str:
    grounds = " OR ".join(of_grounds).replace("{subject}", f'"{subject_column}"')
    # The planner cannot know who will ask, takes the grounds for one row in sixty, and three joined tables for hardly
    # any; of `coalesce` it takes every second row. The answer is the same: what is unknown is no ground.
    return f"coalesce({grounds}, false) AND {' AND '.join(WALLS.values())}"
