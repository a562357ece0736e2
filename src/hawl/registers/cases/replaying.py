"""How a no is put back after a restore: the backup of yesterday does not know it."""

from __future__ import annotations

from hawl.foundations.access.actor import current_actor
from hawl.foundations.journal.kinds import Entry
from hawl.foundations.journal.replaying import replays


@replays("declined")
def _declined(entry: Entry) -> bool:
    from hawl.registers.cases.actions import decline_again

    told = {name: str(entry.facts[name]) if entry.facts.get(name) else None for name in ("case", "crime")}
    return decline_again(
        by=current_actor(), person_id=entry.subject, case_id=told["case"], crime=told["crime"], at=entry.at
    )
