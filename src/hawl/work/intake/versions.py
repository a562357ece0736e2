"""Which version of each message counts, and what of the others still holds.

Versions come in any order, and every order must come to the same. So what protects a person is never taken back by
a version, and is taken from one that comes late too: an officer's no on a number, a danger that forbids a first
call, a suspect who works for the police, a suspect who is a victim elsewhere, a number that a suspect has too
(facts/security.md, decision 6).
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hawl.foundations.vault.keys import KeyRing
from hawl.work.intake import keys, standing
from hawl.work.intake.contact_rules import ContactSafety, contact_safety, is_danger
from hawl.work.intake.facts import RowFacts, facts_of
from hawl.work.intake.feed.rows import Contact, FeedRow, Refused

USES = ("ring", "text", "message", "write")
_NOTHING_SAID = standing.Words()
_STRICTEST_FIRST = ("unsafe", "unknown", "first_approach")


@dataclass(slots=True)
class History:
    """What all versions of one message have said so far."""

    version: int = 0
    # None until the first version makes a case.
    case_id: uuid.UUID | None = None
    first_run: uuid.UUID | None = None
    # Keyed digest in hex by version, and by version and digest what came under a version once more and was refused.
    digests: dict[str, str] = field(default_factory=dict)
    danger: bool = False
    police_suspect: bool = False
    suspects: set[bytes] = field(default_factory=set)
    # Keys of the numbers and addresses that any version gave, and of the addresses among them.
    ways: set[bytes] = field(default_factory=set)
    addresses: set[bytes] = field(default_factory=set)
    # What the case waits for while nobody stands for the person, and its route and reason once somebody does.
    waiting: tuple[str, str, str] = ("", "", "")
    # Of whom the version that counts is; the explicit words of everybody whom any version named, and where the case
    # goes by the version that counts, in each way of what that one left unsaid (`standing`).
    person: bytes | None = None
    answers: dict[str, list[Any]] = field(default_factory=dict)
    deaths: dict[str, list[Any]] = field(default_factory=dict)
    stands: dict[str, Any] = field(default_factory=dict)
    # What counted of that person before this part.
    stood: standing.Words = _NOTHING_SAID
    # A version seen for the first time just now says that a suspect works for the police.
    police_told_now: bool = False

    def words(self) -> standing.Words:
        """What counts of the person whom the version that counts names."""
        return standing.words_of(self.person.hex() if self.person else "", self.answers, self.deaths)


class Claim(NamedTuple):
    """What one version says of one number or address."""

    contact: Contact
    value_key: bytes
    ways: tuple[str, str, str, str]

    def against(self) -> tuple[str, ...]:
        """The uses against which it speaks."""
        return tuple(use for use, word in zip(USES, self.ways, strict=True) if word == "unsafe")


class ToldNo(NamedTuple):
    """A no that a message brought for the first time: of whom, on what number or address, against which uses."""

    person_key: bytes
    value_key: bytes
    uses: tuple[str, ...]


@dataclass(slots=True)
class Sorted:
    """The rows of a part, sorted: what counts, what was known, what cannot be."""

    chosen: dict[bytes, FeedRow] = field(default_factory=dict)
    # Messages of which a version was seen for the first time, and their histories.
    histories: dict[bytes, History] = field(default_factory=dict)
    # Noes of versions that do not count any more, by message and by the person of whom they were said.
    noes: list[tuple[bytes, bytes, Claim]] = field(default_factory=list)
    # Messages with people whom they named in versions that do not count.
    named: list[tuple[bytes, bytes]] = field(default_factory=list)
    # Every no that nobody can have known who decided before: those of rows whose content was not seen before.
    told_no: list[ToldNo] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    accepted: int = 0
    repeated: int = 0


def newest(rows: Sequence[FeedRow], known: Mapping[bytes, History], ring: KeyRing) -> Sorted:
    """The row of each message that counts: the highest version, when it is higher than the one held.

    Every row is counted once: accepted (the highest version so far), repeated (the same or an older version) or
    refused (a version seen before, now with other content). The histories of `known` grow with what the rows say.
    """
    found = Sorted()
    for row in rows:
        key = keys.message_key(row.source, row.record_id, ring)
        history = found.histories.get(key) or known.get(key) or History()
        digest = content_digest(row, ring).hex()
        seen = history.digests.get(str(row.version))
        if seen is None:
            history.digests[str(row.version)] = digest
            found.histories[key] = history
            _take(key, row, history, ring, found)
            found.told_no += _told_no(row, ring)
        elif seen == digest:
            found.repeated += 1
        else:
            # Which of the two is right nobody knows. What either says for the person's safety holds.
            found.refused.append(Refused(row.row_number, "same_version_other_content"))
            found.histories[key] = history
            facts = _remember(row, history, ring)
            _set_aside(key, row, facts, ring, found)
            if _other_content(row, digest) not in history.digests:
                history.digests[_other_content(row, digest)] = digest
                found.told_no += _told_no(row, ring)
    return found


def _remember(row: FeedRow, history: History, ring: KeyRing) -> RowFacts:
    """Keep what protects people, from whichever version says it; gives what the row tells."""
    facts = facts_of(row)
    standing.remember(row, _person(row, ring).hex(), history.answers, history.deaths)
    history.danger |= is_danger(facts)
    history.police_suspect |= facts.suspect_police_employee is True
    if row.suspect.person_ref:
        history.suspects.add(keys.person_key(row.source, row.suspect.person_ref, ring))
    for contact in row.contacts:
        way = keys.value_key(contact.kind, contact.value, ring)
        history.ways.add(way)
        if contact.kind == "address":
            history.addresses.add(way)
    return facts


def _take(key: bytes, row: FeedRow, history: History, ring: KeyRing, found: Sorted) -> None:
    """A version seen for the first time: it counts when it is the highest, and is remembered either way."""
    facts = _remember(row, history, ring)
    history.police_told_now |= facts.suspect_police_employee is True
    if row.version < history.version:
        found.repeated += 1
        _set_aside(key, row, facts, ring, found)
        return
    found.accepted += 1
    if key in found.chosen:
        older = found.chosen[key]
        _set_aside(key, older, facts_of(older), ring, found)
    if history.person is not None:
        found.named.append((key, history.person))
    history.version, history.person = row.version, _person(row, ring)
    found.chosen[key] = row


def _set_aside(key: bytes, row: FeedRow, facts: RowFacts, ring: KeyRing, found: Sorted) -> None:
    """Of a row that does not count, keep of whom it was and what it said against their numbers."""
    person = _person(row, ring)
    found.named.append((key, person))
    found.noes += ((key, person, claim) for claim in claims_of(row, facts, ring) if claim.against())


def _person(row: FeedRow, ring: KeyRing) -> bytes:
    return keys.person_key(row.source, row.person.ref, ring)


def claims_of(row: FeedRow, facts: RowFacts, ring: KeyRing) -> list[Claim]:
    """One claim for each number or address of the row; of one that it names twice, the strictest word counts."""
    found: dict[bytes, Claim] = {}
    for contact in row.contacts:
        key = keys.value_key(contact.kind, contact.value, ring)
        claim = Claim(contact, key, _ways(contact_safety(contact, facts)))
        held = found.get(key)
        found[key] = claim if held is None else held._replace(ways=_strictest(held.ways, claim.ways))
    return list(found.values())


def _told_no(row: FeedRow, ring: KeyRing) -> Iterator[ToldNo]:
    # Most rows say no to nothing, and are not looked through again.
    if row.suspect.lives_here or any("no" in (each.ring, each.text, each.message, each.write) for each in row.contacts):
        for claim in claims_of(row, facts_of(row), ring):
            if uses := claim.against():
                yield ToldNo(_person(row, ring), claim.value_key, uses)


def _other_content(row: FeedRow, digest: str) -> str:
    """Under what a refused row is known again: it says its noes once, however often it comes."""
    return f"{row.version} {digest}"


def _ways(safety: ContactSafety) -> tuple[str, str, str, str]:
    return safety.ring, safety.text, safety.message, safety.write


def _strictest(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, str, str, str]:
    ring, text, message, write = (min(pair, key=_STRICTEST_FIRST.index) for pair in zip(one, other, strict=True))
    return ring, text, message, write


def content_digest(row: FeedRow, ring: KeyRing) -> bytes:
    """16 bytes that tell whether two rows of one version say the same; nothing of the row can be read from them."""
    return hmac.digest(ring.index, b"intake.row\x00" + row.canonical(), "sha256")[:16]
