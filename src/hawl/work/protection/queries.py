"""Reading how a record is protected, as far as the current actor may see it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q

from hawl.foundations.access.actor import WORKS_WITH_PEOPLE, Actor, Role, current_actor
from hawl.foundations.access.models import Body, BrokenGlass
from hawl.foundations.access.policy import GLASS_READS_ONLY, Action
from hawl.foundations.clock import now, today
from hawl.foundations.identity.models import User
from hawl.registers.agreements.queries import flows, standing_agreements
from hawl.registers.agreements.rules import SUPPORT_OFFER
from hawl.registers.cases.models import Case
from hawl.registers.organisations.queries import ids_by_key
from hawl.registers.people.grounds import decided_on
from hawl.registers.people.models import Person
from hawl.registers.places.queries import routing
from hawl.work.protection.models import (
    Conflict,
    GlassAccount,
    GlassIncident,
    LookReview,
    Proposal,
    Renaming,
    SecondOpinion,
)
from hawl.work.protection.rules import Asked, Denial, Party, Record


@dataclass(frozen=True, slots=True)
class Colleague:
    """An account that may be named on a record."""

    user_id: int
    name: str
    organisation_id: int | None
    lead: bool


def person_held(person_id: uuid.UUID) -> Person:
    """The person. Raises `Person.DoesNotExist` also where hidden."""
    return Person.objects.get(pk=person_id)


def party_of(actor: Actor, person: Person | None = None) -> Party:
    """An actor as the rules see them, towards this person."""
    denied_users = set(person.denied_users or ()) if person else set()
    denied_bodies = set(person.denied_organisations or ()) if person else set()
    return Party(
        user_id=actor.user_id or 0,
        roles=actor.roles,
        lapsed=actor.standing.lapsed(today()),
        shut_out=actor.user_id in denied_users or bool(actor.walls & denied_bodies),
        by_glass=person is not None and _by_glass(actor, person),
    )


def _by_glass(actor: Actor, person: Person) -> bool:
    """Is a broken glass all that makes the record this actor's business."""
    return decided_on(actor, Action.PROTECT, person).rule == GLASS_READS_ONLY


def parties(user_ids: Collection[int], person: Person | None = None) -> tuple[Party, ...]:
    """The accounts with these ids; one that is no more stands as not active."""
    found = {user.pk: user.actor() for user in User.objects.filter(pk__in=list(user_ids))}
    return tuple(
        party_of(found[each], person) if each in found else Party(each, lapsed="not_active")
        for each in sorted(set(user_ids))
    )


def record_of(person: Person) -> Record:
    """How the person's record is protected today."""
    denied = {("user", each) for each in person.denied_users or ()}
    denied |= {("organisation", each) for each in person.denied_organisations or ()}
    return Record(person.visibility, frozenset(person.named_users), frozenset(denied))  # type: ignore[arg-type]


def asked_of(row: Proposal, person: Person) -> Asked:
    """A stored proposal as the rules see it."""
    about: tuple[str, int] | None = None
    if row.about_user is not None:
        about = ("user", row.about_user)
    elif row.about_organisation is not None:
        about = ("organisation", row.about_organisation)
    return Asked(
        kind=row.kind,  # type: ignore[arg-type]  # the column holds these codes only
        proposed_by=row.proposed_by,
        named=parties(row.named, person),
        about=about,
        emergency=row.emergency,
        closed=row.closed_at is not None or row.confirmed_at is not None,
    )


def proposal_locked(proposal_id: uuid.UUID) -> Proposal:
    """One proposal, locked. `Proposal.DoesNotExist` where hidden."""
    return Proposal.objects.select_for_update().get(pk=proposal_id)


def proposals_of(person_id: uuid.UUID) -> list[Proposal]:
    """All that was proposed for a person's record, what waits first, then the newest."""
    rows = Proposal.objects.filter(person_id=person_id).select_related("opinion").defer("account")
    return sorted(
        rows, key=lambda row: (row.confirmed_at is not None or row.closed_at is not None, -row.proposed_at.timestamp())
    )


