"""How the safety journal names a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hawl.registers.cases.models import Case


def declined_facts(case: Case) -> dict[str, Any]:
    """The case by its id, and by the blind key of its crime, which it has again."""
    return {"case": str(case.pk), "crime": f"c{bytes(case.crime_key).hex()}" if case.crime_key else None}
