"""What the pages of protection show, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hawl.foundations.access.actor import Actor, Permission, Role, current_actor
from hawl.foundations.audit.queries import Entry, looks_at
from hawl.foundations.clock import today
from hawl.foundations.languages.texts import in_language
from hawl.registers.agreements.queries import told_police
from hawl.registers.organisations.queries import ids_by_key, names_of
from hawl.work.hub.wording import name_of
from hawl.work.protection import queries, rules, wording

if TYPE_CHECKING:
    from hawl.registers.people.models import Person
    from hawl.work.protection.models import GlassIncident, Proposal, Renaming

Word = str | Promise


@dataclass(frozen=True, slots=True)
class Step:
    """A button: its step in the address and its words."""

    code: str
    words: Word


@dataclass(frozen=True, slots=True)
class ProposalShown:
    """One proposal with what the reader may do about it."""

    id: UUID
    kind: Word
    reason: Word
    by: str
    at: datetime
    named: tuple[str, ...]
    state: Word
    waits: bool
    steps: tuple[Step, ...]


def bodies() -> dict[int, Any]:
    """Names of organisations by their ids, in the language of the page."""
    names = names_of()
    return {
        number: in_language({"en": names[key].en, "cy": names[key].cy})
        for key, number in ids_by_key().items()
        if key in names
    }


def protection_shown(person: Person) -> dict[str, Any]:
    """How a record is protected, and what the reader may do about it."""
    proposals = queries.proposals_of(person.pk)
    conflicts = queries.conflicts_of(person.pk)
    users = {each for row in proposals for each in (row.proposed_by, row.confirmed_by or 0, *row.named)}
    users |= {*person.named_users, *(person.denied_users or ()), *(each.user_id or 0 for each in conflicts)}
    names, places, me = queries.names_of_users(users), bodies(), current_actor()
    sources = {(each.user_id, each.organisation_id): wording.SOURCES[each.source] for each in conflicts}
    return {
        "person": person,
        "name": name_of(person),
        "by_glass": queries.party_of(me, person).by_glass,
        "level": wording.LEVELS[person.visibility],
        "named": sorted(names.get(each, _("An account that is no more")) for each in person.named_users),
        "kept": [
            *((names.get(each, ""), sources.get((each, None), "")) for each in person.denied_users or ()),
            *((places.get(each, ""), sources.get((None, each), "")) for each in person.denied_organisations or ()),
        ],
        "proposals": [_proposal(row, person, names, me) for row in proposals],
    }


def _proposal(row: Proposal, person: Person, names: Mapping[int, str], me: Actor) -> ProposalShown:
    return ProposalShown(
        id=row.pk,
        kind=wording.KINDS[row.kind],
        reason=wording.WHY[row.reason],
        by=names.get(row.proposed_by, _("An account that is no more")),
        at=row.proposed_at,
        named=tuple(sorted(names.get(each, "") for each in row.named)),
        state=_state(row),
        waits=row.confirmed_at is None and row.closed_at is None,
        steps=tuple(_steps(row, person, me)),
    )


def _state(row: Proposal) -> Word:
    if row.closed_at is not None:
        return _("Set aside")
    if row.confirmed_at is not None:
        return _("Done by two people")
    if row.in_effect_at is not None:
        return _("In effect; waits for a second person to confirm it")
    if row.opinion is not None and row.opinion.agreed:
        return _("A steward agreed; not carried out yet")
    if row.opinion is not None and row.opinion.agreed is False:
        return _("A steward did not agree; a second named person may still confirm it")
    return _("Waits for a steward's answer") if row.opinion is not None else _("Waits for a second person")


def _steps(row: Proposal, person: Person, me: Actor) -> Iterable[Step]:
    if row.confirmed_at is not None or row.closed_at is not None or not me.may(Permission.RECORD_ACTS):
        return
    (proposer,) = queries.parties([row.proposed_by], person)
    party, asked = queries.party_of(me, person), queries.asked_of(row, person)
    if party.by_glass:
        return
    if rules.why_not_confirmed(asked, queries.record_of(person), party, proposer, sees=True) is None:
        yield Step("confirm", _("Confirm, as the second person"))
    own = row.proposed_by == me.user_id
    if own and row.kind in rules.A_STEWARD_MAY and row.opinion is None:
        yield Step("ask-steward", _("Ask a steward to be the second person"))
    if own and row.opinion is not None and row.opinion.agreed:
        yield Step("carry-out", _("Carry it out"))
    if row.in_effect_at is None:
        yield Step("set-aside", _("Set aside"))


def kept_from(person: Person) -> list[tuple[str, str]]:
    """From whom the record is kept, as choices of a form."""
    names, places = queries.names_of_users(person.denied_users or ()), bodies()
    return [
        *((f"user-{each}", names.get(each, _("An account that is no more"))) for each in person.denied_users or ()),
        *((f"body-{each}", str(places.get(each, each))) for each in person.denied_organisations or ()),
    ]


def could_be_kept_from() -> list[tuple[str, str]]:
    """Whom a record can be kept from: accounts that work with people, and bodies."""
    accounts = [(f"user-{pk}", name) for pk, name in queries.colleagues()]
    places = [(f"body-{number}", str(name)) for number, name in bodies().items() if number in queries.bodies_at_work()]
    return [*accounts, *sorted(places, key=lambda each: each[1])]


def could_be_named() -> list[tuple[int, str]]:
    """Specialist leads in standing."""
    return queries.leads()


def opened(found: Iterable[tuple[Person, datetime]]) -> list[tuple[UUID, str, datetime]]:
    """People who stand open in an emergency."""
    return [(person.pk, name_of(person), until) for person, until in found]


def waiting(by: Actor) -> dict[str, Any]:
    """What waits for a reviewer."""
    me = by.user_id or 0
    lapsed = by.standing.lapsed(today())
    able = not rules.lapsed_as_reviewer(by.roles, lapsed)
    found: dict[str, Any] = {
        "able": able,
        "unreviewed": queries.openings_without_reviewers(),
        "openings": [incident_shown(row) for row in queries.incidents_to_review(me)] if able else [],
    }
    steward = Role.STEWARD in by.roles
    asked = queries.opinions_waiting(by) if steward else []
    renamings = _renamings(by, everywhere=steward)
    told = told_police() if Role.SPECIALIST_LEAD in by.roles and not lapsed else []
    users = [*(row.asked_by for row in asked), *(each for row in renamings for each in (row.asked_by, *row.named))]
    users += [each or 0 for row in told for each in (row.recorded_by, row.seconded_by)]
    names, places = queries.names_of_users(users), bodies()
    found["opinions"] = [
        (row.pk, wording.KINDS[row.kind], wording.WHY[row.reason], names.get(row.asked_by, ""),
         places.get(row.organisation_id, ""), row.asked_at)
        for row in asked
    ]  # fmt: skip
    found["police"] = [
        (row.person_id, places.get(row.organisation_id, ""), names.get(row.recorded_by or 0, ""),
         names.get(row.seconded_by or 0, ""), row.seconded_at or row.recorded_at, row.seconded_at is not None)
        for row in told
    ]  # fmt: skip
    found["renamings"] = [
        (row.pk, names.get(row.asked_by, ""), places.get(row.organisation_id, ""),
         sorted(names.get(each, "") for each in row.named), row.asked_by == me)
        for row in renamings
    ]  # fmt: skip
    return found


def _renamings(by: Actor, *, everywhere: bool) -> list[Renaming]:
    """What another asked and this reader may agree to, and their own; only while a record of that desk waits for it."""
    if by.standing.lapsed(today()):
        return []
    rows = queries.renamings_waiting(None if everywhere else by.organisations)
    desks = {desk for desk in {row.organisation_id for row in rows} if queries.nobody_left([desk])}
    return [row for row in rows if row.organisation_id in desks]


def incident_shown(row: GlassIncident) -> dict[str, Any]:
    """One opening: who, where, when, why; never whose record."""
    names = queries.names_of_users([row.user_id])
    return {
        "id": row.pk,
        "who": names.get(row.user_id, _("An account that is no more")),
        "body": bodies().get(row.organisation_id, ""),
        "at": row.broken_at,
        "reason": wording.GLASS_REASONS.get(row.reason, row.reason),
        "due": row.review_due,
        "late": row.reviewed_at is None and row.review_due < today(),
        "reviewed": row.reviewed_at,
        "upheld": row.upheld,
        "wide": row.wide,
        "alone": row.reviewed_at is None and len(row.reviewers) < rules.REVIEWERS,
    }


def glass_numbers(figures: Mapping[str, int]) -> list[tuple[Word, int]]:
    """Openings in a year, in words."""
    words = {
        "openings": _("Records opened in an emergency in the last 12 months"),
        "waiting": _("Waiting for review"),
        "overdue": _("Not reviewed in time"),
        "not_upheld": _("Found not to have been right"),
    }
    return [(words[name], number) for name, number in figures.items()]


@dataclass(frozen=True, slots=True)
class LookShown:
    """One entry of who looked: when, who and where, what they did, on what ground."""

    at: datetime
    who: str
    body: Any
    what: Word
    ground: Word


_GROUNDS: Mapping[str, Word] = wording.GROUNDS


def _what(row: Entry) -> Word:
    return wording.LOOKS.get(row.action) or wording.LOOKS_BY_CLASS[row.audit_class]


def looks_page(person_id: UUID, page: str | int | None) -> dict[str, Any]:
    """A page of who looked at a record."""
    found, places = looks_at(person_id, page=page), bodies()
    names = queries.names_of_users(
        [int(row.actor.removeprefix("user:")) for row in found if row.actor.removeprefix("user:").isdigit()]
    )
    rows = []
    for row in found:
        number = row.actor.removeprefix("user:")
        who = names.get(int(number), "") if number.isdigit() else _("The system")
        ground = _GROUNDS.get(row.rule, "")
        rows.append(LookShown(row.at, who, places.get(row.organisation_id or 0, ""), _what(row), ground))
    return {"page": found, "rows": rows}


@dataclass(frozen=True, slots=True)
class Unexplained:
    """Looks to be explained."""

    id: UUID
    person_id: UUID
    who: str
    week_of: date
    looks: int


def looks_to_explain() -> dict[str, Any]:
    """Looks without a relationship that the reader may see, with the answers there are."""
    rows, me = queries.looks_waiting(), current_actor().user_id
    names = queries.names_of_users([row.user_id for row in rows])
    shown = [
        Unexplained(row.pk, row.person_id, names.get(row.user_id, ""), row.week_of, row.looks)
        for row in rows
        if row.user_id != me
    ]
    return {"looks": shown, "outcomes": list(wording.OUTCOMES.items())}
