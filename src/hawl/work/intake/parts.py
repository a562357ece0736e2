"""One part of a feed: a thousand rows or so, turned into rows for the tables.

Nothing here speaks to the database. What the database already knows comes in as `Known`; what is to be written
goes out as `Part`, with every value about a person sealed to its row.
"""

from __future__ import annotations

import hmac
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from hawl.foundations.vault.keys import KeyRing
from hawl.foundations.vault.sealing import seal
from hawl.rights.duties.columns import duty_values
from hawl.rights.rulebook import Event, Rulebook, evaluate
from hawl.work.intake import keys, rules
from hawl.work.intake.contact_rules import contact_safety, no_first_call
from hawl.work.intake.facts import RowFacts, facts_of
from hawl.work.intake.feed.rows import FeedRow, Refused, ReportedEvent

_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,60}")


@dataclass(frozen=True, slots=True)
class Person:
    """A person whom the database already knows by the sender's id."""

    id: uuid.UUID
    told_at: datetime | None
    sealed: bool
    visible_to: tuple[int, ...]
    named_users: tuple[int, ...]


@dataclass(slots=True)
class Known:
    """What the database knows of the messages and people of one part."""

    messages: dict[bytes, tuple[int, uuid.UUID, bytes]]
    people: dict[bytes, Person]
    # Events of these cases that others than this feed recorded, for evaluating duties anew.
    other_events: dict[uuid.UUID, list[Event]]
    # People for whom a parent, relative or spokesperson stands.
    stood_for: set[bytes] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a feed's rows arrive and who may see the sealed ones."""

    organisation_id: int
    # The one source whose rows this desk takes, by its key.
    source: str
    # Users who may see what is sealed: the desk's specialist leads.
    leads: tuple[int, ...]
    policy: rules.RoutingPolicy
    rulebooks: Sequence[Rulebook]
    today: date
    now: datetime
    ring: KeyRing


