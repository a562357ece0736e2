"""The services and bodies of the area, with their history, as staff see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from hawl.entrances.staff_site import wording
from hawl.foundations.access.actor import Permission
from hawl.foundations.access.doors import opens_to
from hawl.foundations.clock import today
from hawl.foundations.languages.texts import Text, in_language
from hawl.registers.dated.values import Dated, on
from hawl.registers.organisations import queries as organisations
from hawl.registers.organisations.entries import (
    BodyEntry,
    DataRoleEntry,
    MembershipEntry,
    OrganisationEntries,
    PostEntry,
)
from hawl.registers.services import queries as services
from hawl.registers.services.entries import ServiceEntry, WayEntry


@dataclass(frozen=True, slots=True)
class Line:
    """One fact with when it held; `unsure` where the area has still to confirm it."""

    words: str
    when: str = ""
    note: str = ""
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class ServiceShown:
    """A service as it is today, and what became of it."""

    key: str
    name: Text
    standing: str | Promise
    colour: str
    about: Text
    how: Text
    run_by: tuple[str, ...]
    place: str | Promise
    whom: tuple[str, ...]
    ways: tuple[str, ...]
    history: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class BodyShown:
    """A body with its posts and the boards that it sits on, or who sits on it."""

    key: str
    name: Text
    when: str
    facts: tuple[Line, ...]


@require_safe
def service_directory(request: HttpRequest) -> HttpResponse:
    """Services that can be asked for today, and those of the past."""
    area, day = _area(), today()
    held = services.service_entries(area)
    bodies = _body_names(day)
    needs = {need.key: in_language(need) for need in held.needs}
    shown = [(one, _service(one, bodies, needs, day)) for one in sorted(held.services, key=lambda one: one.order)]
    groups: dict[str, list[ServiceShown]] = {"open": [], "unsure": [], "past": []}
    for one, found in shown:
        groups[_group(_standing(one, day))].append(found)
    return render(request, "staff_site/services.html", {"groups": groups})


@require_safe
def bodies(request: HttpRequest) -> HttpResponse:
    """Bodies by kind, with posts and boards."""
    day = today()
    held = organisations.organisation_entries(_area())
    names = _names_in(held, day)
    kinds: dict[str, list[BodyShown]] = {kind: [] for kind in wording.BODY_KINDS}
    for body in held.bodies:
        kinds.setdefault(body.kind, []).append(_body(body, held, names))
    groups = [(wording.BODY_KINDS.get(kind, kind), found) for kind, found in kinds.items() if found]
    return render(request, "staff_site/bodies.html", {"groups": groups})


for _view in (service_directory, bodies):
    opens_to(Permission.SEE_DIRECTORY)(_view)


def _area() -> str:
    return Path(settings.HAWL_AREA).name


def _body_names(day: date) -> dict[str, str]:
    return {key: in_language(name) for key, name in organisations.names_of(on_day=day).items()}


def _group(standing: str) -> str:
    if standing in services.OPEN_TO_THE_PUBLIC:
        return "open"
    return "unsure" if standing == "unconfirmed" else "past"


def _standing(one: ServiceEntry, day: date) -> str:
    held = on(one.statuses, day)
    # What ended keeps its end: after it no status holds.
    latest = max(one.statuses, key=lambda status: status.first, default=None)
    return held.status if held else latest.status if latest else "unconfirmed"


def _service(one: ServiceEntry, bodies: Mapping[str, str], needs: Mapping[str, Text], day: date) -> ServiceShown:
    standing = _standing(one, day)
    name = on(one.names, day) or max(one.names, key=lambda held: held.first)
    whom = [
        ", ".join(needs[key] for key in one.whom.needs if key in needs),
        ", ".join(str(wording.PEOPLE.get(key, key)) for key in one.whom.people),
        wording.ages(one.whom.age_from, one.whom.age_to),
        _("Only if the police know of it") if one.whom.reported == "reported_only" else "",
    ]
    return ServiceShown(
        key=one.key,
        name=in_language(name),
        standing=wording.STANDINGS.get(standing, standing),
        colour=wording.STANDING_COLOURS.get(standing, "grey"),
        about=in_language(one.about),
        how=in_language(one.how),
        run_by=tuple(bodies.get(each.body, each.body) for each in one.providers if each.held_on(day)),
        place=wording.PLACES.get(one.place.where, one.place.where),
        whom=tuple(line for line in whom if line),
        ways=tuple(_way(way, bodies) for way in one.reach),
        history=tuple(_history(one, bodies)),
    )


def _way(way: WayEntry, bodies: Mapping[str, str]) -> str:
    words = str(wording.WAYS.get(way.way, way.way))
    through = bodies.get(way.body, way.body) if way.body else ""
    return ": ".join(part for part in (words, way.phone or through) if part)


def _history(one: ServiceEntry, bodies: Mapping[str, str]) -> Iterable[Line]:
    """Names, who ran it and how it stood, by the day on which each began."""
    facts: list[tuple[Dated, str, str]] = [
        (name, _("Called %(name)s") % {"name": in_language(name)}, "") for name in one.names
    ]
    facts += [(held, _("Run by %(body)s") % {"body": bodies.get(held.body, held.body)}, "") for held in one.providers]
    facts += [
        (held, str(wording.STANDINGS.get(held.status, held.status)), in_language(held.note) if held.note else "")
        for held in one.statuses
    ]
    for fact, words, note in sorted(facts, key=lambda each: each[0].first):
        yield Line(words, wording.span(fact), note, fact.certainty == "unconfirmed")
    if one.listed_as is not None:
        seen = _("seen %(date)s") % {"date": wording.part_date(one.listed_as.seen)}
        yield Line(_("On the commissioner's list as %(name)s") % {"name": in_language(one.listed_as)}, seen)


def _names_in(held: OrganisationEntries, day: date) -> dict[str, Text]:
    """Names of bodies and posts on a day, or the latest where none held then."""
    found: dict[str, Text] = {}
    named: list[BodyEntry | PostEntry] = [*held.bodies, *held.posts]
    for one in named:
        name = on(one.names, day) or max(one.names, key=lambda each: each.first)
        found[one.key] = in_language(name)
    return found


def _body(body: BodyEntry, held: OrganisationEntries, names: Mapping[str, Text]) -> BodyShown:
    facts: list[Line] = []
    if body.parent:
        facts.append(Line(_("Part of %(body)s") % {"body": names.get(body.parent, body.parent)}))
    if body.expected_end:
        facts.append(Line(_("Expected to end in %(date)s") % {"date": wording.part_date(body.expected_end)}))
    if body.rhythm:
        facts.append(Line(_("Meets: %(rhythm)s") % {"rhythm": wording.RHYTHMS.get(body.rhythm, body.rhythm)}))
    if body.data_role:
        facts.append(_data_role(body.data_role, names))
    facts += [Line(_("Post: %(post)s") % {"post": names[post.key]}, wording.span(post))
              for post in held.posts if post.body == body.key]  # fmt: skip
    facts += [_membership(one, names, by=one.member) for one in held.memberships if one.board == body.key]
    facts += [_membership(one, names, by=one.board) for one in held.memberships if one.member == body.key]
    facts += [Line(_("Formerly %(name)s") % {"name": in_language(name)}, wording.span(name))
              for name in body.names if in_language(name) != names[body.key]]  # fmt: skip
    return BodyShown(body.key, names[body.key], wording.span(body), tuple(facts))


def _data_role(role: DataRoleEntry, names: Mapping[str, str]) -> Line:
    words = str(wording.DATA_ROLES.get(role.role, role.role))
    if role.of:
        words = _("%(role)s for %(body)s") % {"role": words, "body": names.get(role.of, role.of)}
    note = in_language(role.note) if role.note else ""
    return Line(_("Data protection: %(role)s") % {"role": words}, "", note, role.certainty == "unconfirmed")


def _membership(one: MembershipEntry, names: Mapping[str, str], *, by: str) -> Line:
    words = f"{names.get(by, by)}: {wording.MEMBERSHIPS.get(one.role, one.role)}"
    return Line(words, wording.span(one), "", one.certainty == "unconfirmed")
