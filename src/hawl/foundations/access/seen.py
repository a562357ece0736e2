"""The condition of the managers: what an actor sees of a scoped table, the second of the three that must agree.

One expression instead of a dozen lookups: it stands in every query of the house, and Django resolves and compiles
each lookup anew for each query.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Func

from hawl.foundations.access.actor import Actor

# What is asked of each row, beside the subject's column.
SCOPE_COLUMNS = ("visible_to", "named_users", "denied_users", "denied_organisations")

# Rules by the names that the policy and row security have for theirs, so that the drill of planted faults can take each
# away: the condition, and what of the actor fills it.
GROUNDS = {
    "organisation": ("{visible_to} && %s::integer[]", "organisations"),
    "named": ("{named_users} @> ARRAY[%s]::bigint[]", "user_id"),
    "broken_glass": ("({visible_to} <> '{{}}' AND {subject} = ANY(%s::uuid[]))", "glass"),
}
WALLS = {
    "denied_person": ("({denied_users} IS NULL OR NOT {denied_users} @> ARRAY[%s]::bigint[])", "user_id"),
    "employer_wall": ("({denied_organisations} IS NULL OR NOT {denied_organisations} && %s::integer[])", "walls"),
}


class Seen(Func):
    """Whether the actor sees a row: some ground lets them, and no wall stands against them."""

    conditional = True
    output_field: ClassVar[models.BooleanField[bool, bool]] = models.BooleanField()

    def __init__(self, actor: Actor, subject_column: str) -> None:
        self.actor = actor
        super().__init__(*(F(column) for column in (*SCOPE_COLUMNS, subject_column)))

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        """The condition over the columns of whichever alias the query gives the table."""
        columns = [compiler.compile(each)[0] for each in self.get_source_expressions()]
        place = dict(zip((*SCOPE_COLUMNS, "subject"), columns, strict=True))
        # Hardly anybody has broken a glass: the others' queries need not ask.
        grounds = [told for name, told in GROUNDS.items() if name != "broken_glass" or self.actor.glass]
        walls = list(WALLS.values())
        together = " OR ".join(sql for sql, _ in grounds) or "false"
        condition = " AND ".join([f"({together})", *(sql for sql, _ in walls)])
        return condition.format(**place), tuple(self._of_actor(name) for _, name in (*grounds, *walls))

    def _of_actor(self, name: str) -> Any:
        told = getattr(self.actor, name)
        return sorted(told) if isinstance(told, frozenset) else told
