"""Events by an extract: to whom they go, what is refused, what waits, what is corrected and taken back."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access import rescoping
from hawl.foundations.access.actor import Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.models import AuditEntry
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.cases.queries import has_declined
from hawl.registers.cases.tests.makers import DESK, account, make_contact, organisation_id
from hawl.registers.people.models import Contact
from hawl.rights.duties.actions import recompute
from hawl.rights.duties.models import Duty
from hawl.work.extracts import laying, statements
from hawl.work.extracts.keys import RowKeys
from hawl.work.extracts.models import KeptRow
from hawl.work.extracts.tests.extracting import (
    LABEL,
    UNDATED,
    bring,
    codes_of,
    counts,
    duties_of,
    events_of,
    extract,
    held,
    refusals,
    row,
    take_up,
)
from hawl.work.intake.feed.tests.examples import TODAY
from hawl.work.intake.models import FeedRefusal, FeedRun
from hawl.work.intake.queries import latest_run
from hawl.work.intake.tests.importing import EVERYBODY, case_of, for_nothing

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY, FRIDAY = "2026-11-16T06:00:00+00:00", "2026-11-17T06:00:00+00:00", "2026-11-20T06:00:00+00:00"


@pytest.fixture(autouse=True)
def _on_the_day_of_the_examples() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=True):
        yield


# --- A no ---------------------------------------------------------------------------------------


def asked_case(name: str, **changes: Any) -> uuid.UUID:
    """A case whose person may be rung once and was referred by nobody yet."""
    bring(("C1", name))
    with acting_as(EVERYBODY):
        case = case_of(f"R-{name}")
        stood = {"agreement": "yes", "route": "automatic", "route_reason": "nothing_holds", "no_first_call": False}
        Case.objects.filter(pk=case.pk).update(**{**stood, **changes})
        make_contact(case.person, ring="first_approach")
    return uuid.UUID(str(case.pk))


def stands(case_id: uuid.UUID) -> tuple[Any, ...]:
    with acting_as(EVERYBODY):
        case = Case.objects.get(pk=case_id)
        rings = set(Contact.objects.filter(person_id=case.person_id).values_list("ring", flat=True))
        return case.agreement, case.route, case.no_first_call, rings, has_declined(case.person_id)


def test_a_no_closes_calls_messages_and_the_way_to_the_hub_with_the_event() -> None:
    case_id = asked_case("Ann")
    assert stands(case_id) == ("yes", "automatic", False, {"first_approach"}, False)
    extract(row(what="REFUSED"))
    assert stands(case_id) == ("no", "declined", True, {"unknown"}, True)
    with acting_as(EVERYBODY):
        told = AuditEntry.objects.filter(action="case.answer_recorded", object_id=str(case_id))
        assert [each.detail["agreement"] for each in told] == ["no"]


def test_a_no_that_is_taken_back_opens_nothing() -> None:
    case_id = asked_case("Ann")
    extract(row(what="REFUSED"))
    extract(row(what="REFUSED", state="GONE"))
    assert codes_of("Ann") == []
    assert stands(case_id) == ("no", "declined", True, {"unknown"}, True)


def test_what_a_person_at_the_desk_decided_stands_and_nobody_is_rung_unasked_all_the_same() -> None:
    case_id = asked_case("Ann", agreement_decided_at=datetime(2026, 11, 20, tzinfo=UTC))
    extract(row(what="REFUSED"))
    assert stands(case_id) == ("yes", "automatic", True, {"unknown"}, False)


def test_a_no_lifts_no_hold_of_a_specialist() -> None:
    case_id = asked_case("Ann", route="specialist_hold", route_reason="slavery")
    extract(row(what="REFUSED"))
    assert stands(case_id)[:3] == ("no", "specialist_hold", True)


def test_other_events_close_nothing_and_the_no_of_one_victim_is_not_anothers() -> None:
    case_id = asked_case("Ann")
    bring(("C1", "Ben"))
    extract(row(), row(2, "REFUSED", victim="P-Ben"))
    assert "support_referral_declined" in codes_of("Ben")
    assert stands(case_id) == ("yes", "automatic", False, {"first_approach"}, False)


# --- To whom an event goes ----------------------------------------------------------------------


def test_an_event_finds_its_case_by_the_crime_and_starts_its_duties() -> None:
    bring(("C1", "Ann"))
    before = duties_of("Ann")
    done = extract(row())
    (event,) = events_of("Ann")
    assert (event.event, event.occurred_on, event.received_on) == (
        "suspect_charged", date(2026, 11, 10), date(2026, 11, 11),
    )  # fmt: skip
    assert (event.asserted_by, event.event_id[:8], event.detail) == (LABEL, "extract-", None)
    assert counts(done) == {"accepted": 1, "events": 1, "cases_touched": 1}
    assert {each[1] for each in duties_of("Ann") - before} == {event.event_id}


def test_of_a_crime_with_several_victims_each_gets_the_event() -> None:
    bring(("C1", "Ann"), ("C1", "Ben"), ("C2", "Cat"))
    assert counts(extract(row())) == {"accepted": 1, "events": 2, "cases_touched": 2}
    assert [codes_of(name) for name in ("Ann", "Ben", "Cat")] == [["suspect_charged"]] * 2 + [[]]


@pytest.mark.parametrize("named", [{"victim": "P-Ben"}, {"record": "R-Ben"}])
def test_a_row_that_names_a_victim_is_of_that_victim_alone(named: dict[str, str]) -> None:
    bring(("C1", "Ann"), ("C1", "Ben"))
    extract(row(**named))
    assert (codes_of("Ann"), codes_of("Ben")) == ([], ["suspect_charged"])


def test_an_act_that_names_the_event_it_answers_keeps_the_duty_of_that_event() -> None:
    bring(("C1", "Ann"))
    extract(row(1, "ARREST"), row(2, "TOLD", answers="1", day="11/11/2026"))
    arrest, told = events_of("Ann")
    assert told.about == arrest.event_id
    assert {each[4] for each in duties_of("Ann") if each[1] == arrest.event_id} == {"met"}


def test_attributes_come_as_truth_values_numbers_days_and_codes() -> None:
    bring(("C1", "Ann"))
    extract(
        row(1, "TRIAL", how="SET", starts="04/01/2027"),
        row(2, "SENTENCE", months="14", violent="N", court="CC", day="12/11/2026", received="12/11/2026"),
    )
    found: dict[str, Any] = {each.event: each.attributes for each in events_of("Ann")}
    assert found == {
        "trial_date_set": {"starts_on": "2027-01-04"},
        "sentence_passed": {"custody_months": 14, "violent_or_sexual": False, "court": "crown"},
    }


def test_duties_stand_as_if_each_case_had_been_worked_out_by_itself() -> None:
    bring(("C1", "Ann"), ("C1", "Ben"))
    extract(row(1, "ARREST"), row(2, "TOLD", answers="1", victim="P-Ben"), row(3, "TIER"), row(4, "OPEN"))
    laid = [duties_of(name) for name in ("Ann", "Ben")]
    for name in ("Ann", "Ben"):
        with acting_as(EVERYBODY):
            recompute(case_id=case_of(f"R-{name}").pk, by=EVERYBODY)
    assert [duties_of(name) for name in ("Ann", "Ben")] == laid
    assert laid[0] != laid[1]


# --- What is refused, and what is left out ------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (row(what="NOBODY-KNOWS"), "unknown_code"),
        (row(what=""), "missing:code"),
        (row(crime=""), "missing:crime"),
        (row(no=""), "missing:event_id"),
        (row(day=""), "missing:occurred_on"),
        (row(day="31/02/2026"), "wrong_date:occurred_on"),
        (row(day="2026-11-10"), "wrong_date:occurred_on"),
        (row(day="01/01/0001"), "wrong_date:occurred_on"),
        (row(day="23/11/2026", received=""), "future_date:occurred_on"),
        (row(received="23/11/2026"), "future_date:received_on"),
        (row(received="09/11/2026"), "received_before_occurred"),
        (row(changed="yesterday"), "wrong_date:changed_at"),
        (row(what="SENTENCE"), "missing:custody_months"),
        (row(what="SENTENCE", months="a year"), "wrong_value:custody_months"),
        (row(what="SENTENCE", months="12", violent="perhaps"), "wrong_value:violent_or_sexual"),
        (row(what="TRIAL", how="SET", starts="soon"), "wrong_date:starts_on"),
        (row(crime="C" * 201), "too_long:crime"),
        (row(crime="C\x00"), "bad_text"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_reason_and_the_others_are_taken(
    told: dict[str, str], reason: str
) -> None:
    bring(("C1", "Ann"))
    done = extract(told, row(7, "ARREST"))
    assert refusals(done) == [(2, reason)]
    assert codes_of("Ann") == ["suspect_arrested"]
    assert list(FeedRefusal.objects.filter(run=done.run).values_list("row_number", "reason")) == [(2, reason)]


def test_codes_and_rows_that_the_mapping_leaves_out_are_counted_and_not_refused() -> None:
    bring(("C1", "Ann"))
    done = extract(row(what="DIARY"), row(2, what="NOBODY-KNOWS", test="1"))
    assert (counts(done), refusals(done)) == ({"left_out": 2}, [])


def test_every_row_of_a_file_is_counted_once() -> None:
    bring(("C1", "Ann"), ("C2", "Cat"))
    extract(row(1, changed=TUESDAY), row(2, changed=TUESDAY))
    done = extract(
        row(1, changed=TUESDAY), row(2, changed=MONDAY), row(2, "CANCEL", changed=MONDAY), row(3, crime="C8"),
        row(3, crime="C9"), row(4, "OPEN"), row(5, "DIARY"), row(6, "WHAT"), row(7, "CANCEL"), row(8, victim="P-X"),
        row(1, "CHARGE", crime="C9", changed=FRIDAY),
    ).as_dict()  # fmt: skip
    kinds = ("accepted", "repeated", "outdated", "left_out", "erased", "waiting", "rejected")
    assert sum(done[each] for each in kinds) == done["rows"] == 11


# --- The same again, corrections, withdrawals ---------------------------------------------------


@pytest.mark.parametrize("changed", [{"changed": MONDAY}, {}])
def test_the_same_file_again_changes_nothing(changed: dict[str, str]) -> None:
    bring(("C1", "Ann"), ("C1", "Ben"))
    rows = [row(1, **changed), row(2, "OPEN", **changed), row(3, crime="C9", **changed), row(1, "CANCEL", urn="X")]
    extract(*rows)
    before = held()
    assert counts(extract(*rows)) == {"repeated": 3, "waiting": 1}
    assert held() == before


def test_a_correction_takes_the_place_of_the_former_which_the_audit_keeps() -> None:
    bring(("C1", "Ann"))
    extract(row(changed=MONDAY))
    (former,), owed = events_of("Ann"), duties_of("Ann")
    done = extract(row(day="09/11/2026", changed=TUESDAY))
    (event,) = events_of("Ann")
    assert (event.pk, event.occurred_on) == (former.pk, date(2026, 11, 9))
    assert counts(done) == {"accepted": 1, "corrected": 1, "cases_touched": 1}
    assert duties_of("Ann") != owed
    with acting_as(EVERYBODY):
        (kept,) = AuditEntry.objects.filter(action="extract.event_replaced")
    assert (kept.actor, kept.object_id, kept.detail["fate"]) == (LABEL, str(event.case_id), "corrected")
    assert kept.detail["former"]["occurred_on"] == "2026-11-10"


def test_an_older_row_that_comes_late_changes_nothing() -> None:
    bring(("C1", "Ann"))
    extract(row(day="09/11/2026", changed=TUESDAY))
    before = held()
    assert counts(extract(row(changed=MONDAY))) == {"outdated": 1}
    assert held() == before


def test_without_a_moment_of_change_the_file_that_came_first_last_counts() -> None:
    bring(("C1", "Ann"))
    old, new = row(), row(day="09/11/2026")
    for told in (old, new, old):
        extract(told, mapping=UNDATED)
    assert events_of("Ann")[0].occurred_on == date(2026, 11, 9)


@pytest.mark.parametrize(
    "taken_back", [row(what="CANCEL", day="", changed=TUESDAY), row(state="GONE", changed=TUESDAY)]
)
def test_an_event_that_is_withdrawn_is_taken_back_with_its_duties(taken_back: dict[str, str]) -> None:
    bring(("C1", "Ann"), ("C1", "Ben"))
    before = duties_of("Ann")
    extract(row(changed=MONDAY))
    assert counts(extract(taken_back)) == {"accepted": 1, "withdrawn": 2, "cases_touched": 2}
    assert (codes_of("Ann"), codes_of("Ben"), duties_of("Ann")) == ([], [], before)
    # Nor does the older row bring it back, but a newer one does.
    assert counts(extract(row(changed=MONDAY))) == {"outdated": 1}
    extract(row(changed=FRIDAY))
    assert codes_of("Ann") == ["suspect_charged"]


def test_an_event_that_turns_out_to_be_of_another_crime_moves_there() -> None:
    bring(("C1", "Ann"), ("C2", "Cat"))
    extract(row(changed=MONDAY))
    done = extract(row(crime="C2", changed=TUESDAY))
    assert (codes_of("Ann"), codes_of("Cat")) == ([], ["suspect_charged"])
    assert counts(done) == {"accepted": 1, "events": 1, "withdrawn": 1, "cases_touched": 2}
    assert counts(extract(row(changed=MONDAY))) == {"outdated": 1}


def test_days_in_any_order_come_to_the_same_events_and_duties() -> None:
    days = [
        [row(1, "ARREST", changed=MONDAY), row(2, "CHARGE", day="12/11/2026", received="12/11/2026", changed=MONDAY)],
        [row(1, "ARREST", day="09/11/2026", changed=TUESDAY), row(3, "TOLD", answers="1", changed=TUESDAY)],
        [
            row(2, "CANCEL", changed=FRIDAY),
            row(4, "OPEN", victim="P-Ben", changed=FRIDAY),
            row(1, "ARREST", changed=FRIDAY),
        ],
        [row(5, "TIER", changed=MONDAY), row(4, "OPEN", crime="C2", changed=MONDAY)],
    ]
    random_ = random.Random(16)
    found = set()
    for _ in range(6):
        random_.shuffle(days)
        with for_nothing():
            bring(("C1", "Ann"), ("C1", "Ben"), ("C2", "Cat"))
            for day in days:
                extract(*day)
            found.add(repr([(codes_of(name), sorted(duties_of(name), key=repr)) for name in ("Ann", "Ben", "Cat")]))
    assert len(found) == 1
    assert "suspect_charged" not in found.pop()


# --- What waits ---------------------------------------------------------------------------------


def test_a_row_of_an_unknown_crime_waits_sealed_and_is_taken_once_the_feed_brings_the_crime() -> None:
    done = extract(row(), row(2, "SENTENCE", months="14"))
    assert refusals(done) == [(2, "waits_for_crime"), (3, "waits_for_crime")]
    with connection.cursor() as cursor, acting_as(EVERYBODY):
        cursor.execute("SELECT told FROM extracts_keptrow")
        assert all(b"suspect" not in bytes(told) and b"2026" not in bytes(told) for (told,) in cursor.fetchall())
    assert take_up() == 0
    bring(("C1", "Ann"))
    assert take_up() == 2
    assert codes_of("Ann") == ["sentence_passed", "suspect_charged"]
    with acting_as(EVERYBODY):
        recompute(case_id=case_of("R-Ann").pk, by=EVERYBODY)
    assert (take_up(), KeptRow.objects.count()) == (0, 0)


def test_the_same_file_imported_later_takes_what_waited_too() -> None:
    extract(row())
    bring(("C1", "Ann"))
    assert counts(extract(row())) == {"accepted": 1, "events": 1, "cases_touched": 1}
    assert KeptRow.objects.count() == 0


def test_a_row_of_a_victim_who_is_not_known_in_a_known_crime_waits_for_them() -> None:
    bring(("C1", "Ann"))
    assert refusals(extract(row(victim="P-Ben"))) == [(2, "waits_for_person")]
    bring(("C1", "Ben"))
    assert take_up() == 1
    assert (codes_of("Ann"), codes_of("Ben")) == ([], ["suspect_charged"])


def test_what_waited_is_corrected_and_withdrawn_while_it_waits() -> None:
    extract(row(changed=MONDAY), row(2, "OPEN", changed=MONDAY))
    extract(row(day="09/11/2026", changed=TUESDAY), row(2, "CANCEL", changed=TUESDAY))
    extract(row(changed=MONDAY), row(2, "OPEN", changed=MONDAY))
    bring(("C1", "Ann"))
    take_up()
    assert [(each.event, each.occurred_on) for each in events_of("Ann")] == [("suspect_charged", date(2026, 11, 9))]


def test_what_waits_too_long_is_taken_away() -> None:
    extract(row())
    take_up(TODAY + timedelta(days=30))
    assert KeptRow.objects.count() == 1
    take_up(TODAY + timedelta(days=31))
    assert KeptRow.objects.count() == 0


# --- Who sees it --------------------------------------------------------------------------------


def test_events_and_duties_are_seen_by_whom_the_case_is_seen_and_by_nobody_else() -> None:
    bring(("C1", "Ann"), ("C1", "Ben"))
    with acting_as(EVERYBODY):
        hidden = case_of("R-Ann")
        lead = account(Role.SPECIALIST_LEAD, DESK)
        rescoping.seal(person_id=hidden.person_id, named_users=[lead.pk])
        rescoping.deny(person_id=hidden.person_id, organisation_id=organisation_id("gwent-police"))
    extract(row())
    columns = ("visible_to", "named_users", "denied_users", "denied_organisations")
    with acting_as(EVERYBODY):
        for name in ("Ann", "Ben"):
            case = Case.objects.filter(pk=case_of(f"R-{name}").pk).values_list(*columns).get()
            events = CaseEvent.objects.filter(case=case_of(f"R-{name}"), asserted_by=LABEL).values_list(*columns)
            duties = Duty.objects.filter(case=case_of(f"R-{name}")).values_list(*columns)
            assert set(map(repr, [*events, *duties])) == {repr(case)}
        sealed = Case.objects.get(pk=hidden.pk)
        assert sealed.named_users == [lead.pk]
    officer = account(Role.VICTIM_CARE_OFFICER, DESK).actor()
    with acting_as(officer):
        assert not CaseEvent.objects.filter(case_id=hidden.pk).exists()
        assert CaseEvent.objects.filter(asserted_by=LABEL).count() == 1


def test_a_newer_version_of_the_feed_leaves_the_events_of_the_extract_and_their_duties() -> None:
    bring(("C1", "Ann"))
    extract(row())
    before = codes_of("Ann"), {each[0] for each in duties_of("Ann")}
    bring(("C1", "Ann"), version=2)
    assert (codes_of("Ann"), {each[0] for each in duties_of("Ann")}) == before


# --- How it is done -----------------------------------------------------------------------------


def test_an_import_leaves_its_trace_and_is_no_run_of_the_feed_of_crimes() -> None:
    bring(("C1", "Ann"))
    done = extract(row())
    with acting_as(EVERYBODY):
        entries = AuditEntry.objects.filter(actor=LABEL).values_list("action", flat=True)
        assert sorted(entries) == ["extract.finished", "extract.part_taken"]
    latest = latest_run()
    assert latest is not None
    assert latest.id != done.run.pk
    assert FeedRun.objects.get(pk=done.run.pk).sent_by == LABEL


def test_a_run_that_was_cut_off_goes_on_where_it_stopped() -> None:
    bring(("C1", "Ann"))
    done = extract(row(1), row(2, "OPEN"))
    with acting_as(EVERYBODY):
        FeedRun.objects.filter(pk=done.run.pk).update(finished_at=None, rows_done=1)
        CaseEvent.objects.filter(asserted_by=LABEL, event="witness_care_opened").delete()
    assert extract(row(1), row(2, "OPEN")).run.pk == done.run.pk
    assert codes_of("Ann") == ["suspect_charged", "witness_care_opened"]


@pytest.mark.parametrize("again", [False, True])
def test_fifty_rows_cost_as_many_statements_as_one(again: bool) -> None:
    def statements_for(many: int) -> int:
        with for_nothing():
            bring(*((f"C{n}", f"V{n}") for n in range(many)))
            rows = [row(n, crime=f"C{n}") for n in range(many)]
            rows += [row(n, crime=f"C{n}", urn="W") for n in range(900, 900 + many)]
            if again:
                extract(*rows)
                rows = [{**each, "day": "09/11/2026"} for each in rows]
            with CaptureQueriesContext(connection) as found:
                assert len(extract(*rows).refused) == many
            return len(found)

    assert statements_for(1) == statements_for(50)


def test_the_watch_itself_works_a_wider_sight_and_an_old_row_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault: were events laid for everybody, or the order of rows ignored, the tests above would fail."""
    wider = tuple(
        each.replace("c.visible_to, c.named_users", "ARRAY[1,2,3], c.named_users") for each in statements.EVENTS
    )
    assert wider != statements.EVENTS
    monkeypatch.setattr(statements, "EVENTS", wider)
    with for_nothing(), pytest.raises(AssertionError):
        test_events_and_duties_are_seen_by_whom_the_case_is_seen_and_by_nobody_else()
    monkeypatch.undo()
    careless = statements.FATES.replace("e.recorded_at > s.told_at THEN", "false THEN")
    assert careless != statements.FATES
    monkeypatch.setattr(statements, "FATES", careless)
    with for_nothing(), pytest.raises(AssertionError):
        test_an_older_row_that_comes_late_changes_nothing()


def test_the_ids_of_the_sender_are_stored_nowhere() -> None:
    mark = uuid.uuid4().hex
    bring((f"C-{mark}", "Ann"))
    extract(row(crime=f"C-{mark}", urn=f"U-{mark}"), row(crime=f"D-{mark}", urn=f"U-{mark}", victim=f"V-{mark}"))
    with acting_as(EVERYBODY), connection.cursor() as cursor:
        for table in ("cases_caseevent", "duties_duty", "extracts_keptrow", "audit_auditentry", "intake_feedrun"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{mark}%"])
            assert cursor.fetchone() == (0,), table


def test_staged_columns_are_those_of_a_staged_row() -> None:
    keys = RowKeys(None, None, None, "extract-1", "", uuid.uuid4())
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    staged = laying.Staged(1, keys, "suspect_charged", None, None, {}, moment, uuid.uuid4(), 1)
    assert len(statements.STAGED.split(", ")) == len(staged.columns())
