"""Who sees a row, and who an account is, are moved by functions that ask who is there: never by writing a row again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from hawl.foundations.access import rescoping
from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.models import ScopedModel
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.database.roles import role_name
from hawl.foundations.identity.actions import put_account
from hawl.foundations.identity.models import User
from hawl.registers.cases import actions as cases
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import (
    DESK,
    HUB,
    OTHER_PROVIDER,
    account,
    make_case,
    make_contact,
    make_person,
    organisation_id,
)
from hawl.registers.people.models import Contact, Person

_MACHINE = Actor("system:tests", machine=True)


@dataclass(frozen=True, slots=True)
class Laid:
    """A restricted person of the desk whom a colleague of the hub is denied, and one case."""

    person: UUID
    case: UUID
    lead: User
    colleague: User
    hub: User


@pytest.fixture
def laid(new_database: Callable[[], str]) -> Laid:
    new_database()
    lead, colleague = account(Role.SPECIALIST_LEAD, DESK), account(Role.VICTIM_CARE_OFFICER, DESK)
    hub = account(Role.HUB_WORKER, HUB)
    with acting_as(_MACHINE):
        person = make_person(desk=organisation_id(DESK))
        make_contact(person)
        case = make_case(desk=organisation_id(DESK), person=person)
        rescoping.deny(person_id=person.pk, user_id=hub.pk)
        rescoping.restrict(person_id=person.pk, named_users=[lead.pk])
    return Laid(person.pk, case.pk, lead, colleague, hub)


@contextmanager
def at_work(user: User) -> Iterator[Actor]:
    """On the staff site, in the name of the account as it is now."""
    with as_process("staff"), acting_as(User.objects.get(pk=user.pk).actor()) as actor:
        yield actor


def sql(statement: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []


def changed_by(process: str, table: str) -> set[str]:
    """Columns that a process may write again."""
    found = sql(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND has_column_privilege(%s, attrelid, attnum, 'UPDATE')",
        table,
        role_name(process),
    )
    return {str(name) for (name,) in found}


SCOPED = sorted(
    (model for model in apps.get_models() if issubclass(model, ScopedModel)), key=lambda model: model._meta.db_table
)
SCOPE = {"visible_to", "named_users", "denied_users", "denied_organisations"}


@pytest.mark.django_db
@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model._meta.db_table)
def test_no_column_of_scope_is_written_again_by_the_staff_site(model: type[ScopedModel]) -> None:
    table = model._meta.db_table
    decide = {*SCOPE, model.subject_column, "visibility", "desk_id"}
    assert not changed_by("staff", table) & decide
    assert not changed_by("public", table)
    if "staff" in model.writers:
        assert changed_by("staff", table), "what it may write, it may"


@pytest.mark.parametrize(
    "values",
    [
        {"denied_users": None},
        {"denied_organisations": None},
        {"visible_to": [1, 2, 3]},
        {"named_users": [1, 2, 3]},
        {"visibility": "open"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_one_person_goes_round_two_by_no_update(laid: Laid, values: dict[str, Any]) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), at_work(laid.colleague):
        Person.objects.filter(pk=laid.person).update(**values)
    with at_work(laid.colleague):
        person = Person.objects.get(pk=laid.person)
    for name, value in values.items():
        setattr(person, name, value)
    with pytest.raises(ProgrammingError, match="permission denied"), at_work(laid.colleague):
        person.save(update_fields=list(values))
    with as_process("jobs"), acting_as(_MACHINE):
        person = Person.objects.get(pk=laid.person)
        assert (person.visibility, person.named_users, person.denied_users) == (
            "restricted",
            [laid.lead.pk],
            [laid.hub.pk],
        )
        assert person.visible_to == [organisation_id(DESK)]


def test_no_case_is_taken_to_another_person_or_desk(laid: Laid) -> None:
    for column, value in (("desk_id", organisation_id(HUB)), ("person_id", laid.person)):
        with pytest.raises(ProgrammingError, match="permission denied"), at_work(laid.colleague):
            sql(f"UPDATE cases_case SET {column} = %s WHERE id = %s", value, laid.case)


def test_a_row_that_is_saved_whole_keeps_who_sees_it(laid: Laid) -> None:
    with at_work(laid.lead):
        contact = Contact.objects.get(person_id=laid.person)
        contact.ring, contact.visible_to = "unsafe", [organisation_id(DESK), organisation_id(HUB)]
        contact.save()
    with as_process("jobs"), acting_as(_MACHINE):
        contact = Contact.objects.get(person_id=laid.person)
        assert (contact.ring, contact.visible_to) == ("unsafe", [organisation_id(DESK)])
        # A machine's word is whole.
        contact.visible_to = [organisation_id(DESK), organisation_id(HUB)]
        contact.save()
        assert organisation_id(HUB) in Contact.objects.get(person_id=laid.person).visible_to


def opened(case: UUID, key: str) -> bool:
    with as_process("jobs"), acting_as(_MACHINE):
        return organisation_id(key) in Case.objects.get(pk=case).visible_to


def test_the_desk_of_a_case_refers_it_on(laid: Laid) -> None:
    with at_work(laid.colleague) as actor:
        case = Case.objects.get(pk=laid.case)
        cases.open_to(by=actor, case=case, organisation_id=organisation_id(HUB), on=case.reported_on)
    assert opened(laid.case, HUB)
    with as_process("jobs"), acting_as(_MACHINE):
        assert organisation_id(HUB) in Person.objects.get(pk=laid.person).visible_to
        assert organisation_id(HUB) in Contact.objects.get(person_id=laid.person).visible_to


def test_no_other_body_refers_it_on_even_where_it_sees_it(laid: Laid) -> None:
    other = account(Role.HUB_WORKER, HUB)
    with at_work(laid.colleague):
        sql("SELECT hawl_open_to(%s, %s)", laid.case, organisation_id(HUB))
    with at_work(other):
        assert Case.objects.filter(pk=laid.case).exists()
    for who in (other, laid.hub):
        with pytest.raises(ProgrammingError, match="no such case"), at_work(who):
            sql("SELECT hawl_open_to(%s, %s)", laid.case, organisation_id(OTHER_PROVIDER))
    assert not opened(laid.case, OTHER_PROVIDER)


def test_nobody_refers_on_what_a_broken_glass_opened_or_what_is_sealed(laid: Laid) -> None:
    # An account of the desk that a wall of the case's own keeps out; the glass opens it, and decides nothing.
    with as_process("owner"):
        sql("UPDATE cases_case SET visible_to = ARRAY[%s]", organisation_id(OTHER_PROVIDER))
        sql(
            "INSERT INTO access_brokenglass (id, user_id, organisation_id, subjects, reason, broken_at, until,"
            " reviewers, reviews)"
            " VALUES (gen_random_uuid(), %s, %s, %s::uuid[], 'r', now(), now() + interval '1 hour', '{}', '{}')",
            laid.colleague.pk,
            organisation_id(DESK),
            [str(laid.person), str(laid.case)],
        )
    with at_work(laid.colleague):
        assert Case.objects.filter(pk=laid.case).exists()
    with pytest.raises(ProgrammingError, match="no such case"), at_work(laid.colleague):
        sql("SELECT hawl_open_to(%s, %s)", laid.case, organisation_id(HUB))
    with as_process("owner"):
        sql("UPDATE cases_case SET visible_to = ARRAY[%s]", organisation_id(DESK))
        sql("UPDATE people_person SET visible_to = '{}', visibility = 'sealed', named_users = %s", [laid.colleague.pk])
    with pytest.raises(ProgrammingError, match="no such case"), at_work(laid.colleague):
        sql("SELECT hawl_open_to(%s, %s)", laid.case, organisation_id(HUB))
    assert not opened(laid.case, HUB)


@pytest.mark.parametrize(
    ("route", "agreement", "passes"),
    [
        ("automatic", "not_asked", True), ("automatic", "no", False), ("consent_first", "yes", True),
        ("consent_first", "not_asked", False), ("consent_first", "yes_unconfirmed", False),
        ("specialist_hold", "yes", False), ("declined", "yes", False), ("out_of_scope", "yes", False),
    ],
)  # fmt: skip
def test_no_statement_refers_on_what_the_gate_holds(laid: Laid, route: str, agreement: str, passes: bool) -> None:
    with as_process("owner"):
        sql("UPDATE cases_case SET route = %s, agreement = %s", route, agreement)
    said = nullcontext() if passes else pytest.raises(ProgrammingError, match="may be referred on")
    with said, at_work(laid.colleague):
        sql("SELECT hawl_open_to(%s, %s)", laid.case, organisation_id(HUB))
    assert opened(laid.case, HUB) is passes


def test_nobody_refers_on_to_the_police_or_to_a_body_that_is_none(laid: Laid) -> None:
    police = sql("SELECT organisation_id FROM access_body WHERE police LIMIT 1")[0][0]
    for body in (police, 987_654):
        with pytest.raises(ProgrammingError, match="no such body"), at_work(laid.colleague):
            sql("SELECT hawl_open_to(%s, %s)", laid.case, body)


_ENTRY = (
    "INSERT INTO audit_auditentry (id, at, actor, action, audit_class, object_kind, object_id, request_id, rule,"
    " purpose, detail, txid) VALUES (gen_random_uuid(), now() - interval '14 min', %s, 'person.read', 'read', 'person',"
    " 'planted', '', '', '', '{}', 3)"
)


@pytest.mark.parametrize("label", ["another", "system:jobs", "operator:command-line", "anyone", "system:sessions", ""])
def test_who_is_signed_in_writes_to_the_audit_in_their_own_name_alone(laid: Laid, label: str) -> None:
    written = f"user:{laid.lead.pk}" if label == "another" else label
    with pytest.raises(IntegrityError, match="in the name of another"), at_work(laid.colleague):
        sql(_ENTRY, written)


@pytest.mark.parametrize("label", ["another", "system:jobs", "feed:gwent-police", "user:"])
def test_where_nobody_is_signed_in_nobody_writes_in_the_name_of_an_account_or_machine(laid: Laid, label: str) -> None:
    written = f"user:{laid.lead.pk}" if label == "another" else label
    with as_process("staff"), pytest.raises(IntegrityError, match="in the name of another"), transaction.atomic():
        sql(_ENTRY, written)
    with as_process("staff"):
        sql(_ENTRY, "anyone")


def test_when_and_in_which_transaction_an_entry_was_written_the_database_says(laid: Laid) -> None:
    before = timezone.now()
    with at_work(laid.colleague):
        sql(_ENTRY, f"user:{laid.colleague.pk}")
        now_running = sql("SELECT pg_current_xact_id()::text::bigint")[0][0]
    with as_process("jobs"):
        sql(_ENTRY, "system:jobs")
        found = sql("SELECT actor, at, txid FROM audit_auditentry WHERE object_id = 'planted' ORDER BY txid")
    (_, at, txid), (machine, _, of_machine) = found
    assert before <= at <= timezone.now()
    assert txid == now_running
    assert machine == "system:jobs"
    assert of_machine > txid


def test_of_an_account_the_staff_site_writes_what_signing_in_writes(laid: Laid) -> None:
    assert changed_by("staff", "identity_user") == {"password", "last_login", "factor_reset_from"}
    rights = "SELECT verb FROM unnest(%s::text[]) AS verb WHERE has_table_privilege(%s, 'identity_user', verb)"
    verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"]
    assert sql(rights, verbs, role_name("staff")) == [("SELECT",)]


@pytest.mark.parametrize(
    "change",
    [
        "roles = '{specialist_lead}'", "organisation_id = 1", "employer_id = NULL", "vetting_until = '2099-01-01'",
        "training_until = '2099-01-01'", "is_active = true", "email = 'x@example.org'", "display_name = 'Another'",
    ],
)  # fmt: skip
def test_nobody_gives_an_account_anything_by_sql(laid: Laid, change: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), at_work(laid.hub):
        sql(f"UPDATE identity_user SET {change} WHERE id = %s", laid.hub.pk)
    with as_process("staff"), pytest.raises(ProgrammingError, match="permission denied"):
        sql(f"UPDATE identity_user SET {change}")


def test_nobody_makes_or_takes_away_an_account_on_the_staff_site(laid: Laid) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), at_work(laid.lead) as actor:
        put_account(
            by=actor, email="new@example.org", display_name="New", roles=frozenset({Role.STEWARD}), password="x",
            organisation_id=organisation_id(DESK), vetting_until=None, training_until=None, approved_by=laid.lead.email,
        )  # fmt: skip
    with pytest.raises(ProgrammingError, match="permission denied"), at_work(laid.lead):
        sql("DELETE FROM identity_user WHERE id = %s", laid.hub.pk)
