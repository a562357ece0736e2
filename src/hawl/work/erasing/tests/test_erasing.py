"""Of whoever was erased nothing is found again in any table, whatever comes in later; everybody else is untouched."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from psycopg import sql
from psycopg.types.json import Jsonb

from hawl.config.access_matrix.laying import _LEFT_OUT, _value
from hawl.config.backups.server import server
from hawl.foundations.access.actor import Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.audit.models import AuditEntry
from hawl.foundations.clock import now, today
from hawl.foundations.fields.reading import register
from hawl.foundations.identity.actions import begin_session, end_account
from hawl.foundations.identity.models import StaffSession, User
from hawl.foundations.journal.models import JournalEntry
from hawl.foundations.vault.models import DataKey
from hawl.registers.agreements.models import CameWithoutPolice
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.cases.tests.makers import DESK, HUB, account, organisation_id
from hawl.registers.people.models import ContactPlan, Person
from hawl.work.erasing import commands
from hawl.work.erasing.actions import (
    CannotErase,
    NotPermitted,
    NotWaiting,
    ask_erasure,
    decide_erasure,
    erase_person,
)
from hawl.work.erasing.models import ErasedCount, Erasure
from hawl.work.erasing.plan import NoRule, steps
from hawl.work.erasing.queries import agreed_erasure
from hawl.work.erasing.tests.agreeing import agreed, say
from hawl.work.intake.models import ErasedMessage, FeedMessage
from hawl.work.intake.tests.importing import EVERYBODY, case_of, take_in
from hawl.work.intake.tests.test_importing_versions import version

pytestmark = [pytest.mark.slow]
HERS, OTHER = "R-erased", "R-other"
# What is kept beside her: who did what to which id, and the decisions that a restore puts back.
PROOF = ("audit_auditentry", "journal_journalentry")
LONGEST_CODE = 12
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T")


def row(record: str, number: str, n: int = 1, **changes: Any) -> dict[str, Any]:
    told = {
        "record_id": record, "person__ref": f"P-{record}", "person__family_name": f"Canary{record}",
        "crime__ref": f"26{number}", "crime__place": f"Street of {record}", "crime__note": f"Story of {record}",
        "contacts": [{"kind": "mobile", "value": f"07700 90{number}", "given_by": "victim", "given_on": "2026-11-20"},
                     {"kind": "address", "value": f"1 {record} Road", "given_by": "victim", "given_on": "2026-11-20"}],
    }  # fmt: skip
    return version(n, **{**told, **changes})


def rows() -> list[dict[str, Any]]:
    return [row(HERS, "0111"), row(OTHER, "0222")]


@pytest.fixture(autouse=True)
def own_database(new_database: Callable[[], str]) -> None:
    """What is erased is erased for good."""
    new_database()


@pytest.fixture
def said() -> tuple[User, User]:
    """The two who say so."""
    return account(Role.SPECIALIST_LEAD, DESK), account(Role.STEWARD, DESK)


@pytest.fixture
def two() -> tuple[Person, Person]:
    take_in(rows())
    with acting_as(EVERYBODY):
        hers, others = (case_of(record).person for record in (HERS, OTHER))
        for person in (hers, others):
            lay_everything(person)
    return hers, others


def lay_everything(person: Person) -> None:
    """A row in each table whose rows an erasure takes."""
    case = Case.objects.get(person=person)
    desk = organisation_id(DESK)
    ContactPlan.objects.create(person=person, plan={"code_word": f"word of {person.pk}"}, changed_at=now(),
                               visible_to=[desk])  # fmt: skip
    CaseEvent.objects.create(
        case=case, event="support_started", event_id=f"E{person.pk}", occurred_on=today(), asserted_by="user:1",
        recorded_at=now(), detail={"words": f"detail of {person.pk}"}, visible_to=[desk],
    )  # fmt: skip
    for step in steps():
        # Somebody whom the police sent did not come without them: a guard holds to it from the next act on.
        if not held(person, case)[step.table] and step.model not in (CameWithoutPolice, Erasure):
            lay_one(step.model, person, case, desk)


# What the type of a column does not tell.
_PARTICULAR: dict[str, dict[str, Any]] = {
    "KeptScope": {"seen_by": [1]},
    "SharingAgreement": {"kinds": ["contact"], "channel": "telephone", "agreed_on": today(), "ended_as": ""},
    "Conflict": {"user_id": 5},
    "ContactDecision": {"before": "unknown", "after": "unsafe", "state": "refused"},
}


def lay_one(model: Any, person: Person, case: Case, desk: int) -> None:
    """As the owner, whom no guard asks for the two people of a decision: here the rows count."""
    values = {each.attname: _value(model, each, person.pk, case.pk) for each in model._meta.concrete_fields}
    values |= {"visible_to": [desk], "named_users": []} if hasattr(model, "subject_column") else {}
    values |= _PARTICULAR.get(model.__name__, {})
    row = model(**{name: value for name, value in values.items() if value is not _LEFT_OUT})
    fields = [each for each in model._meta.concrete_fields if not isinstance(each, models.AutoField)]
    with server().connect(connection.settings_dict["NAME"]) as plain:
        plain.execute("SET session_replication_role = replica")
        told = {
            str(each.column): uuid.uuid4().bytes if getattr(each, "sealed", False) else getattr(row, each.attname)
            for each in fields
        }
        names = sql.SQL(", ").join(map(sql.Identifier, told))
        places = sql.SQL(", ").join([sql.Placeholder()] * len(told))
        plain.execute(
            sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(model._meta.db_table), names, places),
            [Jsonb(value) if isinstance(value, dict) else value for value in told.values()],
        )


def held(person: Person, case: Case) -> dict[str, int]:
    return {
        step.table: step.model._base_manager.filter(
            **({step.way: case.pk} if step.by_case else {step.way: person.pk})
        ).count()
        for step in steps()
    }


def everything() -> dict[str, list[str]]:
    """Every row of every table as text."""
    with acting_as(EVERYBODY), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND has_table_privilege(oid, 'select') ORDER BY 1"
        )
        found = {}
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{name}" t')
            found[str(name)] = [text for (text,) in cursor.fetchall()]
    return found


def values_of(person: Person, case: Case) -> set[str]:
    """What is like no other in all her rows: ids, sealed values, keyed marks, long texts."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for step in steps():
            column = step.model._meta.get_field(step.way).column if step.way != "pk" else step.model._meta.pk.column
            cursor.execute(
                f'SELECT to_jsonb(t) FROM "{step.model._meta.db_table}" t WHERE "{column}" = %s',
                [case.pk if step.by_case else person.pk],
            )
            for (told,) in cursor.fetchall():
                found |= set(flat(told if isinstance(told, dict) else json.loads(told)))
        cursor.execute("SELECT encode(wrapped, 'hex') FROM vault_datakey WHERE id = %s", [person.data_key])
        found |= {key for (key,) in cursor.fetchall()}
    # Moments are written otherwise in a row than in its JSON; they tell nothing of anybody.
    return {each.removeprefix("\\x") for each in found if len(each) > LONGEST_CODE and not MOMENT.match(each)}