def denial_facts(user_id: int | None, organisation_id: int | None) -> dict[str, int]:
    """What an entry of the safety journal says of a denial."""
    return {"user": user_id} if user_id is not None else {"organisation": organisation_id or 0}


def level_of(person_id: uuid.UUID) -> str | None:
    """How much of a record others may see; None where there is none."""
    return Person.objects.filter(pk=person_id).values_list("visibility", flat=True).first()


def conflicts_of(person_id: uuid.UUID) -> list[Conflict]:
    """From whom the record is kept, as far as the reader may know."""
    return list(Conflict.objects.filter(person_id=person_id, ended_at=None).order_by("told_at", "pk"))


def may_be_named(person: Person) -> list[Colleague]:
    """Whom a record can be given to: every specialist lead in standing, who is named now, and the reader.

    Where no such lead is, whoever holds it.
    """
    me = current_actor().user_id
    wanted = Q(roles__contains=[Role.SPECIALIST_LEAD.value]) | Q(pk__in=[*person.named_users, me or 0])
    if not leads_of(person):
        wanted |= Q(pk__in=holding(person))
    users = list(User.objects.filter(wanted, is_active=True).order_by("display_name", "pk"))
    able = {party.user_id for party in parties([user.pk for user in users], person) if party.may_open}
    return [
        Colleague(user.pk, user.display_name, user.organisation_id, Role.SPECIALIST_LEAD.value in user.roles)
        for user in users
        if user.pk in able
    ]


def names_of_users(user_ids: Collection[int]) -> dict[int, str]:
    """Names under which accounts work, by their ids."""
    return dict(User.objects.filter(pk__in=list(user_ids)).values_list("pk", "display_name"))


def desks_of(person_id: uuid.UUID) -> set[int]:
    """The desks that received this person's cases."""
    return set(Case.objects.filter(person_id=person_id).values_list("desk_id", flat=True))


def leads_of(person: Person) -> frozenset[int]:
    """Specialist leads in standing of whom one must be named where the record is protected at once.

    Those of its desks; where none of them can open it, of whoever sees it; where there is none either and nobody named
    can open it, any.
    """
    rows = User.objects.filter(is_active=True, roles__contains=[Role.SPECIALIST_LEAD.value])
    body = dict(rows.values_list("pk", "organisation_id"))
    able = {party.user_id for party in parties(list(body), person) if party.may_open}
    seen_by = set(person.visible_to)
    for bodies in (desks_of(person.pk) & seen_by, seen_by):
        if here := {pk for pk in able if body[pk] in bodies or pk in person.named_users}:
            return frozenset(here)
    return frozenset() if holding(person) & set(person.named_users) else frozenset(able)


def holding(person: Person) -> frozenset[int]:
    """Accounts in standing that hold the record: of the bodies that see it, or named on it."""
    rows = User.objects.filter(Q(organisation_id__in=person.visible_to) | Q(pk__in=person.named_users), is_active=True)
    return frozenset(party.user_id for party in parties([user.pk for user in rows], person) if party.may_open)


def denial_of(person: Person, *, user_id: int | None, organisation_id: int | None) -> Denial:
    """What it would do to keep the record from this account or body as well."""
    holders = User.objects.filter(Q(organisation_id__in=person.visible_to) | Q(pk__in=person.named_users))
    there = [(user.actor(), party_of(user.actor(), person)) for user in holders]
    shut_out = {
        party.user_id
        for actor, party in there
        if not party.shut_out and (party.user_id == user_id or organisation_id in actor.walls)
    }
    left = [party for _, party in there if party.may_open and party.user_id not in shut_out]
    walls = Body.objects.filter(pk__in=desks_of(person.pk)).values_list("walls", flat=True)
    return Denial(
        of_desk=organisation_id is not None and any(organisation_id in wall for wall in walls),
        shut_out=frozenset(shut_out),
        left=frozenset(party.user_id for party in left),
        leads_left=frozenset(party.user_id for party in left if Role.SPECIALIST_LEAD in party.roles),
    )


