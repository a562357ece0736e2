"""How a withdrawal is put back after a restore: the backup's agreement ends again, and the organisation's sight."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from hawl.foundations.access.actor import current_actor
from hawl.foundations.journal.kinds import Entry
from hawl.foundations.journal.replaying import replays


@replays("agreement_withdrawn")
def put_back(entry: Entry) -> bool:
    """End the agreement as it was ended then, or the sight alone where it rested on none."""
    from hawl.registers.agreements.actions import withdraw_again

    return withdraw_again(
        by=current_actor(),
        person_id=entry.subject,
        agreement_id=UUID(str(entry.facts["agreement"])) if entry.facts.get("agreement") else None,
        organisation_id=int(entry.facts["organisation"]),
        case_id=UUID(str(entry.facts["case"])) if entry.facts.get("case") else None,
        on=date.fromisoformat(str(entry.facts["on"])),
    )
