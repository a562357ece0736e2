"""One part of a feed: a thousand rows or so, turned into rows for the tables.

Nothing here speaks to the database. What the database already knows comes in as `Known`; what is to be written
goes out as `Part`, with every value about a person sealed to its row.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from hawl.foundations.vault.keys import KeyRing, key_ring
from hawl.foundations.vault.resealing import Keys
from hawl.foundations.vault.sealing import Draw, Drawn, Key, new_key, seal
from hawl.registers.finding.laying import Told
from hawl.rights.rulebook import Event, Rulebook
from hawl.work.intake import rules, standing
from hawl.work.intake.copy_text import NONE, line
from hawl.work.intake.facts import RowFacts
from hawl.work.intake.tokens import describe_person
from hawl.work.intake.versions import History, Sorted, ToldNo
from hawl.work.intake.working_out import Claim, WorkedOut, duty_lines


@dataclass(frozen=True, slots=True)
class Person:
    """A person whom the database already knows by the sender's id."""

    id: uuid.UUID
    # When and by which message the particulars held were told.
    told_at: datetime | None
    told_by: bytes
    # Under which keys what is held of them lies; None for whom release 0.1.0 stored, until their key is renewed.
    keys: Keys | None = None

    def yields_to(self, told_at: datetime, told_by: bytes) -> bool:
        """Whether particulars told then replace those held. A message always replaces what it said itself."""
        if self.told_at is None or self.told_by == told_by:
            return True
        return (told_at, told_by) > (self.told_at, self.told_by)


