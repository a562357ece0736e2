"""What a row comes to by itself, before the database is asked: keys, digest, claims, events, duties, tokens.

Pure. The thread that reads ahead works it out while the database lays an earlier part (`reading_ahead`); what follows
from other rows and from what is held is done after (`versions`, `parts`).
"""

from __future__ import annotations

import hmac
import json
import os
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from hawl.foundations.vault.keys import KeyRing
from hawl.registers.finding.tokens import tokens_of
from hawl.rights.duties.columns import duty_values
from hawl.rights.rulebook import Event, Rulebook, evaluate
from hawl.work.intake import keys
from hawl.work.intake.contact_rules import ContactSafety, contact_safety
from hawl.work.intake.copy_text import NONE, line
from hawl.work.intake.facts import RowFacts, facts_of
from hawl.work.intake.feed.rows import Contact, FeedRow, Refused, ReportedEvent
from hawl.work.intake.tokens import describe_case, describe_contact

if TYPE_CHECKING:
    from hawl.work.intake.parts import Desk

USES = ("ring", "text", "message", "write")
_STRICTEST_FIRST = ("unsafe", "unknown", "first_approach")
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,60}")
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Claim(NamedTuple):
    """What one version says of one number or address."""

    contact: Contact
    value_key: bytes
    ways: tuple[str, str, str, str]

    def against(self) -> tuple[str, ...]:
        """The uses against which it speaks."""
        return tuple(use for use, word in zip(USES, self.ways, strict=True) if word == "unsafe")


class StoredEvent(NamedTuple):
    """An event of a row: as the rules read it, its columns as COPY reads them, and the words of it that are sealed."""

    row_id: str
    event: Event
    columns: str
    words: str | None


class Texts(NamedTuple):
    """What of a row is sealed, in the clear: held in memory alone, until the part is built."""

    names: str
    born_on: str | None
    facts: str
    reference: str
    location: str


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """A row with all that follows from it alone. `duties` are lines of COPY without their case and what ends them."""

    row: FeedRow
    key: bytes
    person: bytes
    crime: bytes
    suspect: bytes | None
    stands_for: bytes | None
    # Keyed digest of the content, in hex.
    digest: str
    facts: RowFacts
    claims: tuple[Claim, ...]
    # Of its case and of its person, where the row brings them.
    ids: tuple[uuid.UUID, uuid.UUID]
    # Under which the claims are laid where the row counts.
    claim_ids: tuple[uuid.UUID, ...]
    names: dict[str, Any]
    texts: Texts
    events: tuple[StoredEvent, ...]
    # As if nobody else had recorded an event of the case.
    duties: tuple[str, ...]
    # Tokens of an open record: what the case tells, and each claim.
    case_tokens: set[int]
    claim_tokens: tuple[set[int], ...]


def work_out(row: FeedRow | Refused, desk: Desk) -> WorkedOut | Refused:
    """What the row comes to at this desk; a row of another force than the area's is refused."""
    if isinstance(row, Refused):
        return row
    if row.source != desk.source:
        return Refused(row.row_number, "wrong_value:source")
    ring, source = desk.ring, row.source
    facts = facts_of(row)
    key = keys.message_key(source, row.record_id, ring)
    claims = claims_of(row, facts, ring)
    names = _names(row)
    happened = _once(row.all_events())
    case_id, person_id, *ids = _ids(2 + len(claims) + len(happened))
    events = tuple(
        _stored(event, str(row_id), key, ring) for event, row_id in zip(happened, ids[len(claims) :], strict=True)
    )
    suspect, behalf = row.suspect.person_ref, row.person.on_behalf_of
    return WorkedOut(
        row=row,
        key=key,
        person=keys.person_key(source, row.person.ref, ring),
        crime=keys.crime_key(source, row.crime.ref, ring),
        suspect=keys.person_key(source, suspect, ring) if suspect else None,
        stands_for=keys.person_key(source, behalf, ring) if behalf else None,
        digest=content_digest(row, ring).hex(),
        facts=facts,
        claims=tuple(claims),
        ids=(case_id, person_id),
        claim_ids=tuple(ids[: len(claims)]),
        names=names,
        texts=_texts(row, names),
        events=events,
        duties=tuple(duty_lines([each.event for each in events], desk)),
        case_tokens=tokens_of(describe_case(row), ring=ring),
        claim_tokens=tuple(tokens_of(describe_contact(claim), ring=ring) for claim in claims),
    )


