"""No act without an entry, no page that shows somebody without one, no refusal forgotten: walked, not listed."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, get_resolver, reverse

import hawl
from hawl.entrances.staff_site.tests.test_doors import STAFF, views_of
from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit import actions as audit
from hawl.registers.cases.tests.makers import DESK, HUB, account, make_case, make_contact, make_person, organisation_id

# Public functions of an `actions.py` that need leave no entry, each with the reason.
NOT_TOLD = {
    "hawl.foundations.journal.actions.note": "notes an act that the room of the act records in the same transaction",
    "hawl.foundations.journal.actions.note_many": "the same for many people at once",
}
AUDIT = {audit.record, audit.refuse, audit.record_list}
GIVEN, FAMILY = "Zzgwenllian", "Zzcanary"


# Acts


def action_modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(hawl.__path__, "hawl."):
        parts = found.name.split(".")
        if "actions" in parts and "tests" not in parts:
            yield importlib.import_module(found.name)


def public_functions(module: ModuleType) -> Iterator[FunctionType]:
    for name, each in vars(module).items():
        plain = inspect.unwrap(each) if callable(each) else None
        if isinstance(plain, FunctionType) and plain.__module__ == module.__name__ and not name.startswith("_"):
            yield plain


def leaves_an_entry(function: FunctionType) -> bool:
    """Does it, or anything of ours that it uses, write to the audit."""
    waiting, seen = [function], set()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        for used in used_by(one):
            if used in AUDIT:
                return True
            waiting.append(used)
    return False


def used_by(function: FunctionType) -> Iterator[FunctionType]:
    names = set(function.__code__.co_names)
    for const in function.__code__.co_consts:  # functions within it
        names |= set(getattr(const, "co_names", ()))
    for name in names:
        found = function.__globals__.get(name)
        candidates = [getattr(found, each, None) for each in names] if isinstance(found, ModuleType) else [found]
        for each in candidates:
            plain = inspect.unwrap(each) if callable(each) else None
            if isinstance(plain, FunctionType) and plain.__module__.startswith("hawl."):
                yield plain


def untold(modules: Iterator[ModuleType]) -> list[str]:
    return [
        f"{function.__module__}.{function.__name__}"
        for module in modules
        if module is not audit
        for function in public_functions(module)
        if f"{function.__module__}.{function.__name__}" not in NOT_TOLD and not leaves_an_entry(function)
    ]


def test_every_act_of_every_room_leaves_an_entry() -> None:
    modules = list(action_modules())
    assert len(modules) > 10
    assert untold(iter(modules)) == []


def test_an_act_that_leaves_none_would_be_found() -> None:
    def silent(*, by: Actor) -> None:
        with acting_as(by):
            uuid4()

    module = ModuleType("hawl.silent.actions")
    silent.__module__ = module.__name__
    module.silent = silent  # type: ignore[attr-defined]
    assert untold(iter([module])) == ["hawl.silent.actions.silent"]


# Pages


@pytest.fixture
def somebody() -> dict[str, UUID]:
    """Somebody with a name that no page shows by chance, their case and a number, in sight of desk and hub."""
    officer = account(Role.VICTIM_CARE_OFFICER, DESK)
    with acting_as(officer.actor()):
        seen_by = [organisation_id(DESK), organisation_id(HUB)]
        person = make_person(desk=seen_by[0], given=GIVEN, family=FAMILY, visible_to=seen_by)
        case = make_case(desk=seen_by[0], person=person)
        contact = make_contact(person)
    return {"person_id": person.pk, "case_id": case.pk, "contact_id": contact.pk}


def addresses(known: dict[str, UUID]) -> Iterator[str]:
    """Every address of the staff site whose parts are ids of that person, of their case or of their number."""
    for _, pattern in views_of(get_resolver(STAFF).url_patterns):
        wanted = set(pattern.pattern.regex.groupindex) if pattern.name else None
        if wanted is not None and wanted <= set(known):
            try:
                yield reverse(pattern.name, kwargs={name: known[name] for name in wanted})
            except NoReverseMatch:
                continue


def shown_untold(client: Client, known: dict[str, UUID]) -> tuple[list[str], list[str]]:
    """Addresses that showed the person and left no entry about them, and all that showed them."""
    missing, shown = [], []
    for address in addresses(known):
        with CaptureQueriesContext(connection) as taken:
            answer = client.get(address)
        if answer.streaming or (GIVEN not in answer.content.decode() and FAMILY not in answer.content.decode()):
            continue
        shown.append(address)
        entries = [each["sql"] for each in taken if 'INSERT INTO "audit_auditentry"' in each["sql"]]
        if not any(number.hex in entry.replace("-", "") for entry in entries for number in known.values()):
            missing.append(address)
    return missing, shown


@pytest.mark.django_db
@pytest.mark.process("staff")
@pytest.mark.parametrize(
    ("role", "body"), [(Role.VICTIM_CARE_OFFICER, DESK), (Role.SPECIALIST_LEAD, DESK), (Role.HUB_WORKER, HUB)]
)
def test_no_page_shows_somebody_without_an_entry_that_names_their_id(
    somebody: dict[str, UUID], client: Client, role: Role, body: str
) -> None:
    client.force_login(account(role, body))
    missing, shown = shown_untold(client, somebody)
    assert missing == []
    assert {reverse("cases"), reverse("person", args=[somebody["person_id"]])} <= set(shown)


@pytest.mark.django_db
@pytest.mark.process("staff")
def test_a_page_that_leaves_none_would_be_found(
    somebody: dict[str, UUID], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hawl.work.hub.views.record_list", lambda **_: None)
    client.force_login(account(Role.VICTIM_CARE_OFFICER, DESK))
    assert reverse("cases") in shown_untold(client, somebody)[0]


# Refusals


def refusals(client: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as taken:
        assert client.get(address).status_code == 404
    return [each["sql"] for each in taken if 'INSERT INTO "audit_auditentry"' in each["sql"]]


@pytest.mark.django_db
@pytest.mark.process("staff")
def test_a_hidden_persons_page_and_one_of_nobody_leave_the_same_refusal(
    somebody: dict[str, UUID], client: Client
) -> None:
    with acting_as(account(Role.HUB_WORKER, HUB).actor()):
        hidden = make_person(desk=organisation_id(HUB)).pk
    client.force_login(account(Role.VICTIM_CARE_OFFICER, DESK))
    told = []
    for number in (hidden, uuid4()):
        entries = refusals(client, reverse("person", args=[number]))
        assert len(entries) == 1
        assert "page.refused" in entries[0]
        assert str(number) in entries[0]
        told.append(len(entries[0]))
    assert abs(told[0] - told[1]) <= 2  # but for ids and the moment they are alike


@pytest.mark.django_db
@pytest.mark.process("staff")
def test_a_door_that_stays_shut_is_a_refusal_and_a_slip_of_the_hand_is_none(client: Client) -> None:
    client.force_login(account(Role.BOARD, HUB))
    assert ["page.refused" in each for each in refusals(client, reverse("cases"))] == [True]
    assert refusals(client, "/no-such-page/") == []
    client.logout()
    with CaptureQueriesContext(connection) as taken:
        client.get(reverse("cases"))
    assert not [each for each in taken if "page.refused" in each["sql"]]


@pytest.mark.django_db
@pytest.mark.process("staff")
def test_a_refusal_within_a_page_that_fails_is_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any, **__: Any) -> HttpResponse:
        audit.refuse(action="case.refused", rule="walled")
        raise RuntimeError

    monkeypatch.setattr("hawl.work.hub.views.cases_asked", failing)
    client.force_login(account(Role.VICTIM_CARE_OFFICER, DESK))
    client.raise_request_exception = False
    with CaptureQueriesContext(connection) as taken:
        assert client.get(reverse("cases")).status_code == 500
    statements = [each["sql"] for each in taken]
    kept = next(number for number, sql in enumerate(statements) if "case.refused" in sql)
    assert any("ROLLBACK" in sql for sql in statements[:kept])