@dataclass(slots=True)
class Part:
    """Rows for each table, and what was counted. Keys of the row dictionaries are column names."""

    people: dict[bytes, tuple[Any, ...]] = field(default_factory=dict)
    contacts: list[tuple[Any, ...]] = field(default_factory=list)
    cases: dict[bytes, tuple[Any, ...]] = field(default_factory=dict)
    events: list[tuple[Any, ...]] = field(default_factory=list)
    duties: list[tuple[Any, ...]] = field(default_factory=list)
    messages: dict[bytes, tuple[Any, ...]] = field(default_factory=dict)
    against: list[tuple[Any, ...]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    # Cases and messages that were there before: their feed events, duties and claims are laid anew.
    renewed_cases: list[uuid.UUID] = field(default_factory=list)
    renewed_messages: list[bytes] = field(default_factory=list)
    new_people: int = 0
    new_cases: int = 0
    new_by_route: dict[str, int] = field(default_factory=dict)
    accepted: int = 0
    repeated: int = 0


PEOPLE = ("id", "kind", "names", "born_on", "facts", "language", "deceased", "visibility", "source_key", "told_at",
          "created_at", "visible_to", "named_users")  # fmt: skip
CONTACTS = ("id", "person_id", "kind", "value", "value_key", "given_by", "given_on", "ring", "text", "message", "write",
            "message_key", "visible_to", "named_users")  # fmt: skip
CASES = ("id", "person_id", "desk_id", "source", "reference", "crime_key", "suspect_key", "stands_for_key", "location", "note", "role",
         "offence", "flags", "council", "risk", "rank", "route", "route_reason", "agreement", "repeat", "counter_allegation",
         "no_first_call", "enhanced_suggested", "reported_on", "received_at", "visible_to", "named_users")  # fmt: skip
EVENTS = ("id", "case_id", "event_id", "event", "occurred_on", "received_on", "about", "attributes", "detail",
          "asserted_by", "recorded_at", "visible_to", "named_users")  # fmt: skip
DUTIES = ("case_id", "duty_id", "right", "trigger_event_id", "started_on", "due_on", "target_on", "standing", "done_on",
          "tier", "enforced", "bearer", "rulebook", "rank", "visible_to", "named_users")  # fmt: skip
MESSAGES = ("key", "version", "digest", "case_id", "run_id")
# What an older version said against a number: it holds against the claim of the newer one.
AGAINST = ("message_key", "kind", "value_key", "ring", "text", "message", "write")


def newest(rows: Sequence[FeedRow], known: Known, ring: KeyRing, part: Part) -> dict[bytes, FeedRow]:
    """The row of each message that counts: the highest version, when it is higher than the one held.

    Every row is counted once, as accepted (it changed what is known) or repeated (the same or an older version).
    """
    chosen: dict[bytes, FeedRow] = {}
    for row in rows:
        key = keys.message_key(row.source, row.record_id, ring)
        held = _held(key, chosen, known, ring)
        if held and row.version == held[0] and content_digest(row, ring) != held[1]:
            part.refused.append(Refused(row.row_number, "same_version_other_content"))
        elif held and row.version <= held[0]:
            part.repeated += 1
            _note_against(key, row, ring, part)
        else:
            part.accepted += 1
            if key in chosen:
                _note_against(key, chosen[key], ring, part)
            chosen[key] = row
    return chosen


def content_digest(row: FeedRow, ring: KeyRing) -> bytes:
    """16 bytes that tell whether two rows of one version say the same; nothing of the row can be read from them."""
    return hmac.digest(ring.index, b"intake.row\x00" + row.canonical(), "sha256")[:16]


def _held(
    key: bytes, chosen: Mapping[bytes, FeedRow], known: Known, ring: KeyRing
) -> tuple[int, bytes] | None:
    """Version and digest of the row that stands for this message so far."""
    if key in chosen:
        return chosen[key].version, content_digest(chosen[key], ring)
    if key in known.messages:
        version, _, digest = known.messages[key]
        return version, digest
    return None


def _note_against(key: bytes, row: FeedRow, ring: KeyRing, part: Part) -> None:
    """An officer's no holds, in whatever order the versions came (facts/security.md, decision 6)."""
    facts = facts_of(row)
    for contact in row.contacts:
        safety = contact_safety(contact, facts)
        ways = (safety.ring, safety.text, safety.message, safety.write)
        if "unsafe" in ways:
            part.against.append((key, contact.kind, keys.value_key(contact.kind, contact.value, ring), *ways))


def build(chosen: Mapping[bytes, FeedRow], known: Known, desk: Desk, run_id: uuid.UUID, part: Part) -> Part:
    """Fill `part` with the rows of the chosen messages."""
    for key, row in chosen.items():
        _Row(key, row, known, desk, run_id, part).take()
    return part


class _Row:
    """The taking of one row, step by step."""

    def __init__(
        self, key: bytes, row: FeedRow, known: Known, desk: Desk, run_id: uuid.UUID, part: Part
    ) -> None:
        self.key, self.row, self.known, self.desk, self.run_id, self.part = key, row, known, desk, run_id, part

    def take(self) -> None:
        """Person, case, contacts, events, duties, message."""
        facts = self._facts()
        route = rules.route(facts, self.desk.policy)
        # Colleagues of a suspect who works for the police must not see the record (security.md I18).
        person = self._person(sealed=facts.suspect_police_employee is True)
        held = self.known.messages.get(self.key)
        case_id = held[1] if held else uuid.uuid4()
        # The person may have been referred on for another crime; this case is the desk's alone until it is itself.
        # What was referred on, `laying` opens again.
        # As PostgreSQL writes arrays: they stand on every row, and text copies quicker than lists.
        self.seen = (_array(() if person.sealed else (self.desk.organisation_id,)), _array(person.named_users))
        self.happened = _once(self.row.all_events())
        rank = rules.priority(facts).rank
        self._case(case_id, person.id, route, facts, rank)
        self._contacts(person.id, facts)
        self._events(case_id)
        self._duties(case_id, rank)
        digest = content_digest(self.row, self.desk.ring)
        self.part.messages[self.key] = (self.key, self.row.version, digest, case_id, self.run_id)
        if held:
            self.part.renewed_cases.append(case_id)
            self.part.renewed_messages.append(self.key)
        else:
            self.part.new_cases += 1
            self.part.new_by_route[route.code] = self.part.new_by_route.get(route.code, 0) + 1

    def _facts(self) -> RowFacts:
        stood_for = keys.person_key(self.row.source, self.row.person.ref, self.desk.ring) in self.known.stood_for
        return facts_of(self.row, spokesperson_known=stood_for, adult_known=stood_for)

    def _seal(self, table: str, row_id: uuid.UUID, column: str, value: Any) -> bytes | None:
        if value is None:
            return None
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return seal(text.encode(), table, str(row_id), column, self.desk.ring)

    def _person(self, *, sealed: bool) -> Person:
        row, told = self.row.person, self.row.sent_at
        key = keys.person_key(self.row.source, row.ref, self.desk.ring)
        held = self.known.people.get(key)
        person = held or Person(uuid.uuid4(), None, sealed=False, visible_to=(self.desk.organisation_id,), named_users=())
        if sealed and not person.sealed:
            person = Person(person.id, person.told_at, sealed=True, visible_to=(), named_users=self.desk.leads)
        if held is None:
            self.part.new_people += 1
        newer = held is None or held.told_at is None or (told is not None and told >= held.told_at)
        if newer:
            person = Person(person.id, told, person.sealed, person.visible_to, person.named_users)
        self.known.people[key] = person
        if newer or key not in self.part.people:
            self.part.people[key] = self._person_row(key, person, told)
        elif person.sealed:
            self.part.people[key] = (*self.part.people[key][:7], "sealed", *self.part.people[key][8:11], "{}", _array(person.named_users))
        return person

    def _person_row(self, key: bytes, person: Person, told: datetime | None) -> tuple[Any, ...]:
        row = self.row.person
        names = {"given": row.given_name, "family": row.family_name, "known_as": row.known_as,
                 "organisation": row.organisation_name, "named_contact": row.named_contact}  # fmt: skip
        facts = {"age": row.age, "gender": row.gender, "ethnicity": row.ethnicity,
                 "interpreter": row.interpreter, "access_needs": list(row.access_needs)}  # fmt: skip
        born = row.born_on.isoformat() if row.born_on else None
        table = "people_person"
        return (
            person.id, row.kind, self._seal(table, person.id, "names", names), self._seal(table, person.id, "born_on", born),
            self._seal(table, person.id, "facts", facts), row.language or "", row.deceased,
            "sealed" if person.sealed else "open", key, told, self.desk.now,
            _array(person.visible_to), _array(person.named_users),
        )  # fmt: skip

    def _case(
        self, case_id: uuid.UUID, person_id: uuid.UUID, route: rules.Route, facts: RowFacts, rank: int
    ) -> None:
        row, crime, table = self.row, self.row.crime, "cases_case"
        reference = {"crime_ref": crime.ref, "record_id": row.record_id, "title": crime.title, "outcome": crime.outcome,
                     "on_behalf_of": row.person.on_behalf_of}  # fmt: skip
        location = {"place": crime.place, "postcode": crime.postcode, "lsoa": crime.lsoa,
                    "occurred_from": crime.occurred_from and crime.occurred_from.isoformat(),
                    "occurred_to": crime.occurred_to and crime.occurred_to.isoformat()}  # fmt: skip
        agreement = row.person.agreement
        if agreement == "yes" and not rules.agreement_recorded_by_feed(facts):
            agreement = "yes_unconfirmed"
        grounds = " ".join(ground.code for ground in rules.enhanced_suggestion(facts))
        self.part.cases[self.key] = (
            case_id, person_id, self.desk.organisation_id, row.source,
            self._seal(table, case_id, "reference", reference),
            keys.crime_key(row.source, crime.ref, self.desk.ring),
            self._key_of(row.suspect.person_ref), self._key_of(row.person.on_behalf_of),
            self._seal(table, case_id, "location", location), self._seal(table, case_id, "note", crime.note),
            row.person.role, crime.offence, json.dumps(list(crime.flags)), crime.council or "", row.person.risk,
            rank, route.code, route.reason_code, agreement, row.person.repeat, False,
            no_first_call(facts), grounds, crime.reported_on, self.desk.now, *self.seen,
        )  # fmt: skip

    def _key_of(self, ref: str | None) -> bytes | None:
        return keys.person_key(self.row.source, ref, self.desk.ring) if ref else None

    def _contacts(self, person_id: uuid.UUID, facts: RowFacts) -> None:
        seen: set[bytes] = set()
        for contact in self.row.contacts:
            value_key = keys.value_key(contact.kind, contact.value, self.desk.ring)
            if value_key in seen:
                continue
            seen.add(value_key)
            contact_id = uuid.uuid4()
            safety = contact_safety(contact, facts)
            self.part.contacts.append((
                contact_id, person_id, contact.kind, self._seal("people_contact", contact_id, "value", contact.value),
                value_key, contact.given_by or "", contact.given_on,
                safety.ring, safety.text, safety.message, safety.write, self.key, *self.seen,
            ))  # fmt: skip

    def _events(self, case_id: uuid.UUID) -> None:
        for event in self.happened:
            codes, words = _sort_attributes(event)
            event_row_id = uuid.uuid4()
            self.part.events.append((
                event_row_id, case_id, event.event_id, event.event, event.occurred_on, event.received_on,
                event.about or "", json.dumps(codes), self._seal("cases_caseevent", event_row_id, "detail", words or None),
                f"feed:{self.row.source}", self.desk.now, *self.seen,
            ))  # fmt: skip

    def _duties(self, case_id: uuid.UUID, rank: int) -> None:
        name = str(case_id)
        events = [
            Event(name, e.event_id, e.event, e.occurred_on, e.received_on, e.about, dict(e.attributes))
            for e in self.happened
        ]
        events += self.known.other_events.get(case_id, [])
        for duty in evaluate(events, self.desk.rulebooks, self.desk.today):
            self.part.duties.append((case_id, *duty_values(duty), rank, *self.seen))


def _array(numbers: Sequence[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"


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
