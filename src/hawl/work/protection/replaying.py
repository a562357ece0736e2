"""How a seal, a restriction and a denial are put back after a restore; protection is only raised by it."""

from __future__ import annotations

from hawl.foundations.access import rescoping
from hawl.foundations.journal.kinds import Entry
from hawl.foundations.journal.replaying import replays
from hawl.work.protection.queries import level_of


@replays("sealed")
def _sealed(entry: Entry) -> bool:
    """Sealed again to those named then; False where the person is no more, or where nobody was named."""
    if level_of(entry.subject) is None or not entry.facts.get("named"):
        return False
    rescoping.seal(person_id=entry.subject, named_users=list(entry.facts.get("named", ())))
    return True


@replays("restricted")
def _restricted(entry: Entry) -> bool:
    """Restricted again, unless the record is sealed, which is more."""
    level = level_of(entry.subject)
    if level is not None and level != "sealed":
        rescoping.restrict(person_id=entry.subject, named_users=list(entry.facts.get("named", ())))
    return level is not None


@replays("denied")
def _denied(entry: Entry) -> bool:
    """Denied again to the account or the body."""
    if level_of(entry.subject) is None:
        return False
    user, body = entry.facts.get("user"), entry.facts.get("organisation")
    rescoping.deny(person_id=entry.subject, user_id=user, organisation_id=None if user is not None else body)
    return True
