"""Which version of each message counts, and what of the others still holds.

Versions come in any order, and every order must come to the same. So what protects a person is never taken back by
a version, and is taken from one that comes late too: an officer's no on a number, a danger that forbids a first
call, a suspect who works for the police, a suspect who is a victim elsewhere, a number that a suspect has too
(facts/security.md, decision 6).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hawl.work.intake import standing
from hawl.work.intake.contact_rules import is_danger
from hawl.work.intake.feed.rows import Refused
from hawl.work.intake.working_out import Claim, WorkedOut

_NOTHING_SAID = standing.Words()


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


class ToldNo(NamedTuple):
    """A no that a message brought for the first time: of whom, on what number or address, against which uses."""

    person_key: bytes
    value_key: bytes
    uses: tuple[str, ...]


@dataclass(slots=True)
class Sorted:
    """The rows of a part, sorted: what counts, what was known, what cannot be."""

    chosen: dict[bytes, WorkedOut] = field(default_factory=dict)
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


def newest(rows: Sequence[WorkedOut], known: Mapping[bytes, History]) -> Sorted:
    """The row of each message that counts: the highest version, when it is higher than the one held.

    Every row is counted once: accepted (the highest version so far), repeated (the same or an older version) or
    refused (a version seen before, now with other content). The histories of `known` grow with what the rows say.
    """
    found = Sorted()
    for each in rows:
        key, version = each.key, str(each.row.version)
        history = found.histories.get(key) or known.get(key) or History()
        seen = history.digests.get(version)
        if seen is None:
            history.digests[version] = each.digest
            found.histories[key] = history
            _take(each, history, found)
            found.told_no += _told_no(each)
        elif seen == each.digest:
            found.repeated += 1
        else:
            # Which of the two is right nobody knows. What either says for the person's safety holds.
            found.refused.append(Refused(each.row.row_number, "same_version_other_content"))
            found.histories[key] = history
            _remember(each, history)
            _set_aside(each, found)
            if _other_content(each) not in history.digests:
                history.digests[_other_content(each)] = each.digest
                found.told_no += _told_no(each)
    return found


def _remember(each: WorkedOut, history: History) -> None:
    """Keep what protects people, from whichever version says it."""
    standing.remember(each.row, each.person.hex(), history.answers, history.deaths)
    history.danger |= is_danger(each.facts)
    history.police_suspect |= each.facts.suspect_police_employee is True
    if each.suspect:
        history.suspects.add(each.suspect)
    for claim in each.claims:
        history.ways.add(claim.value_key)
        if claim.contact.kind == "address":
            history.addresses.add(claim.value_key)


def _take(each: WorkedOut, history: History, found: Sorted) -> None:
    """A version seen for the first time: it counts when it is the highest, and is remembered either way."""
    _remember(each, history)
    history.police_told_now |= each.facts.suspect_police_employee is True
    if each.row.version < history.version:
        found.repeated += 1
        _set_aside(each, found)
        return
    found.accepted += 1
    if each.key in found.chosen:
        _set_aside(found.chosen[each.key], found)
    if history.person is not None:
        found.named.append((each.key, history.person))
    history.version, history.person = each.row.version, each.person
    found.chosen[each.key] = each


def _set_aside(each: WorkedOut, found: Sorted) -> None:
    """Of a row that does not count, keep of whom it was and what it said against their numbers."""
    found.named.append((each.key, each.person))
    found.noes += ((each.key, each.person, claim) for claim in each.claims if claim.against())


def _told_no(each: WorkedOut) -> Iterator[ToldNo]:
    for claim in each.claims:
        if uses := claim.against():
            yield ToldNo(each.person, claim.value_key, uses)


def _other_content(each: WorkedOut) -> str:
    """Under what a refused row is known again: it says its noes once, however often it comes."""
    return f"{each.row.version} {each.digest}"
