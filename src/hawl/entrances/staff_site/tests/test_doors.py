"""Every page of the staff site says to whom it opens; what says nothing opens to nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse
from django.urls.resolvers import RegexPattern, RoutePattern

from hawl.entrances.staff_site.middleware import NamedActor
from hawl.entrances.staff_site.navigation import PAGES
from hawl.foundations.access.actor import Actor, Permission, Role, Standing, naming
from hawl.foundations.access.doors import ANYONE, SIGNED_IN, door_of, opens_to
from hawl.foundations.clock import today
from hawl.foundations.identity.models import User

STAFF = "hawl.config.urls_staff"
PUBLIC = "hawl.config.urls_public"
HEALTH = "hawl.config.health"
# Speak of no person and need no database.
OUTSIDE = {HEALTH, "hawl.config.policy_reports"}
# Signing in; its second step asks the first of who comes without.
SECOND_STEP = {"sign_in_code", "sign_in_set_up", "provider_begin", "provider_back"}
OPEN_TO_ANYONE = {"sign_in", *SECOND_STEP}


def views_of(patterns: list[URLPattern | URLResolver], above: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Each address pattern with its route, through all that is mounted."""
    for each in patterns:
        route = above + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from views_of(each.url_patterns, route)
        else:
            yield route, each


def without_door(patterns: list[URLPattern | URLResolver]) -> list[str]:
    """Addresses whose view nobody marked. Health speaks of no person and answers without a database."""
    known = {*Permission, SIGNED_IN, ANYONE}
    return [
        route
        for route, pattern in views_of(patterns)
        if pattern.callback.__module__ not in OUTSIDE and door_of(pattern.callback) not in known
    ]


def unmarked(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


def request_of(user: Any) -> HttpRequest:
    request = RequestFactory().get("/somewhere/")
    request.user = user
    return request


IN_STANDING = Standing(active=True, vetting_until=today(), training_until=today())


def door_held(view: Callable[..., Any], *roles: Role, standing: Standing = IN_STANDING) -> HttpResponse | None:
    """What the door answers to one who is signed in with these roles; None where it opens."""
    actor = Actor(label="user:1", user_id=1, roles=frozenset(roles), standing=standing)
    with naming(actor):
        return DOORKEEPER.process_view(request_of(User(pk=1)), view, (), {})


NOBODY = SimpleNamespace(is_authenticated=False)
DOORKEEPER = NamedActor(lambda request: HttpResponse())


def test_every_staff_page_names_its_door() -> None:
    assert without_door(get_resolver(STAFF).url_patterns) == []


def test_a_page_without_a_door_would_be_found() -> None:
    assert without_door([path("forgotten/", unmarked)]) == ["forgotten/"]
    assert without_door([path("wrong/", opens_to("everybody")(lambda request: HttpResponse()))]) == ["wrong/"]


def test_only_the_sign_in_page_opens_to_anyone() -> None:
    found = {p.name for _, p in views_of(get_resolver(STAFF).url_patterns) if door_of(p.callback) == ANYONE}
    assert found == OPEN_TO_ANYONE


def test_nothing_but_health_lies_where_the_doorkeeper_does_not_look() -> None:
    modules = {
        pattern.callback.__module__
        for route, pattern in views_of(get_resolver(STAFF).url_patterns)
        if route.lstrip("^").startswith(("health", "reports"))
    }
    assert modules == OUTSIDE


def test_a_link_in_the_navigation_promises_what_its_door_keeps() -> None:
    doors = {pattern.name: door_of(pattern.callback) for _, pattern in views_of(get_resolver(STAFF).url_patterns)}
    assert {page.address: doors.get(page.address) for page in PAGES} == {
        page.address: page.permission for page in PAGES
    }


def test_an_unmarked_page_is_not_found_by_whoever_is_signed_in() -> None:
    with pytest.raises(Http404):
        door_held(unmarked, *Role)


@pytest.mark.parametrize("view", [unmarked, opens_to(SIGNED_IN)(lambda request: HttpResponse())])
def test_who_is_not_signed_in_is_sent_to_sign_in(view: Callable[..., Any]) -> None:
    answer = DOORKEEPER.process_view(request_of(NOBODY), view, (), {})
    assert answer is not None
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


def test_a_door_opens_to_its_permission_and_is_not_there_for_others() -> None:
    view = opens_to(Permission.SEE_PEOPLE)(lambda request: HttpResponse())
    assert door_held(view, Role.HUB_WORKER) is None
    for role in (Role.ANALYST, Role.BOARD, Role.COMMISSIONING_MANAGER, Role.STEWARD):
        with pytest.raises(Http404):
            door_held(view, role)


@pytest.mark.django_db
@pytest.mark.process("staff")
@pytest.mark.parametrize("lapse", ["vetting_until", "training_until"])
def test_who_lapsed_yesterday_is_told_so_at_the_doors_to_people_alone(lapse: str) -> None:
    standing = replace(IN_STANDING, **{lapse: today() - timedelta(days=1)})
    to_people, to_figures = (
        opens_to(door)(lambda request: HttpResponse()) for door in (Permission.SEE_PEOPLE, Permission.SEE_FIGURES)
    )
    answer = door_held(to_people, Role.HUB_WORKER, standing=standing)
    assert answer is not None
    assert answer.status_code == 403
    assert door_held(to_figures, Role.HUB_WORKER, standing=standing) is None


def _plain(pattern: URLPattern | URLResolver) -> bool:
    return isinstance(pattern.pattern, RoutePattern | RegexPattern) and not pattern.pattern.converters


@pytest.mark.django_db
@pytest.mark.process("staff")
@pytest.mark.parametrize("language", ["", "/cy"])
def test_no_staff_page_answers_a_passer_by(client: Client, language: str) -> None:
    asked = 0
    for _, pattern in views_of(get_resolver(STAFF).url_patterns):
        if pattern.callback.__module__ in OUTSIDE or not pattern.name or not _plain(pattern):
            continue
        answer = client.get(language + reverse(pattern.name))
        asked += 1
        if pattern.name in OPEN_TO_ANYONE - SECOND_STEP:
            assert answer.status_code == 200
        else:
            assert (pattern.name, answer.status_code) == (pattern.name, 302)
            assert "/sign-in/" in answer["Location"]
    assert asked > 1


def test_the_public_site_mounts_public_views_only() -> None:
    """A view made for staff trusts that somebody is signed in; none may stand on the public site."""
    modules = {pattern.callback.__module__ for _, pattern in views_of(get_resolver(PUBLIC).url_patterns)}
    strangers = {
        module
        for module in modules
        if module not in OUTSIDE
        and not module.startswith("hawl.entrances.public_site")
        and module.split(".")[-1] != "public"
    }
    assert strangers == set()


def test_no_address_is_on_both_sites_but_health() -> None:
    staff = {pattern.callback for _, pattern in views_of(get_resolver(STAFF).url_patterns)}
    public = {pattern.callback for _, pattern in views_of(get_resolver(PUBLIC).url_patterns)}
    assert {view.__module__ for view in staff & public} <= OUTSIDE