def onward() -> int:
    """The body to which the desks of the area refer people on."""
    key = routing(settings.HAWL_AREA).desks.onward
    return ids_by_key([key])[key]


def still_referred_to(person_id: uuid.UUID, on: date) -> set[int]:
    """The body to which cases of theirs were referred on, if each of those referrals still has its ground.

    One that has lost it (an agreement withdrawn or run out, a no) keeps the body out altogether: it is seldom, and the
    others can be referred anew.
    """
    body = onward()
    referred = list(Case.objects.filter(person_id=person_id, referred_on__isnull=False).exclude(desk_id=body))
    agreed = {each.case_id for each in standing_agreements(person_id=person_id, organisation_id=body, on=on)}
    free = set(flows().free_senders(to_org=body, purpose=SUPPORT_OFFER, on=on)) if referred else set()

    def holds(case: Case) -> bool:
        needs_none = case.route == "automatic" and case.agreement != "no" and case.desk_id in free
        return needs_none or None in agreed or case.pk in agreed

    return {body} if referred and all(holds(case) for case in referred) else set()


def holds_other_side(case: Case, user_id: int) -> bool:
    """Does this account hold a case of one whom the person of `case` accuses, or who accuses them."""
    held = Case.objects.filter(assigned_to=user_id).exclude(person_id=case.person_id)
    accused = Case.objects.filter(person_id=case.person_id, suspect_key__isnull=False).values("suspect_key")
    other = Q(person__source_key__in=accused)
    if case.person.source_key is not None:
        other |= Q(suspect_key=case.person.source_key)
    return held.filter(other).exists()


def opinions_waiting(actor: Actor) -> list[SecondOpinion]:
    """What stewards are asked and have not answered; not one's own."""
    rows = SecondOpinion.objects.filter(decided_at=None).exclude(asked_by=actor.user_id or 0)
    return list(rows.order_by("asked_at"))


def renamings_waiting(organisation_ids: Collection[int] | None) -> list[Renaming]:
    """Requests to give records of these desks (None: of all) to others that nobody has agreed to."""
    rows = Renaming.objects.filter(agreed_at=None).order_by("asked_at")
    return list(rows if organisation_ids is None else rows.filter(organisation_id__in=list(organisation_ids)))


def colleagues() -> list[tuple[int, str]]:
    """Active accounts that work with people, by name."""
    roles = sorted(role.value for role in WORKS_WITH_PEOPLE)
    rows = User.objects.filter(is_active=True, roles__overlap=roles).order_by("display_name", "pk")
    return list(rows.values_list("pk", "display_name"))


def bodies_at_work() -> set[int]:
    """Bodies at which active accounts work or by which they are employed, with what those are part of."""
    rows = User.objects.filter(is_active=True).values_list("organisation_id", "employer_id")
    at_work = {each for row in rows for each in row if each is not None}
    walls = Body.objects.filter(pk__in=at_work).values_list("walls", flat=True)
    return at_work | {each for wall in walls for each in wall}


def leads() -> list[tuple[int, str]]:
    """Specialist leads in standing, by name."""
    rows = User.objects.filter(is_active=True, roles__contains=[Role.SPECIALIST_LEAD.value]).order_by("display_name")
    able = {party.user_id for party in parties([user.pk for user in rows]) if party.may_open}
    return [(user.pk, user.display_name) for user in rows if user.pk in able]


def subjects_seen(glass_id: uuid.UUID) -> list[uuid.UUID]:
    """People whom an opening opened and whom the reader may see; none, too, where nothing was opened."""
    subjects = BrokenGlass.objects.filter(pk=glass_id).values_list("subjects", flat=True).first() or []
    return list(Person.objects.filter(pk__in=subjects).order_by("pk").values_list("pk", flat=True))