@dataclass(slots=True)
class Known:
    """What the database knows of the messages and people of one part."""

    histories: dict[bytes, History]
    people: dict[bytes, Person]
    # Events of these cases that others than this feed recorded, for evaluating duties anew.
    other_events: dict[uuid.UUID, list[Event]]
    # Keys of the people whose these cases are until now.
    keys_of_cases: dict[uuid.UUID, Keys | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a feed's rows arrive and who may see the sealed ones."""

    organisation_id: int
    # The one source whose rows this desk takes, by its key.
    source: str
    # The sending force, from which a record is walled off when a suspect works for it.
    force: int
    # Specialist leads of the desk outside the force, who take such a record over; none: it waits.
    outside: tuple[int, ...]
    # All accounts that could open a record walled off from the force, were they named on it.
    able: tuple[int, ...]
    policy: rules.RoutingPolicy
    rulebooks: Sequence[Rulebook]
    today: date
    now: datetime
    ring: KeyRing


@dataclass(slots=True)
class Part:
    """Rows for each table, and what was counted. Keys of the row dictionaries are column names."""

    # The key file as it is when the part begins: an import may outlast a rotation, and a part holds the lock on keys.
    ring: KeyRing = field(default_factory=key_ring)
    # What the sealing of the part draws: one nonce for each value, by itself, waits a hundred thousand times.
    draw: Drawn = field(default_factory=Drawn)
    people: dict[bytes, tuple[Any, ...]] = field(default_factory=dict)
    # Keys made for people who are new, as they are stored; and the keys of all people of the part.
    keys: list[tuple[Any, ...]] = field(default_factory=list)
    keys_of: dict[uuid.UUID, Keys | None] = field(default_factory=dict)
    # By what its rows let each person be found, by the row in which it stands; and whose rows take the place of what
    # was held.
    described: dict[uuid.UUID, dict[uuid.UUID, Told]] = field(default_factory=dict)
    renewed_people: set[uuid.UUID] = field(default_factory=set)
    contacts: list[tuple[Any, ...]] = field(default_factory=list)
    cases: dict[bytes, tuple[Any, ...]] = field(default_factory=dict)
    # Ten of a row's fifteen lines are events and duties: they are kept as COPY reads them (copy_text).
    events: list[str] = field(default_factory=list)
    duties: list[str] = field(default_factory=list)
    messages: list[tuple[Any, ...]] = field(default_factory=list)
    # What versions that do not count any more said against a number.
    against: list[tuple[Any, ...]] = field(default_factory=list)
    # Cases and messages that were there before: their feed events, duties and claims are laid anew.
    renewed_cases: list[uuid.UUID] = field(default_factory=list)
    renewed_messages: list[bytes] = field(default_factory=list)
    # Messages of which a version seen for the first time says that a suspect works for the police.
    police_told: list[bytes] = field(default_factory=list)
    # Noes told for the first time of people who were known before: only about these can somebody have decided.
    told_no: list[ToldNo] = field(default_factory=list)
    # Messages with people whom a version named that does not count, and who are not whom the one names that does.
    named: list[tuple[bytes, bytes]] = field(default_factory=list)
    # Cases that go elsewhere by what came late.
    rerouted: list[standing.Rerouted] = field(default_factory=list)
    new_people: int = 0
    new_cases: int = 0
    new_by_route: dict[str, int] = field(default_factory=dict)


PEOPLE = ("id", "kind", "names", "born_on", "facts", "language", "deceased", "visibility", "source_key", "told_at",
          "told_by", "created_at", "data_key", "visible_to", "named_users")  # fmt: skip
KEYS = ("id", "wrapped", "kek", "created_at")
CONTACTS = ("id", "person_id", "kind", "value", "value_key", "given_by", "given_on", "ring", "text", "message", "write",
            "message_key", "case_id", "claims_no", "claims_call", "visible_to", "named_users")  # fmt: skip
CASES = ("id", "person_id", "desk_id", "source", "reference", "crime_key", "suspect_key", "stands_for_key", "location",
         "note", "role", "offence", "flags", "council", "risk", "rank", "route", "route_reason", "agreement", "repeat",
         "counter_allegation", "no_first_call", "enhanced_suggested", "reported_on", "received_at", "visible_to",
         "named_users")  # fmt: skip
EVENTS = ("id", "case_id", "event_id", "event", "occurred_on", "received_on", "about", "attributes", "detail",
          "asserted_by", "recorded_at", "visible_to", "named_users")  # fmt: skip
DUTIES = ("case_id", "duty_id", "right", "trigger_event_id", "started_on", "due_on", "target_on", "standing", "done_on",
          "tier", "enforced", "bearer", "rulebook", "rank", "visible_to", "named_users")  # fmt: skip
MESSAGES = ("key", "version", "digests", "case_id", "run_id", "first_run_id", "danger", "police_suspect", "suspects",
            "ways", "addresses", "waits_for", "stood_route", "stood_reason", "answers", "deaths",
            "stands")  # fmt: skip


def build(rows: Sorted, known: Known, desk: Desk, run_id: uuid.UUID, part: Part) -> Part:
    """Fill `part` with what the sorted rows come to."""
    part.told_no = [each for each in rows.told_no if each.person_key in known.people]
    keys_of_messages = {
        key: _Row(each, rows.histories[key], known, desk, part).take() for key, each in rows.chosen.items()
    }
    for key, history in rows.histories.items():
        if key not in rows.chosen and history.case_id and (words := history.words()) != history.stood:
            other = standing.reroute(history.case_id, words, history.stands, danger=history.danger)
            if other:
                part.rerouted.append(other[0])
                history.waiting = other[1]
        part.messages.append((
            key, history.version, json.dumps(history.digests), history.case_id, run_id, history.first_run or run_id,
            history.danger, history.police_suspect, _byte_array(history.suspects), _byte_array(history.ways),
            _byte_array(history.addresses), *history.waiting,
            json.dumps(history.answers), json.dumps(history.deaths), json.dumps(history.stands),
        ))  # fmt: skip
        if history.police_told_now:
            part.police_told.append(key)
    part.named = list({(key, person) for key, person in rows.named if person != rows.histories[key].person})
    for key, person, claim in rows.noes:
        case_id = rows.histories[key].case_id
        held = (
            keys_of_messages[key] if key in keys_of_messages else known.keys_of_cases.get(case_id) if case_id else None
        )
        row = _contact_row(uuid.uuid4(), key, case_id, None, claim, desk, ("{}", "{}"), held, part.draw)
        part.against.append((*row, person))
    return part


class _Row:
    """The taking of one row, step by step."""

    def __init__(self, told: WorkedOut, history: History, known: Known, desk: Desk, part: Part) -> None:
        self.told, self.history, self.known, self.desk, self.part = told, history, known, desk, part
        self.key, self.row = told.key, told.row
        # The desk's alone, also where the person was referred on for another crime or is sealed: what follows from
        # that, `laying` brings in. As PostgreSQL writes arrays: text copies quicker than lists.
        self.seen = (f"{{{desk.organisation_id}}}", "{}")

    def take(self) -> Keys | None:
        """Person, case, contacts, events, duties; gives the keys under which they lie."""
        # As if nobody stood for the person and nobody accused them: what other rows say, `laying` brings in.
        told, words, policy = self.told.facts, self.history.words(), self.desk.policy
        facts = words.of(told)
        stands = standing.standing(facts, policy)
        self.history.waiting = stands.waits_for, stands.stood_route, stands.stood_reason
        self.history.stands = standing.left_open(self.row, told, stands, words, policy)
        person_id = self._person()
        self.part.keys_of[person_id] = self.keys
        described = self.part.described.setdefault(person_id, {})
        if self.tells_particulars:
            describe_person(described, person_id, self.row, self.told.names)
        if self.history.case_id is not None:
            self.part.renewed_people.add(person_id)
        rank = rules.priority(facts).rank
        case_id = self._case_id(stands.route)
        self._case(case_id, person_id, stands, facts, rank)
        described[case_id] = self.told.case_tokens
        # By the row alone: what other versions said forbids a first call by the case and the person, in every order.
        for claim, claim_id, tokens in zip(self.told.claims, self.told.claim_ids, self.told.claim_tokens, strict=True):
            self.part.contacts.append(
                _contact_row(
                    claim_id, self.key, case_id, person_id, claim, self.desk, self.seen, self.keys, self.part.draw
                )
            )
            described[claim_id] = tokens
        self._events(case_id)
        self._duties(case_id, rank)
        return self.keys

    def _case_id(self, route: str) -> uuid.UUID:
        held = self.history.case_id
        if held is not None:
            self.part.renewed_cases.append(held)
            self.part.renewed_messages.append(self.key)
            return held
        self.history.case_id = self.told.ids[0]
        self.part.new_cases += 1
        self.part.new_by_route[route] = self.part.new_by_route.get(route, 0) + 1
        return self.history.case_id

    def _seal(
        self, table: str, row_id: uuid.UUID | str, column: str, value: str | None, security_class: str = "C3"
    ) -> bytes | None:
        key = self.keys.of_class(security_class) if self.keys else None
        return _sealed(table, row_id, column, value, self.desk.ring, key, self.part.draw)

    def _person(self) -> uuid.UUID:
        told_at = standing.told_at(self.row)
        key = self.told.person
        held = self.known.people.get(key)
        self.keys = held.keys if held else self._new_keys()
        self.tells_particulars = held is None or held.yields_to(told_at, self.key)
        if held is None:
            self.part.new_people += 1
        elif not self.tells_particulars:
            return held.id
        person = Person(held.id if held else self.told.ids[1], told_at, self.key, self.keys)
        self.known.people[key] = person
        self.part.people[key] = self._person_row(key, person)
        return person.id

    def _new_keys(self) -> Keys:
        key, wrapped, kek = new_key(self.part.ring, self.part.draw)
        self.part.keys.append((key.id, wrapped, kek, self.desk.now))
        return Keys(key)

    def _person_row(self, key: bytes, person: Person) -> tuple[Any, ...]:
        row, texts = self.row.person, self.told.texts
        table = "people_person"
        return (
            person.id, row.kind, self._seal(table, person.id, "names", texts.names),
            self._seal(table, person.id, "born_on", texts.born_on),
            self._seal(table, person.id, "facts", texts.facts), row.language or "", self.history.words().dead,
            "open", key, person.told_at, person.told_by, self.desk.now, self.keys and self.keys.key.id, *self.seen,
        )  # fmt: skip

    def _case(
        self, case_id: uuid.UUID, person_id: uuid.UUID, stands: standing.Standing, facts: RowFacts, rank: int
    ) -> None:
        row, crime, table, texts = self.row, self.row.crime, "cases_case", self.told.texts
        grounds = " ".join(ground.code for ground in rules.enhanced_suggestion(facts))
        self.part.cases[self.key] = (
            case_id, person_id, self.desk.organisation_id, row.source,
            self._seal(table, case_id, "reference", texts.reference),
            self.told.crime, self.told.suspect, self.told.stands_for,
            self._seal(table, case_id, "location", texts.location, "C5"),
            self._seal(table, case_id, "note", crime.note),
            row.person.role, crime.offence, json.dumps(list(crime.flags)), crime.council or "", row.person.risk,
            rank, stands.route, stands.reason, standing.recorded_answer(facts), row.person.repeat, False,
            stands.no_first_call or self.history.danger, grounds,
            crime.reported_on, self.desk.now, *self.seen,
        )  # fmt: skip

    def _events(self, case_id: uuid.UUID) -> None:
        end = line(f"feed:{self.row.source}", self.desk.now, *self.seen)
        case = str(case_id)
        for each in self.told.events:
            sealed = self._seal("cases_caseevent", each.row_id, "detail", each.words)
            detail = NONE if sealed is None else line(sealed)
            self.part.events.append(f"{each.row_id}\t{case}\t{each.columns}\t{detail}\t{end}")

    def _duties(self, case_id: uuid.UUID, rank: int) -> None:
        name, end = str(case_id), line(rank, *self.seen)
        duties: Sequence[str] = self.told.duties
        if others := self.known.other_events.get(case_id):
            own = [replace(each.event, case_id=name) for each in self.told.events]
            duties = duty_lines([*own, *others], self.desk)
        self.part.duties += [f"{name}\t{duty}\t{end}" for duty in duties]


def _contact_row(
    contact_id: uuid.UUID,
    message: bytes,
    case_id: uuid.UUID | None,
    person_id: uuid.UUID | None,
    claim: Claim,
    desk: Desk,
    seen: tuple[str, str],
    held: Keys | None,
    draw: Draw,
) -> tuple[Any, ...]:
    contact = claim.contact
    key = held.of_class("C5") if held else None
    sealed = _sealed("people_contact", contact_id, "value", contact.value, desk.ring, key, draw)
    against = ",".join(claim.against())
    return (
        contact_id, person_id, contact.kind, sealed, claim.value_key, contact.given_by or "", contact.given_on,
        *claim.ways, message, case_id, f"{{{against}}}", claim.ways[0] == "first_approach", *seen,
    )  # fmt: skip


def _sealed(
    table: str, row_id: uuid.UUID | str, column: str, text: str | None, ring: KeyRing, key: Key | None, draw: Draw
) -> bytes | None:
    if text is None:
        return None
    if key is None:
        return seal(text.encode(), table, str(row_id), column, ring, draw)
    return key.seal(text.encode(), table, str(row_id), column, draw)


def _byte_array(values: Iterable[bytes]) -> str:
    return "{" + ",".join(f'"\\\\x{value.hex()}"' for value in sorted(values)) + "}"
