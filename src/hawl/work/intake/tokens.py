"""Laying the tokens by which the people of a part are found, in the part's own transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from hawl.registers.finding import laying as finding
from hawl.registers.finding.tokens import Described, names_of

if TYPE_CHECKING:
    from hawl.work.intake.feed.rows import FeedRow
    from hawl.work.intake.parts import Part

_NOT_OPEN = "SELECT id FROM people_person WHERE id = ANY(%s) AND visibility <> 'open'"


def describe(described: Described, row: FeedRow, names: dict[str, Any] | None) -> None:
    """Add to what is known of a person what a row says of them; `names` where it tells their particulars."""
    if names is not None:
        described.names += names_of(names)
        described.born_on = row.person.born_on
    described.ways += [(contact.kind, contact.value) for contact in row.contacts]
    described.references += [row.crime.ref, row.record_id]
    if row.crime.postcode:
        described.postcodes.append(row.crime.postcode)


def lay_tokens(cursor: Any, part: Part, *, renewed: Collection[uuid.UUID], reached: Collection[uuid.UUID]) -> None:
    """New people and new rows add tokens; of `renewed` and `reached` people, and who is not open, all are laid anew."""
    people = {*part.described, *reached}
    cursor.execute(_NOT_OPEN, [list(people)])
    anew = {*renewed, *reached, *(row[0] for row in cursor.fetchall())}
    finding.add({person: described for person, described in part.described.items() if person not in anew})
    if anew:
        finding.renew(anew)
