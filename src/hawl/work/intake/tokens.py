"""Laying the tokens by which the people of a part are found, in the part's own transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from hawl.registers.finding import laying as finding
from hawl.registers.finding.tokens import Described, names_of

if TYPE_CHECKING:
    from hawl.work.intake.feed.rows import FeedRow
    from hawl.work.intake.parts import Part
    from hawl.work.intake.working_out import Claim

_NOT_OPEN = "SELECT id FROM people_person WHERE id = ANY(%s) AND visibility <> 'open'"


def describe_person(
    described: dict[uuid.UUID, finding.Told], person_id: uuid.UUID, row: FeedRow, names: Mapping[str, Any]
) -> None:
    """Add to what is known by the row of a person what a message says of their particulars."""
    of_person = described.setdefault(person_id, Described())
    if isinstance(of_person, Described):
        of_person.names += names_of(names)
        of_person.born_on = row.person.born_on


def describe_case(row: FeedRow) -> Described:
    """What is known by the row of a case."""
    crime = row.crime
    return Described(references=[crime.ref, row.record_id], postcodes=[crime.postcode] if crime.postcode else [])


def describe_contact(claim: Claim) -> Described:
    """What is known by the row of a contact."""
    return Described(ways=[(claim.contact.kind, claim.contact.value)])


def lay_tokens(cursor: Any, part: Part, *, renewed: Collection[uuid.UUID], reached: Collection[uuid.UUID]) -> None:
    """New people and new rows add tokens; of `renewed` and `reached` people, and who is not open, all are laid anew."""
    people = {*part.described, *reached}
    cursor.execute(_NOT_OPEN, [list(people)])
    anew = {*renewed, *reached, *(row[0] for row in cursor.fetchall())}
    finding.add({person: described for person, described in part.described.items() if person not in anew})
    if anew:
        finding.renew(anew)
