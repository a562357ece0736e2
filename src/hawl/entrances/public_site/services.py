"""The directory of services as a page shows it, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from hawl.foundations.languages.texts import Text, in_language
from hawl.registers.organisations import queries as organisations
from hawl.registers.services import queries
from hawl.registers.services.queries import DirectoryService

ANYONE = "any-crime"


@dataclass(frozen=True, slots=True)
class ServiceShown:
    """One service; ``phones`` to ring, ``texts`` to send a message to. Numbers only where a source gives one."""

    key: str
    name: Text
    run_by: tuple[Text, ...]
    about: Text
    how: Text
    whom: tuple[str, ...]
    phones: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Services under the need that they serve first."""

    title: Text
    services: tuple[ServiceShown, ...]


def directory() -> list[Group]:
    """Give the services that can be asked for today, those for anyone first; each stands once."""
    area = Path(settings.HAWL_AREA).name
    found = queries.live_services(area)
    needs = {need.key: in_language(need) for need in queries.needs(area)}
    names = organisations.names_of({body for service in found for body in service.providers})
    bodies = {key: in_language(name) for key, name in names.items()}
    return _grouped(found, needs, bodies)


def _grouped(found: Iterable[DirectoryService], needs: Mapping[str, Text], bodies: Mapping[str, Text]) -> list[Group]:
    groups: dict[str, list[ServiceShown]] = {ANYONE: []}
    for service in found:
        first = ANYONE if ANYONE in service.whom.needs else next(iter(service.whom.needs), ANYONE)
        groups.setdefault(first, []).append(_shown(service, needs, bodies))
    other = Text(_("Other services"), "en")
    return [Group(needs.get(need, other), tuple(services)) for need, services in groups.items() if services]


def _shown(service: DirectoryService, needs: Mapping[str, Text], bodies: Mapping[str, Text]) -> ServiceShown:
    name = in_language(service.name)
    run_by = tuple(bodies[body] for body in service.providers if body in bodies and bodies[body] != name)
    return ServiceShown(
        key=service.key,
        name=name,
        run_by=run_by,
        about=in_language(service.about),
        how=in_language(service.how),
        whom=_whom(service, [needs[key] for key in service.whom.needs if key in needs]),
        phones=tuple(way.phone for way in service.reach if way.way == "phone" and way.phone),
        texts=tuple(way.phone for way in service.reach if way.way == "text" and way.phone),
    )


def _whom(service: DirectoryService, needs: Sequence[Text]) -> tuple[str, ...]:
    whom = service.whom
    lines = [", ".join(needs)] if needs else []
    if whom.age_from is not None and whom.age_to is not None:
        lines.append(_("Aged %(youngest)s to %(oldest)s") % {"youngest": whom.age_from, "oldest": whom.age_to})
    elif whom.age_from is not None:
        lines.append(_("Aged %(youngest)s or over") % {"youngest": whom.age_from})
    elif whom.age_to is not None:
        lines.append(_("Aged %(oldest)s or under") % {"oldest": whom.age_to})
    if whom.reported == "reported_only":
        lines.append(_("Only if the police know of it"))
    return tuple(lines)