def flat(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        for value in told.values():
            yield from flat(value)
    elif isinstance(told, list):
        for value in told:
            yield from flat(value)
    elif isinstance(told, str):
        yield told


def found_in(values: set[str], tables: dict[str, list[str]]) -> set[tuple[str, str]]:
    return {(table, value) for table, texts in tables.items() for text in texts for value in values if value in text}


def test_nothing_of_her_is_found_in_any_table_and_everybody_else_is_as_before(
    two: tuple[Person, Person], said: tuple[User, User]
) -> None:
    hers, others = two
    agreed(hers.pk, *said)
    with acting_as(EVERYBODY):
        case, other_case = (Case.objects.get(person=each) for each in two)
        lay_one(CameWithoutPolice, hers, case, organisation_id(DESK))
        assert all(held(hers, case).values()), held(hers, case)
        values = values_of(hers, case) - values_of(others, other_case)
        assert len(values) > 40
        before, rows_of_others = everything(), held(others, other_case)
        assert {value for _, value in found_in(values, before)} == values, "the positive control: each is there"
        texts = {table: [text for text in found if str(others.pk) in text or str(other_case.pk) in text]
                 for table, found in before.items()}  # fmt: skip
        done = erase_person(by=EVERYBODY, person_id=hers.pk)
        after = everything()
        left = found_in(values, {table: found for table, found in after.items() if table not in PROOF})
        # Of her own id: that she looked like nobody else. The proof names it.
        assert left == set()
        assert held(others, other_case) == rows_of_others
        assert all(set(found) <= set(after[table]) for table, found in texts.items() if table not in PROOF)
        assert done.marks == 1
        assert done.rows["people.person"] == done.rows["cases.case"] == 1
        assert not DataKey.objects.filter(pk=hers.data_key).exists()
        # No word of hers in the proof either.
        for word in ("Canary", "Street of", "Story of", "word of", "07700"):
            assert found_in({word + HERS, f"{word} {HERS}"}, after) == set()
        counted = ErasedCount.objects.get()
        assert (counted.council, counted.offence, counted.n) == (case.council, case.offence, 1)
        assert counted.month == case.reported_on.replace(day=1)
        grave = AuditEntry.objects.get(action="person.erased_whole")
        assert grave.audit_class == "grave"
        assert (grave.detail["first_yes"], grave.detail["second_yes"]) == tuple(user.pk for user in said)
        (noted,) = JournalEntry.objects.filter(kind="erased")
        # Of the message, of the crime, and of her in it.
        assert (noted.subject, len(noted.facts["marks"])) == (hers.pk, 3)


def test_a_newer_version_of_an_erased_record_is_counted_and_not_taken_in(
    two: tuple[Person, Person], said: tuple[User, User]
) -> None:
    hers, _ = two
    agreed(hers.pk, *said)
    with acting_as(EVERYBODY):
        erase_person(by=EVERYBODY, person_id=hers.pk)
        people = Person.objects.count()
        done = take_in([row(HERS, "0111", 2), row(OTHER, "0222", 2)]).as_dict()
        assert (done["rows"], done["erased"], done["accepted"], done["people"]) == (2, 1, 1, 0)
        assert Person.objects.count() == people
        assert not any(HERS in text for found in everything().values() for text in found)
        # Another record about the same person is somebody new, whom nobody erased.
        assert take_in([row("R-later", "0333", person__ref=f"P-{HERS}")]).as_dict()["people"] == 1
        # The positive control: it is the mark that keeps the record out.
        ErasedMessage.objects.all().delete()
        assert take_in([row(HERS, "0111", 3)]).as_dict()["accepted"] == 1


def routed(person: Person, route: str) -> None:
    with acting_as(EVERYBODY):
        Case.objects.filter(person=person).update(route=route)


def test_nothing_is_erased_before_two_said_yes(two: tuple[Person, Person], said: tuple[User, User]) -> None:
    hers, _ = two
    lead, steward = said
    with pytest.raises(CannotErase, match="not_agreed"):
        erase_person(by=EVERYBODY, person_id=hers.pk)
    asked = ask_erasure(by=EVERYBODY, person_id=hers.pk, even_open=True)
    for user, gave in ((lead, "first"), (steward, "agreed")):
        with pytest.raises(CannotErase, match="not_agreed"):
            erase_person(by=EVERYBODY, person_id=hers.pk)
        assert say(user, asked) == gave
    assert erase_person(by=EVERYBODY, person_id=hers.pk).rows["people.person"] == 1
    assert not Erasure.objects.exists()
    with pytest.raises(CannotErase, match="not_here"):
        erase_person(by=EVERYBODY, person_id=hers.pk)


def test_each_says_yes_once_in_standing_and_one_is_a_steward(
    two: tuple[Person, Person], said: tuple[User, User]
) -> None:
    hers, _ = two
    lead, steward = said
    other, officer = account(Role.SPECIALIST_LEAD, DESK), account(Role.VICTIM_CARE_OFFICER, DESK)
    lapsed, gone = account(Role.SPECIALIST_LEAD, DESK), account(Role.STEWARD, DESK)
    dateless = account(Role.STEWARD, DESK)
    User.objects.filter(pk=lapsed.pk).update(vetting_until=today().replace(year=2020))
    User.objects.filter(pk=dateless.pk).update(vetting_until=None, training_until=None)
    end_account(by=EVERYBODY, email=gone.email)
    asked = ask_erasure(by=EVERYBODY, person_id=hers.pk, even_open=True)
    for user in (officer, lapsed, gone):
        with pytest.raises(NotPermitted, match="not_allowed"):
            say(user, asked)
    with pytest.raises(NotPermitted, match="not_allowed"):
        say(lead, asked, signed_in=False)
    assert say(lead, asked) == "first"
    with pytest.raises(NotPermitted, match="not_allowed"):
        say(lead, asked)
    with pytest.raises(NotPermitted, match="no_steward"):
        say(other, asked)
    with pytest.raises(NotPermitted, match="not_allowed"), as_process("staff"):
        decide_erasure(by=EVERYBODY, erasure_id=asked.pk, agreed=True)
    with as_process("staff"):
        begin_session(by=dateless.actor(), user=dateless, factor_at=now() - timedelta(minutes=11))
    with pytest.raises(NotPermitted, match="not_allowed"):
        say(dateless, asked, signed_in=False)
    assert say(dateless, asked) == "agreed"
    with pytest.raises(NotWaiting):
        say(steward, asked)


def test_a_no_ends_it_and_what_is_asked_for_otherwise_needs_both_again(
    two: tuple[Person, Person], said: tuple[User, User]
) -> None:
    hers, _ = two
    lead, steward = said
    routed(hers, "declined")
    asked = ask_erasure(by=EVERYBODY, person_id=hers.pk)
    assert ask_erasure(by=EVERYBODY, person_id=hers.pk).pk == asked.pk
    assert say(lead, asked) == "first"
    wider = ask_erasure(by=EVERYBODY, person_id=hers.pk, even_open=True)
    assert (wider.pk == asked.pk, wider.first_by) == (False, None)
    with pytest.raises(NotWaiting):
        say(steward, asked)
    assert say(lead, wider) == "first"
    assert say(lead, wider, agreed=False) == "refused", "who said yes thinks better of it"
    with pytest.raises(NotWaiting):
        say(steward, wider)
    with pytest.raises(CannotErase, match="not_agreed"):
        erase_person(by=EVERYBODY, person_id=hers.pk)
    assert ask_erasure(by=EVERYBODY, person_id=hers.pk).first_by is None


def test_a_case_that_opened_meanwhile_stops_what_was_agreed_to_without_one(
    two: tuple[Person, Person], said: tuple[User, User]
) -> None:
    hers, _ = two
    with pytest.raises(CannotErase, match="open_case"):
        ask_erasure(by=EVERYBODY, person_id=hers.pk)
    routed(hers, "declined")
    agreed(hers.pk, *said, even_open=False)
    routed(hers, "automatic")
    with pytest.raises(CannotErase, match="open_case"):
        erase_person(by=EVERYBODY, person_id=hers.pk)
    routed(hers, "declined")
    assert erase_person(by=EVERYBODY, person_id=hers.pk).rows["people.person"] == 1


@pytest.mark.parametrize(("hours", "holds"), [(7 * 24 - 1, True), (7 * 24 + 1, False)])
def test_a_yes_holds_for_a_week(two: tuple[Person, Person], said: tuple[User, User], hours: int, holds: bool) -> None:
    hers, _ = two
    agreed(hers.pk, *said)
    with time_machine.travel(now() + timedelta(hours=hours)):
        assert (agreed_erasure(hers.pk) is not None) is holds


@pytest.mark.parametrize(
    "change", ["first_by = 1, second_by = 2", "even_open = false", "person_id = gen_random_uuid()", "asked_at = now()"]
)
def test_nobody_writes_a_yes_or_what_it_was_said_to(
    two: tuple[Person, Person], said: tuple[User, User], change: str
) -> None:
    hers, _ = two
    asked = ask_erasure(by=EVERYBODY, person_id=hers.pk, even_open=True)
    with pytest.raises(DatabaseError, match="say yes on the staff site"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE erasing_erasure SET {change} WHERE id = %s", [asked.pk])
    with pytest.raises(DatabaseError, match="say yes on the staff site"), transaction.atomic():
        Erasure.objects.create(person_id=hers.pk, even_open=True, cases=0, open_cases=0, rows_held=0, asked_at=now(),
                               asked_by="x", first_by=said[0].pk, second_by=said[1].pk)  # fmt: skip
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT hawl_decide_erasure(%s, true)", [asked.pk])


def test_the_page_tells_what_goes_and_takes_both_yeses(two: tuple[Person, Person], said: tuple[User, User]) -> None:
    hers, _ = two
    lead, steward = said
    hub_lead, officer = account(Role.SPECIALIST_LEAD, HUB), account(Role.VICTIM_CARE_OFFICER, DESK)
    asked = ask_erasure(by=EVERYBODY, person_id=hers.pk, even_open=True, operator="operator:gwen")
    with as_process("staff"):
        four = (lead, steward, hub_lead, officer)
        clients = {user.pk: Client() for user in four}
        for user in four:
            clients[user.pk].force_login(user)
        address = f"/erasures/{asked.pk}/decide/"
        assert clients[officer.pk].get("/erasures/").status_code == 404
        assert clients[officer.pk].post(address, {"said": "yes"}).status_code == 404
        for user, sees in ((lead, True), (steward, False), (hub_lead, False)):
            page = clients[user.pk].get("/erasures/").content.decode()
            assert "operator:gwen" in page
            assert "Everything held of this person goes for good" in page
            assert "even where a case is open" in page
            assert str(asked.rows_held) in page
            assert (f"/people/{hers.pk}/" in page) is sees
            assert HERS not in page
        told = {
            user.pk: "1 person is to be erased" in clients[user.pk].get("/erasures/").content.decode() for user in four
        }
        assert told == {lead.pk: True, steward.pk: True, hub_lead.pk: True, officer.pk: False}
        assert clients[lead.pk].post(address, {"said": "maybe"}).status_code == 404
        assert clients[lead.pk].post(address, {"said": "yes"}).status_code == 302
        assert "You said yes" in (page := clients[lead.pk].get("/erasures/").content.decode())
        assert "1 person is to be erased" not in page
        refused = clients[hub_lead.pk].post(address, {"said": "yes"})
        assert refused.status_code == 409
        assert "must be a steward" in refused.content.decode()
        assert lead.display_name in clients[steward.pk].get("/erasures/").content.decode()
        StaffSession.objects.filter(user=steward).update(factor_at=now() - timedelta(minutes=11))
        assert clients[steward.pk].post(address, {"said": "yes"})["Location"].startswith("/sign-in/again/")
        StaffSession.objects.filter(user=steward).update(factor_at=now())
        assert clients[steward.pk].post(address, {"said": "yes"}).status_code == 302
        assert "/decide/" not in clients[lead.pk].get("/erasures/").content.decode()
        assert "1 person is to be erased" not in clients[hub_lead.pk].get("/erasures/").content.decode()
        assert 'lang="cy"' in clients[lead.pk].get("/cy/erasures/").content.decode()
        assert clients[steward.pk].post(f"/erasures/{uuid.uuid4()}/decide/", {"said": "yes"}).status_code == 404
    assert erase_person(by=EVERYBODY, person_id=hers.pk).rows


def run(person: uuid.UUID, *more: str) -> Result:
    return CliRunner().invoke(commands.person, ["erase", str(person), *more])


def test_the_command_counts_asks_refuses_an_open_case_and_erases_after_two_said_yes(
    two: tuple[Person, Person], said: tuple[User, User]
) -> None:
    hers, others = two
    before = everything()
    counted = json.loads(run(hers.pk, "--dry-run", "--json").output)
    assert (counted["erased"], counted["rows"]["people.person"], counted["marks"]) == (False, 1, 1)
    assert {name: found for name, found in everything().items() if not name.startswith("audit")} == {
        name: found for name, found in before.items() if not name.startswith("audit")
    }
    refused = run(hers.pk)
    assert refused.exit_code == 2
    assert "--even-open" in refused.output
    assert "it waits for two people" in run(hers.pk, "--even-open").output
    asked = Erasure.objects.get(person_id=hers.pk)
    assert (asked.rows_held, asked.cases, asked.open_cases) == (sum(counted["rows"].values()), 1, 1)
    say(said[0], asked)
    assert "One has." in run(hers.pk, "--even-open").output
    say(said[1], asked)
    done = json.loads(run(hers.pk, "--even-open", "--json").output)
    assert (done["erased"], done["rows"]) == (True, counted["rows"])
    assert run(hers.pk, "--even-open").exit_code == 2
    assert json.loads(run(others.pk, "--even-open", "--json").output)["waits"] is True
    agreed(others.pk, *said)
    assert "people.person" in run(others.pk, "--even-open").output
    assert not FeedMessage.objects.exists()
    assert "No such option" in run(hers.pk, "--confirmed-by", said[0].email).output


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rows: [each for each in rows if each.table != "SharedWay"], "SharedWay is not in the register"),
        (
            lambda rows: [each for each in rows if (each.table, each.field) != ("ContactPlan", "plan")],
            "ContactPlan.plan has no rule",
        ),
        (
            lambda rows: [
                replace(each, erasure="perhaps") if each.table == "ContactPlan" and each.field == "plan" else each
                for each in rows
            ],
            "perhaps",
        ),
        (lambda rows: [replace(each, person="") for each in rows], "nothing says whose its rows are"),
        (
            lambda rows: [
                replace(each, erasure="keep") if each.table == "ContactPlan" and each.erasure == "key" else each
                for each in rows
            ],
            "",
        ),
    ],
)
def test_a_field_without_a_rule_stops_every_erasure(change: Any, told: str) -> None:
    if not told:
        assert "people.contactplan" not in {step.table for step in steps(change(register()))}
        return
    with pytest.raises(NoRule, match=told):
        steps(change(register()))