def duty_lines(events: Sequence[Event], desk: Desk) -> list[str]:
    """The duties that these events of one case come to at the desk's day, each as the columns that COPY reads."""
    books: Sequence[Rulebook] = desk.rulebooks
    return [line(*duty_values(duty)) for duty in evaluate(events, books, desk.today)]


def claims_of(row: FeedRow, facts: RowFacts, ring: KeyRing) -> list[Claim]:
    """One claim for each number or address of the row; of one that it names twice, the strictest word counts."""
    found: dict[bytes, Claim] = {}
    for contact in row.contacts:
        key = keys.value_key(contact.kind, contact.value, ring)
        claim = Claim(contact, key, _ways(contact_safety(contact, facts)))
        held = found.get(key)
        found[key] = claim if held is None else held._replace(ways=_strictest(held.ways, claim.ways))
    return list(found.values())


def content_digest(row: FeedRow, ring: KeyRing) -> bytes:
    """16 bytes that tell whether two rows of one version say the same; nothing of the row can be read from them."""
    return hmac.digest(ring.index, b"intake.row\x00" + row.canonical(), "sha256")[:16]


def _ways(safety: ContactSafety) -> tuple[str, str, str, str]:
    return safety.ring, safety.text, safety.message, safety.write


def _strictest(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, str, str, str]:
    ring, text, message, write = (min(pair, key=_STRICTEST_FIRST.index) for pair in zip(one, other, strict=True))
    return ring, text, message, write


def _names(row: FeedRow) -> dict[str, Any]:
    person = row.person
    return {"given": person.given_name, "family": person.family_name, "known_as": person.known_as,
            "organisation": person.organisation_name, "named_contact": person.named_contact}  # fmt: skip


def _texts(row: FeedRow, names: dict[str, Any]) -> Texts:
    person, crime = row.person, row.crime
    facts = {"age": person.age, "gender": person.gender, "ethnicity": person.ethnicity,
             "interpreter": person.interpreter, "access_needs": list(person.access_needs)}  # fmt: skip
    reference = {"crime_ref": crime.ref, "record_id": row.record_id, "title": crime.title, "outcome": crime.outcome,
                 "on_behalf_of": person.on_behalf_of}  # fmt: skip
    location = {"place": crime.place, "postcode": crime.postcode, "lsoa": crime.lsoa,
                "occurred_from": crime.occurred_from and crime.occurred_from.isoformat(),
                "occurred_to": crime.occurred_to and crime.occurred_to.isoformat()}  # fmt: skip
    born = person.born_on.isoformat() if person.born_on else None
    return Texts(_as_json(names), born, _as_json(facts), _as_json(reference), _as_json(location))


def _ids(count: int) -> list[uuid.UUID]:
    """Random ids of rows, drawn at once: each drawing by itself would hand the turn to the other thread."""
    drawn = os.urandom(16 * count)
    return [uuid.UUID(bytes=drawn[at : at + 16], version=4) for at in range(0, len(drawn), 16)]


def _stored(event: ReportedEvent, row_id: str, message: bytes, ring: KeyRing) -> StoredEvent:
    """An event with its id and that of the event it answers as they are stored, its codes and its words."""
    about = keys.event_id(message, event.about, ring) if event.about else None
    event_id = keys.event_id(message, event.event_id, ring)
    codes, words = _sort_attributes(event)
    # From what is stored, as at any later evaluation: words that are sealed answer no rule. All events of a message are
    # of one case, whichever it will be: its duties say no name of it.
    known = Event("", event_id, event.event, event.occurred_on, event.received_on, about, codes)
    kept = line(json.dumps(codes)) if codes else "{}"
    # The ids are hexadecimal, the codes those of the vocabulary: nothing in them needs escaping.
    columns = (
        f"{event_id}\t{event.event}\t{event.occurred_on or NONE}\t{event.received_on or NONE}\t{about or ''}\t{kept}"
    )
    return StoredEvent(row_id, known, columns, _as_json(words) if words else None)


def _once(events: Sequence[ReportedEvent]) -> list[ReportedEvent]:
    """One event for each id: the first that the sender gave."""
    found: dict[str, ReportedEvent] = {}
    for event in events:
        found.setdefault(event.event_id, event)
    return list(found.values())


def _sort_attributes(event: ReportedEvent) -> tuple[dict[str, Any], dict[str, str]]:
    """Codes, numbers and truth values on one side; anything that may be free text on the other."""
    codes: dict[str, Any] = {}
    words: dict[str, str] = {}
    for name, value in event.attributes.items():
        if isinstance(value, str) and not _CODE.fullmatch(value):
            words[name] = value
        else:
            codes[name] = value
    return codes, words
