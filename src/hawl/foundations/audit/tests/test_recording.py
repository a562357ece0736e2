"""What an entry holds, and that refusals and grave acts are kept as they must be."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction

from hawl.foundations.access.actor import Actor, NoActor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import keeping_refusals, record, record_list, refuse
from hawl.foundations.audit.classes import AuditClass, class_of
from hawl.foundations.audit.models import AuditEntry, GraveLink
from hawl.foundations.audit.tests.audits import connect

ACTOR = Actor(label="user:7", organisations=frozenset({3}))


class Boom(Exception):
    pass


@pytest.fixture
def own(new_database: Callable[[], str]) -> None:
    new_database()


@pytest.mark.django_db
def test_an_entry_holds_who_for_whom_by_which_rule_for_what() -> None:
    with acting_as(ACTOR):
        record(
            action="person.read", object_kind="person", object_id="x", rule="worker", purpose="support", kind="mobile"
        )
    one = AuditEntry.objects.get(actor="user:7")
    assert (one.actor, one.organisation_id, one.action, one.audit_class) == ("user:7", 3, "person.read", "read")
    assert (one.rule, one.purpose, one.detail, one.objects_shown) == ("worker", "support", {"kind": "mobile"}, None)


@pytest.mark.parametrize(
    ("action", "grave", "wanted"),
    [("person.read", False, "read"), ("cases.listed", False, "read"), ("people.searched", False, "search"),
     ("case.taken", False, "write"), ("figures.exported", False, "export"), ("page.refused", False, "refusal"),
     ("account.signed_in", False, "sign_in"), ("glass.broken", True, "grave"), ("odd", False, "write"),
     ("contact.plan_read", False, "read"), ("contact.lowering_refused", False, "refusal"),
     ("session.sign_in_failed", False, "sign_in"), ("people.sealed_given", False, "write")],
)  # fmt: skip
def test_the_last_word_of_an_action_tells_its_class(action: str, grave: bool, wanted: str) -> None:
    assert class_of(action, grave=grave) == AuditClass(wanted)


@pytest.mark.django_db
@pytest.mark.parametrize("many", [0, 1, 50])
def test_a_list_is_one_entry_in_one_statement_with_everybody_on_it(
    many: int, django_assert_num_queries: Callable[..., object]
) -> None:
    people = [uuid4() for _ in range(many)]
    with acting_as(ACTOR), django_assert_num_queries(1):  # type: ignore[attr-defined]
        record_list(by=ACTOR, action="cases.listed", people=people)
    assert set(AuditEntry.objects.get(action="cases.listed").objects_shown) == set(people)


@pytest.mark.usefixtures("own")
def test_outside_a_transaction_or_without_an_actor_nothing_is_recorded() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record(action="x.done")
    with pytest.raises(NoActor), transaction.atomic():
        record(action="x.done")
    with pytest.raises(NoActor):
        refuse(action="x.refused")


def committed(action: str) -> int:
    with connect("jobs") as other:
        return int(other.execute("SELECT count(*) FROM audit_auditentry WHERE action = %s", [action]).fetchone()[0])


@pytest.mark.usefixtures("own")
def test_a_refusal_outlives_the_transaction_that_it_refuses() -> None:
    with pytest.raises(Boom), keeping_refusals(), acting_as(ACTOR):  # noqa: PT012 - the end of it is what is tried
        record(action="case.written")
        refuse(action="case.refused", rule="walled", object_kind="case", object_id="1")
        assert committed("case.refused") == 0
        raise Boom
    assert (committed("case.refused"), committed("case.written")) == (1, 0)
    one = AuditEntry.objects.get(action="case.refused")
    assert (one.actor, one.organisation_id, one.rule, one.audit_class) == ("user:7", 3, "walled", "refusal")


@pytest.mark.usefixtures("own")
def test_in_a_command_a_refusal_is_written_at_once_beside_the_transaction() -> None:
    with pytest.raises(Boom), acting_as(ACTOR):  # noqa: PT012 - the end of it is what is tried
        refuse(action="export.refused")
        assert committed("export.refused") == 1
        raise Boom
    assert committed("export.refused") == 1


@pytest.mark.usefixtures("own")
def test_grave_acts_are_chained_one_after_another_also_when_many_come_at_once() -> None:
    from threading import Thread

    def act(number: int) -> None:
        with acting_as(Actor(label=f"user:{number}")):
            record(action="glass.broken", object_kind="person", object_id=str(number), grave=True)
        connection.close()

    before = GraveLink.objects.count()
    threads = [Thread(target=act, args=[number]) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert list(GraveLink.objects.order_by("number").values_list("number", flat=True)) == list(range(1, before + 9))


@pytest.mark.usefixtures("own")
def test_a_grave_act_that_rolls_back_leaves_no_link() -> None:
    with pytest.raises(Boom), acting_as(ACTOR):  # noqa: PT012 - the end of it is what is tried
        record(action="glass.broken", grave=True)
        raise Boom
    assert GraveLink.objects.count() == 0


@pytest.mark.usefixtures("own")
def test_only_grave_entries_can_be_chained_and_each_once() -> None:
    with acting_as(ACTOR):
        record(action="person.read")
        record(action="glass.broken", grave=True)
    plain, grave = (AuditEntry.objects.get(action=action).pk for action in ("person.read", "glass.broken"))
    with connect("staff") as session:
        for which, wrong in ((plain, psycopg.errors.NoDataFound), (grave, psycopg.errors.UniqueViolation)):
            with pytest.raises(wrong):
                session.execute("SELECT hawl_audit_chain(%s)", [which])