def nobody_left(desks: Collection[int]) -> bool:
    """Has a sealed record of one of these desks lost all who were named on it, or all but one. Never which."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT bool_or(hawl_nobody_left(desk)) FROM unnest(%s::int[]) AS desk", [sorted(desks)])
        return bool(cursor.fetchone()[0])


def looks_waiting(most: int = 100) -> list[LookReview]:
    """Looks that nobody has explained, at records that the reader may see."""
    return list(LookReview.objects.filter(settled_at=None).order_by("week_of", "pk")[:most])


def owners_of(person_id: uuid.UUID) -> frozenset[int]:
    """In whose hands the person's cases are."""
    rows = Case.objects.filter(person_id=person_id, assigned_to__isnull=False)
    return frozenset(owner for owner in rows.values_list("assigned_to", flat=True) if owner is not None)


def reviewers_of(glass_id: uuid.UUID) -> list[int]:
    """Who reviews an opening."""
    return list(GlassIncident.objects.get(pk=glass_id).reviewers)


def incidents_to_review(user_id: int) -> list[GlassIncident]:
    """Openings that this account is to review and has not, the longest waiting first."""
    rows = GlassIncident.objects.filter(reviewers__contains=[user_id], reviewed_at=None).order_by("broken_at")
    done = {
        each.pk for each in BrokenGlass.objects.filter(pk__in=[row.pk for row in rows]) if str(user_id) in each.reviews
    }
    return [row for row in rows if row.pk not in done]


def incident(glass_id: uuid.UUID, user_id: int) -> GlassIncident:
    """One opening, for its reviewers and who made it. `GlassIncident.DoesNotExist` for anybody else."""
    mine = Q(reviewers__contains=[user_id]) | Q(user_id=user_id)
    return GlassIncident.objects.filter(mine).get(pk=glass_id)


def openings_without_reviewers() -> int:
    """How many openings wait for somebody who can review them: fewer than two have or can."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT hawl_openings_without_reviewers()")
        return int(cursor.fetchone()[0])


def account_of(glass_id: uuid.UUID) -> str:
    """What the worker wrote, for those to whom it is open; empty for others."""
    row = GlassAccount.objects.filter(glass_id=glass_id).first()
    return str(row.account or "") if row else ""


def opened_now(actor: Actor) -> list[tuple[Person, datetime]]:
    """People whose records stand open to the actor in an emergency, with when that ends."""
    until: dict[uuid.UUID, datetime] = {}
    for each in BrokenGlass.objects.filter(user_id=actor.user_id or 0, until__gt=now()):
        for subject in each.subjects:
            until[subject] = max(each.until, until.get(subject, each.until))
    return [(person, until[person.pk]) for person in Person.objects.filter(pk__in=list(until))]


def glass_figures() -> dict[str, int]:
    """How many openings there were in a year, how many wait for review, were late, or not upheld. Numbers alone."""
    rows = list(GlassIncident.objects.filter(broken_at__gt=now() - timedelta(days=365)))
    return {
        "openings": len(rows),
        "waiting": sum(row.reviewed_at is None for row in rows),
        "overdue": sum(row.reviewed_at is None and row.review_due < today() for row in rows),
        "not_upheld": sum(row.upheld is False for row in rows),
    }


def waiting_in_numbers() -> tuple[int, int]:
    """How many sealed records nobody can open, and how many raised in danger wait a day for a second person."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nobody, unconfirmed FROM hawl_protection_counts()")
        nobody, unconfirmed_ones = cursor.fetchone()
    return int(nobody), int(unconfirmed_ones)


def unconfirmed(since: datetime) -> Sequence[Proposal]:
    """Records raised in danger before `since` that no second person has confirmed, as far as visible."""
    return list(Proposal.objects.filter(emergency=True, confirmed_at=None, closed_at=None, proposed_at__lt=since))
