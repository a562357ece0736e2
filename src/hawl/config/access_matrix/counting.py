"""Counting the cells, and in how many the three layers do not agree or one lets through what the policy refuses."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field

from hawl.config.access_matrix import layers
from hawl.config.access_matrix.layers import Cell
from hawl.config.access_matrix.laying import Laid, Someone
from hawl.foundations.access.actor import Actor
from hawl.foundations.access.policy import Action


@dataclass(slots=True)
class Matrix:
    """What was counted. A leak is a cell that the policy refuses and another layer lets; a mismatch any other one."""

    cells: int = 0
    roles: int = 0
    actions: int = 0
    objects: int = 0
    mismatches: int = 0
    leaks: int = 0
    allowed: int = 0
    # Where they were, at most a few: "layer role/profile table/kind/action".
    examples: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """For `--json`."""
        return asdict(self)


_MOST_EXAMPLES = 12


class Asking:
    """One layer's answers, kept, so that the next run asks anew only what a planted fault may have changed."""

    def __init__(self, laid: Laid) -> None:
        self.laid = laid
        self.actors: dict[Someone, Actor] = {someone: layers.actor_of(someone) for someone in laid.people}
        self.asked = laid.cells


Answers = dict[Someone, set[Cell]]


def count(asking: Asking, *, guard: Answers, managers: Answers, database: Answers) -> Matrix:
    """Compare what the policy says of every cell with what guard, managers and database let through."""
    found = Matrix(
        roles=len({someone.role for someone in asking.actors}),
        actions=len({action for _, _, action in asking.asked}),
        objects=len({(table, kind) for table, kind, _ in asking.asked}),
    )
    wrong: Counter[str] = Counter()
    for someone, actor in asking.actors.items():
        policy = layers.by_policy(asking.laid, actor)
        found.cells += len(asking.asked)
        found.allowed += len(policy)
        listed = {cell for cell in policy if cell[2] == Action.LIST}
        for layer, expected, allowed in (
            ("guard", listed, guard[someone]),
            ("managers", policy, managers[someone]),
            ("database", policy, database[someone]),
        ):
            for cell in expected ^ allowed:
                leak = cell not in policy
                wrong["leak" if leak else "mismatch"] += 1
                if len(found.examples) < _MOST_EXAMPLES:
                    name = f"{someone.role}/{someone.profile.name}"
                    found.examples.append(f"{'leak' if leak else 'mismatch'}: {layer}: {name}: {'/'.join(cell)}")
    found.leaks, found.mismatches = wrong["leak"], wrong["mismatch"]
    return found
