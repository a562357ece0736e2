"""Restored, then fed again: who came in after the backup is protected before anybody sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from hawl.config.backups.replaying import replay_here
from hawl.config.backups.server import server
from hawl.foundations.access import rescoping
from hawl.foundations.access.actor import Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.clock import now
from hawl.foundations.journal import queries, shipping
from hawl.foundations.journal.actions import note
from hawl.foundations.journal.models import JournalEntry, JournalLeft
from hawl.registers.cases.tests.makers import DESK, HUB, account, organisation_id
from hawl.registers.people.journal_facts import decided_facts
from hawl.registers.people.models import Contact, ContactPlan, Person
from hawl.work.intake import laying
from hawl.work.intake.tests.importing import EVERYBODY, case_of, take_in
from hawl.work.intake.tests.test_importing_versions import version

pytestmark = [pytest.mark.slow]
KINDS = ("sealed", "restricted", "denied", "unsafe", "never", "called", "plain")


def rows() -> list[dict[str, Any]]:
    return [
        version(1, record_id=f"R-{kind}", person__ref=f"P-{kind}", crime__ref=f"26{n:08}",
                contacts=[{"kind": "mobile", "value": f"07700 90010{n}", "given_by": "victim",
                           "given_on": "2026-11-20", "ring": "yes"}])
        for n, kind in enumerate(KINDS)
    ]  # fmt: skip


def whose(kind: str) -> Person:
    return case_of(f"R-{kind}").person


def decide_all(reader: int) -> None:
    """What was decided on the day after the backup, as each room notes it."""
    with acting_as(EVERYBODY):
        key = bytes(Contact.objects.get(person=whose("unsafe")).value_key)
        note(kind="sealed", subject=whose("sealed").pk, facts={"named": [reader + 1000]})
        note(kind="restricted", subject=whose("restricted").pk, facts={"named": [reader + 1000]})
        note(kind="denied", subject=whose("denied").pk, facts={"user": reader})
        note(kind="contact_unsafe", subject=whose("unsafe").pk, facts=decided_facts(key, "ring", "unsafe"))
        note(kind="never_reach", subject=whose("never").pk)
        note(kind="no_first_call", subject=whose("called").pk)


def forget() -> None:
    """The database becomes what a backup of before the feed would hold; the journal outside stays."""
    with server().connect(connection.settings_dict["NAME"]) as plain:
        plain.execute("SET session_replication_role = replica")
        for table in ("people_person", "people_contact", "people_contactplan", "cases_case", "cases_caseevent",
                      "duties_duty", "intake_feedmessage", "intake_feedrun", "journal_journalentry",
                      "journal_journalshipped", "finding_token"):  # fmt: skip
            if plain.execute("SELECT to_regclass(%s)", [f"public.{table}"]).fetchone() != (None,):
                plain.execute(f'DELETE FROM "{table}"')


@pytest.fixture
def fed_again(
    new_database: Callable[[], str], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., dict[str, Any]]:
    new_database()
    monkeypatch.setenv("HAWL_JOURNAL_FOLDERS", str(tmp_path / "journal"))

    def do() -> dict[str, Any]:
        reader = account(Role.VICTIM_CARE_OFFICER, DESK)
        take_in(rows())
        with acting_as(EVERYBODY):
            before = {kind: whose(kind).pk for kind in KINDS}
        decide_all(reader.pk)
        shipping.ship(shipping.files())
        forget()
        replayed = replay_here()
        take_in(rows())
        with acting_as(EVERYBODY):
            assert not {whose(kind).pk for kind in KINDS} & set(before.values())
        return {"reader": reader, "replayed": replayed}

    return do


def test_who_comes_in_again_after_a_restore_is_protected_at_once(fed_again: Callable[..., dict[str, Any]]) -> None:
    done = fed_again()
    # The copy has the reader's account, which stands as it was made; nobody whom the six were about.
    assert (done["replayed"]["put_back"], len(done["replayed"]["unplaced"])) == ({"account_made": 1}, 6)
    with acting_as(EVERYBODY):
        sealed = whose("sealed")
        assert (sealed.visibility, sealed.visible_to) == ("sealed", [])
        assert whose("restricted").visibility == "restricted"
        assert whose("denied").denied_users == [done["reader"].pk]
        rings = Contact.objects.filter(person=whose("unsafe"))
        assert rings.get(decided_at__isnull=False).ring == "unsafe"
        assert ContactPlan.objects.get(person_id=whose("never").pk).never_reach
        called = whose("called")
        assert called.first_call_spent_at is not None
        assert not Contact.objects.filter(person=called, ring="first_approach").exists()
        assert whose("plain").visibility == "open"
        assert JournalLeft.objects.filter(placed_at=None).count() == 0
        ids = {kind: whose(kind).pk for kind in KINDS}
    # The worker of the desk, in the role of the site: neither who is sealed nor who is denied to them.
    with as_process("staff"), acting_as(done["reader"].actor()):
        seen = set(Person.objects.filter(pk__in=ids.values()).values_list("pk", flat=True))
        assert {kind for kind, pk in ids.items() if pk in seen} == set(KINDS) - {"sealed", "denied"}
    # A later version does not take it back, and is not put on anybody twice.
    take_in([version(2, record_id="R-sealed", person__ref="P-sealed")])
    with acting_as(EVERYBODY):
        assert whose("sealed").visibility == "sealed"


def test_the_hook_of_the_feed_is_what_protects_them(
    fed_again: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The positive control: without it all of them come in open."""
    monkeypatch.setattr(laying, "place_waiting", lambda **_: 0)
    fed_again()
    with acting_as(EVERYBODY):
        assert {whose(kind).visibility for kind in KINDS} == {"open"}
        assert not Contact.objects.filter(decided_at__isnull=False).exists()
        assert {each.stands for each in queries.left()} == {"waits"}


def test_an_import_that_fails_leaves_what_waits_waiting(
    fed_again: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody comes in without their protection: both are of one transaction."""

    def fails(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(rescoping, "seal", fails)
    with pytest.raises(RuntimeError):
        fed_again()
    with acting_as(EVERYBODY):
        assert not Person.objects.exists()
        assert JournalLeft.objects.filter(placed_at=None).count() == 6


@pytest.mark.django_db
def test_the_journal_knows_whom_a_body_sent_by_key_and_never_an_erased_person() -> None:
    take_in(rows()[:1])
    with acting_as(EVERYBODY):
        person = whose("sealed")
        alone = Person.objects.create(names={}, created_at=now(), visible_to=[organisation_id(HUB)])
        note(kind="never_reach", subject=person.pk)
        note(kind="never_reach", subject=alone.pk)
        note(kind="erased", subject=person.pk)
        told = [row.facts.get("source") for row in JournalEntry.objects.order_by("number")]
    assert told == [f"s{bytes(person.source_key or b'').hex()}", None, None]
