"""Noting: codes only, in the caller's transaction, in the order of commits."""

from __future__ import annotations

import threading
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from hawl.foundations.access.actor import Actor, NoActor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.journal.actions import note, note_many
from hawl.foundations.journal.kinds import KINDS, NotForTheJournal, checked
from hawl.foundations.journal.models import JournalEntry

MACHINE = Actor("system:test", machine=True)


@pytest.mark.parametrize(
    "value",
    [
        "Siân ap Rhys", "sian ap rhys", "07700 900123", "07700900123", "+447700900123", "np20 1aa", "NP20 1AA",
        "a@example.org", "2 stryd fawr", {"a": 1}, ["07700900123"], [["a"]], 1.5, "x" * 81, "", "\x00",
    ],
)  # fmt: skip
def test_what_may_be_content_is_not_for_the_journal(value: object) -> None:
    with pytest.raises(NotForTheJournal) as refused:
        checked("sealed", {"fact": value})
    assert str(value) not in str(refused.value) or value == ""


@pytest.mark.parametrize("value", [None, True, 12, "ring", "2026-11-22", str(UUID(int=7)), "user:12", ["ring", "text"]])
def test_codes_ids_and_days_may_be_kept(value: object) -> None:
    assert checked("sealed", {"fact": value}) == {"fact": value}


def test_what_an_entry_is_about_must_be_said() -> None:
    with pytest.raises(NotForTheJournal):
        checked("contact_unsafe", {"uses": ["ring"]})
    with pytest.raises(NotForTheJournal):
        checked("denied", {})
    assert checked("denied", {"user": 4}) == {"user": 4}
    with pytest.raises(NotForTheJournal):
        checked("made_safe", {})


def test_only_what_lowers_undoes_and_it_is_about_the_same_things() -> None:
    for kind in KINDS.values():
        if kind.lowers:
            assert not KINDS[kind.undoes].lowers
            assert kind.about == KINDS[kind.undoes].about


def test_noting_needs_an_actor_and_a_transaction(new_database) -> None:  # type: ignore[no-untyped-def]
    new_database()
    with pytest.raises(transaction.TransactionManagementError):
        note(kind="sealed", subject=uuid4())
    with transaction.atomic(), pytest.raises(NoActor):
        note(kind="sealed", subject=uuid4())


@pytest.mark.django_db
def test_entries_are_numbered_in_the_order_in_which_they_are_noted() -> None:
    subject = uuid4()
    with acting_as(MACHINE):
        note(kind="sealed", subject=subject)
        note_many(
            entries=[
                ("unsealed", subject, None),
                ("contact_unsafe", subject, {"contact": str(uuid4()), "uses": ["ring"]}),
            ]
        )
    rows = list(JournalEntry.objects.filter(subject=subject))
    assert [row.kind for row in rows] == ["sealed", "unsealed", "contact_unsafe"]
    assert rows[2].facts["uses"] == ["ring"]
    assert {row.by for row in rows} == {"system:test"}


@pytest.mark.django_db
def test_many_entries_are_noted_under_one_lock() -> None:
    with acting_as(MACHINE):
        note_many(entries=[("no_first_call", uuid4(), None) for _ in range(5_000)])
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()")
            assert cursor.fetchone() == (1,)
    assert JournalEntry.objects.filter(kind="no_first_call").count() == 5_000


def test_who_notes_first_about_a_person_is_numbered_first_however_late_it_commits(new_database) -> None:  # type: ignore[no-untyped-def]
    new_database()
    subject, first_has_noted, let_first_go, second_done = uuid4(), threading.Event(), threading.Event(), []

    def first() -> None:
        with acting_as(MACHINE):
            note(kind="sealed", subject=subject)
            first_has_noted.set()
            let_first_go.wait(10)
        connection.close()

    def second() -> None:
        first_has_noted.wait(10)
        with acting_as(MACHINE):
            note(kind="unsealed", subject=subject)
        second_done.append(True)
        connection.close()

    threads = [threading.Thread(target=each) for each in (first, second)]
    for thread in threads:
        thread.start()
    first_has_noted.wait(10)
    threads[1].join(0.5)
    assert not second_done, "the second did not wait for the first"
    let_first_go.set()
    for thread in threads:
        thread.join(10)
    assert list(JournalEntry.objects.values_list("kind", flat=True)) == ["sealed", "unsealed"]


def test_staff_and_jobs_add_and_nobody_changes_or_deletes(new_database) -> None:  # type: ignore[no-untyped-def]
    new_database()
    for process in ("staff", "jobs"):
        with as_process(process):
            with acting_as(Actor("user:1", user_id=1)):
                note(kind="sealed", subject=uuid4())
            for statement in ("UPDATE journal_journalentry SET kind = 'unsealed'", "DELETE FROM journal_journalentry"):
                with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(statement)
    with as_process("staff"), pytest.raises(ProgrammingError), transaction.atomic():
        JournalEntry.objects.count()
    with as_process("public"), pytest.raises(ProgrammingError), acting_as(Actor("user:1", user_id=1)):
        note(kind="sealed", subject=uuid4())
    with as_process("jobs"):
        assert JournalEntry.objects.count() == 2
