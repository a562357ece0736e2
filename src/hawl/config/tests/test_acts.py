"""Whoever does what the policy calls grave has just given their second factor: every address of the staff site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, path

from hawl.config.acts import ACTS
from hawl.config.tests.walking import STAFF
from hawl.foundations.access.actor import Actor, Role, Standing
from hawl.foundations.access.policy import Action, Purpose, Resource, decide
from hawl.foundations.clock import now
from hawl.foundations.identity.stepping_up import asks_for_fresh_sign_in, needs_fresh_sign_in

View = Callable[..., Any]
NOT_OURS = ("static", "favicon")


def views(patterns: list[Any]) -> Iterator[tuple[str, View]]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from views(each.url_patterns)
        elif isinstance(each, URLPattern):
            yield each.name or str(each.pattern), each.callback


def takes_forms(view: View) -> bool:
    """Whether a POST gets beyond the decorators that say which methods a view takes."""
    asked = RequestFactory().post("/")
    asked.user = None  # type: ignore[assignment]
    try:
        answer = view(asked)
    except Exception:
        return True  # It went on to ask for what this request does not have.
    return getattr(answer, "status_code", 0) != 405


def asked_for(action: Action) -> frozenset[str]:
    """What the policy asks for before this action on an open record, of one who may."""
    who = Actor(
        "user:1", user_id=1, organisations=frozenset({1}), roles=frozenset({Role.SPECIALIST_LEAD}),
        standing=Standing(active=True, vetting_until=date.max, training_until=date.max),
    )  # fmt: skip
    decision = decide(who, action, Resource(visible_to=frozenset({1}), renewed_by_acts=True), Purpose.SUPPORT, now())
    assert decision.allow, decision.rule
    return decision.obligations


def wrong(patterns: list[Any]) -> list[str]:
    """Addresses that take forms and have no line, or whose view lacks what the policy asks for."""
    found = []
    for name, view in views(patterns):
        if name.startswith(NOT_OURS) or not takes_forms(view):
            continue
        if name not in ACTS:
            found.append(f"{name}: no line in hawl.config.acts")
            continue
        action = ACTS[name]
        if action is not None and "step_up" in asked_for(action) and not asks_for_fresh_sign_in(view):
            found.append(f"{name}: {action} asks for a fresh sign-in")
    return found


@pytest.mark.django_db
@pytest.mark.process("staff")
def test_every_form_that_the_policy_calls_grave_asks_for_a_fresh_sign_in() -> None:
    patterns = get_resolver(STAFF).url_patterns
    assert wrong(patterns) == []
    names = {name for name, view in views(patterns) if takes_forms(view)}
    assert set(ACTS) - names == set(), "a line without an address"
    assert sum(action == Action.PROTECT for action in ACTS.values()) >= 9


def test_a_grave_form_without_it_and_a_form_without_a_line_are_found() -> None:
    """The positive control."""

    def bare(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    planted = [
        path("a/", bare, name="contact_answer"),
        path("b/", bare, name="new_and_forgotten"),
        path("c/", needs_fresh_sign_in(bare), name="contact_decide"),
    ]
    assert [each.split(":")[0] for each in wrong(planted)] == ["contact_answer", "new_and_forgotten"]
