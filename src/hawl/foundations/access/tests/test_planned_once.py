"""A statement that is planned once answers each who asks with what they may see, and no more."""

from __future__ import annotations

import random
from collections.abc import Collection
from uuid import UUID

import pytest
from django.db import connection

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.preparing import planned_once
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.plans import keep_every_plan, kept_plans
from hawl.foundations.database.connection import PROCESSES, asking
from hawl.registers.cases.tests.makers import DESK, make_person, organisation_id, three_people

pytestmark = pytest.mark.django_db
# Without the scope of the managers: row security alone answers.
_NAMED = "SELECT id FROM people_person WHERE id = ANY(%s::uuid[])"


def seen_by(actor: Actor, people: list[UUID]) -> set[UUID]:
    with acting_as(actor), planned_once(), connection.cursor() as cursor:
        cursor.execute(_NAMED, [people])
        return {row[0] for row in cursor.fetchall()}


def prepared() -> Collection[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return {row[0] for row in cursor.fetchall()}


def test_pages_send_values_beside_their_statements_and_jobs_do_not() -> None:
    assert {process for process in PROCESSES if asking(process)} == {"staff", "public", "partner"}


@pytest.mark.process("staff")
def test_who_asks_is_heeded_by_a_plan_that_is_kept() -> None:
    who = three_people()
    with acting_as(who.officer.actor()):
        people = [make_person(desk=organisation_id(DESK)).pk for _ in range(3)]
    actors = {"officer": who.officer.actor(), "hub": who.hub_worker.actor(), "stranger": who.stranger.actor()}
    keep_every_plan()
    assert seen_by(actors["officer"], people) == set(people)
    assert kept_plans(_NAMED.replace("%s", "$1")), "no plan was kept: the test shows nothing"
    draw = random.Random(7)
    for _ in range(60):
        name = draw.choice(sorted(actors))
        asked = draw.sample(people, draw.randint(1, 3))
        assert seen_by(actors[name], asked) == (set(asked) if name == "officer" else set()), name


@pytest.mark.process("staff")
def test_only_what_is_asked_within_is_prepared() -> None:
    with planned_once(), connection.cursor() as cursor:
        cursor.execute("SELECT %s::int + 1", [1])
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::int + 2", [1])
    held = prepared()
    assert "SELECT $1::int + 1" in held
    assert "SELECT $1::int + 2" not in held
    with pytest.raises(ZeroDivisionError), planned_once():
        raise ZeroDivisionError
    assert connection.connection.prepare_threshold is None


def test_a_job_prepares_nothing() -> None:
    with planned_once(), connection.cursor() as cursor:
        cursor.execute("SELECT %s::int + 3", [1])
    assert not any("+ 3" in each for each in prepared())
