"""How a seal, a restriction and a denial are put back after a restore; protection is only raised by it."""

from __future__ import annotations

from hawl.foundations.access import rescoping
from hawl.foundations.journal.kinds import Entry
from hawl.foundations.journal.replaying import replays
from hawl.registers.people.models import Person


@replays("sealed")
def _sealed(entry: Entry) -> bool:
    """Sealed again to those named then; False where the person is no more."""
    if not Person.objects.filter(pk=entry.subject).exists():
        return False
    rescoping.seal(person_id=entry.subject, named_users=list(entry.facts.get("named", ())))
    return True


@replays("restricted")
def _restricted(entry: Entry) -> bool:
    """Restricted again, unless the record is sealed, which is more."""
    person = Person.objects.filter(pk=entry.subject).first()
    if person is None:
        return False
    if person.visibility != "sealed":
        rescoping.restrict(person_id=entry.subject, named_users=list(entry.facts.get("named", ())))
    return True


@replays("denied")
def _denied(entry: Entry) -> bool:
    """Denied again to the account or the body."""
    if not Person.objects.filter(pk=entry.subject).exists():
        return False
    user, body = entry.facts.get("user"), entry.facts.get("organisation")
    rescoping.deny(person_id=entry.subject, user_id=user, organisation_id=None if user is not None else body)
    return True
