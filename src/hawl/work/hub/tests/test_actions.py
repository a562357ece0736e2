"""Each act: its effect, its refusals, its trace; and the gate seen from the hub's side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.cases.tests.makers import (
    DESK,
    HUB,
    ThreePeople,
    account,
    make_case,
    make_contact,
    make_event,
    make_person,
    organisation_id,
)
from hawl.registers.people.models import Contact, Person
from hawl.registers.people.tests.deciding import decided
from hawl.rights.duties.models import Duty
from hawl.work.hub.actions import record_act, record_answer, refer_to_hub, take_case
from hawl.work.hub.refusals import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]

TABLES = ("people_person", "people_contact", "cases_case", "cases_caseevent", "duties_duty")


@pytest.fixture
def officer(people: ThreePeople) -> Iterator[Actor]:
    with acting_as(people.officer.actor()) as actor:
        yield actor


@pytest.fixture
def desk() -> int:
    return organisation_id(DESK)


def duty(case: Case, duty_id: str) -> Duty:
    return Duty.objects.get(case=case, duty_id=duty_id)


def seen_by(role: Role, organisation: str) -> dict[str, int]:
    """Rows of every table about people, by SQL alone, as the staff role in the name of an account there."""
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        assert cursor.fetchone()[0] == "hawl_staff"
        with acting_as(account(role, organisation).actor()):
            found = {}
            for table in TABLES:
                cursor.execute(f"select count(*) from {table}")
                found[table] = cursor.fetchone()[0]
    return found


def test_an_act_is_kept_with_its_day_and_answers_what_was_owed(officer: Actor, desk: int) -> None:
    case = make_case(desk=desk, reported=3)
    event = record_act(by=officer, case=case, event="written_confirmation_sent", occurred_on=today())
    assert (event.asserted_by, event.visible_to) == (officer.label, [desk])
    assert (duty(case, "3.1").standing, duty(case, "3.1").done_on) == ("met", today())
    assert duty(case, "4.4").standing == "open"


def test_what_happened_starts_what_is_owed_for_it(officer: Actor, desk: int) -> None:
    case = make_case(desk=desk, reported=3)
    record_act(by=officer, case=case, event="suspect_charged", occurred_on=today())
    owed = duty(case, "6.8")
    assert (owed.standing, owed.started_on) == ("open", today())
    charged = CaseEvent.objects.get(case=case, event="suspect_charged")
    record_act(by=officer, case=case, event="victim_informed", occurred_on=today(), about=charged.event_id)
    assert duty(case, "6.8").standing == "met"


def test_a_decision_on_enhanced_rights_shortens_the_limit(officer: Actor, desk: int) -> None:
    case = make_case(desk=desk, reported=10)
    record_act(
        by=officer,
        case=case,
        event="enhanced_rights_decided",
        occurred_on=today() - timedelta(9),
        attributes={"enhanced": True},
    )
    record_act(by=officer, case=case, event="suspect_charged", occurred_on=today() - timedelta(1))
    assert duty(case, "6.8").tier == "enhanced"


@pytest.mark.parametrize(
    ("event", "days_ago", "about", "code"),
    [
        ("needs_assessed", -1, None, "future_day"),
        ("needs_assessed", 4, None, "before_report"),
        ("no_such_event", 0, None, "unknown_event"),
        ("recorded_by_mistake", 0, None, "unknown_event"),
        ("support_referral_made", 0, None, "not_by_hand"),
        ("support_reached", 0, None, "not_for_this_side"),
        ("victim_informed", 0, "T-of-another-case", "unknown_about"),
        ("reason_recorded", 0, None, "about_needed"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    officer: Actor, desk: int, event: str, days_ago: int, about: str | None, code: str
) -> None:
    case = make_case(desk=desk, reported=3)
    with pytest.raises(Refused) as refused:
        record_act(by=officer, case=case, event=event, occurred_on=today() - timedelta(days_ago), about=about)
    assert refused.value.code == code
    assert case.events.count() == 1


def test_words_are_not_kept_among_the_attributes(officer: Actor, desk: int) -> None:
    case = make_case(desk=desk)
    with pytest.raises(Refused, match="free_text"):
        record_act(
            by=officer, case=case, event="needs_assessed", occurred_on=today(), attributes={"note": "she lives at 5"}
        )


def test_a_case_of_another_body_does_not_exist_for_a_stranger(people: ThreePeople, officer: Actor, desk: int) -> None:
    case = make_case(desk=desk)
    stranger = people.stranger.actor()
    for act in (
        lambda: record_act(by=stranger, case=case, event="needs_assessed", occurred_on=today()),
        lambda: record_answer(by=stranger, case=case, agreed=True, on=today()),
        lambda: refer_to_hub(by=stranger, case=case, on=today()),
        lambda: take_case(by=stranger, case=case),
    ):
        with pytest.raises(Case.DoesNotExist):
            act()
    case.refresh_from_db()
    assert (case.events.count(), case.assigned_to, case.agreement) == (1, None, "not_asked")


def test_who_sees_figures_only_may_record_nothing(people: ThreePeople, officer: Actor, desk: int) -> None:
    case = make_case(desk=desk)
    with pytest.raises(Refused, match="not_allowed"):
        take_case(by=people.board.actor(), case=case)


def test_a_recorded_yes_opens_the_gate_and_a_missing_one_keeps_it_shut(officer: Actor, desk: int) -> None:
    case = make_case(desk=desk, route="consent_first", route_reason="sexual_offence", offence="rape")
    with pytest.raises(Refused, match="answer_needed"):
        refer_to_hub(by=officer, case=case, on=today())
    record_answer(by=officer, case=case, agreed=True, on=today())
    referred = refer_to_hub(by=officer, case=case, on=today())
    assert (referred.route, referred.agreement, referred.referred_on) == ("consent_first", "yes", today())
    assert duty(case, "4.4").standing == "met"
    kept = list(CaseEvent.objects.filter(case=case).values_list("event", flat=True))
    assert sorted(kept) == ["crime_reported", "referral_agreed", "referral_asked", "support_referral_made"]


def test_nothing_of_a_consent_first_case_is_open_to_the_hub_before_the_referral(
    people: ThreePeople, officer: Actor, desk: int
) -> None:
    case = make_case(desk=desk, route="consent_first", route_reason="sexual_offence")
    make_contact(case.person)
    record_act(by=officer, case=case, event="needs_assessed", occurred_on=today())
    with pytest.raises(Refused):
        refer_to_hub(by=officer, case=case, on=today())
    record_answer(by=officer, case=case, agreed=True, on=today())
    assert set(seen_by(Role.HUB_WORKER, HUB).values()) == {0}
    with acting_as(people.hub_worker.actor()):
        for model in (Person, Contact, Case, CaseEvent, Duty):
            assert not model.objects.exists()
    refer_to_hub(by=officer, case=case, on=today())
    # The control: the same question does see rows once they are open.
    assert min(seen_by(Role.HUB_WORKER, HUB).values()) > 0
    assert seen_by(Role.HUB_WORKER, HUB) == seen_by(Role.VICTIM_CARE_OFFICER, DESK)
    with acting_as(people.hub_worker.actor()):
        assert Case.objects.get().person.names["family"] == "ap Rhys"
        assert Contact.objects.count() == 1


def test_referring_one_case_opens_no_other_case_of_the_person(officer: Actor, desk: int) -> None:
    person = make_person(desk=desk)
    held = make_case(desk=desk, person=person, route="consent_first", route_reason="sexual_offence")
    make_event(held, "suspect_charged", today())
    case = make_case(desk=desk, person=person)
    refer_to_hub(by=officer, case=case, on=today())
    held.refresh_from_db()
    assert held.visible_to == [desk]
    assert {tuple(row.visible_to) for row in held.events.all()} == {(desk,)}
    assert seen_by(Role.HUB_WORKER, HUB)["cases_case"] == 1


@pytest.mark.parametrize("route", ["specialist_hold", "out_of_scope", "declined"])
def test_what_is_held_back_is_not_referred_even_with_a_yes(officer: Actor, desk: int, route: str) -> None:
    case = make_case(desk=desk, route=route, route_reason="slavery", agreement="yes")
    with pytest.raises(Refused) as refused:
        refer_to_hub(by=officer, case=case, on=today())
    assert refused.value.code == route
    assert seen_by(Role.HUB_WORKER, HUB)["people_person"] == 0


def test_a_sealed_record_is_never_referred(people: ThreePeople, officer: Actor, desk: int) -> None:
    person = make_person(desk=desk, visibility="sealed", visible_to=[], named_users=[officer.user_id])
    case = make_case(desk=desk, person=person, agreement="yes")
    with pytest.raises(Refused) as refused:
        refer_to_hub(by=officer, case=case, on=today())
    assert refused.value.code == "sealed"
    assert "seal" not in refused.value.says.lower()
    person.refresh_from_db()
    assert person.visible_to == []


def test_a_referral_is_made_once(officer: Actor, desk: int) -> None:
    case = make_case(desk=desk)
    refer_to_hub(by=officer, case=case, on=today())
    with pytest.raises(Refused, match="already_referred"):
        refer_to_hub(by=officer, case=case, on=today())
    with pytest.raises(Refused, match="already_referred"):
        record_answer(by=officer, case=case, agreed=True, on=today())
    assert CaseEvent.objects.filter(case=case, event="support_referral_made").count() == 1


def test_a_referral_is_not_dated_before_the_yes(officer: Actor, desk: int) -> None:
    case = make_case(desk=desk, reported=5, route="consent_first", route_reason="under_18")
    record_answer(by=officer, case=case, agreed=True, on=today())
    with pytest.raises(Refused, match="before_answer"):
        refer_to_hub(by=officer, case=case, on=today() - timedelta(1))


def test_a_no_declines_the_duty_and_takes_back_the_leave_to_call(officer: Actor, desk: int) -> None:
    case = make_case(desk=desk, no_first_call=False)
    claim = make_contact(case.person, ring="first_approach")
    decided_one = decided(make_contact(case.person, "07700 900999"), ring="safe")
    answered = record_answer(by=officer, case=case, agreed=False, on=today())
    assert (answered.route, answered.route_reason, answered.agreement) == ("declined", "agreement_no", "no")
    assert answered.agreement_decided_at is not None
    assert answered.no_first_call
    assert duty(case, "4.4").standing == "declined"
    claim.refresh_from_db()
    decided_one.refresh_from_db()
    assert (claim.ring, decided_one.ring) == ("unknown", "safe")


@pytest.mark.parametrize(
    ("offence", "flags", "route"),
    [
        ("burglary_dwelling", [], "automatic"),
        ("rape", [], "consent_first"),
        ("modern_slavery", [], "specialist_hold"),
        ("other", ["slavery"], "specialist_hold"),
    ],
)
def test_a_yes_after_a_no_goes_round_no_hold(
    officer: Actor, desk: int, offence: str, flags: list[str], route: str
) -> None:
    case = make_case(
        desk=desk, offence=offence, flags=flags, route="declined", route_reason="agreement_no", agreement="no"
    )
    assert record_answer(by=officer, case=case, agreed=True, on=today()).route == route


def test_a_child_who_said_no_and_then_yes_comes_back_as_consent_first(officer: Actor, desk: int) -> None:
    person = make_person(desk=desk, born_on=today() - timedelta(days=15 * 365))
    case = make_case(desk=desk, person=person, route="declined", route_reason="agreement_no", agreement="no")
    assert record_answer(by=officer, case=case, agreed=True, on=today()).route == "consent_first"


def test_the_hub_records_receipt_reach_and_start_as_events_of_their_own_days(
    people: ThreePeople, officer: Actor, desk: int
) -> None:
    case = make_case(desk=desk, reported=6)
    refer_to_hub(by=officer, case=case, on=today() - timedelta(5))
    worker = people.hub_worker.actor()
    with acting_as(worker):
        seen = Case.objects.get()
        for days_ago, event in ((4, "support_referral_received"), (2, "support_reached"), (0, "support_started")):
            record_act(by=worker, case=seen, event=event, occurred_on=today() - timedelta(days_ago))
        with pytest.raises(Refused, match="not_for_this_side"):
            record_act(by=worker, case=seen, event="needs_assessed", occurred_on=today())
        with pytest.raises(Refused, match="not_for_this_side"):
            refer_to_hub(by=worker, case=seen, on=today())
    days = dict(CaseEvent.objects.filter(case=case, event__startswith="support_").values_list("event", "occurred_on"))
    assert days == {
        "support_referral_made": today() - timedelta(5),
        "support_referral_received": today() - timedelta(4),
        "support_reached": today() - timedelta(2),
        "support_started": today(),
    }
    assert {tuple(sorted(row.visible_to)) for row in Duty.objects.filter(case=case)} == {
        tuple(sorted((desk, organisation_id(HUB))))
    }


def test_a_case_goes_from_hand_to_hand(people: ThreePeople, officer: Actor, desk: int) -> None:
    case = make_case(desk=desk, assigned_to=people.stranger.pk)
    assert take_case(by=officer, case=case).assigned_to == officer.user_id
    assert take_case(by=officer, case=case).assigned_to == officer.user_id


def test_only_the_desk_of_a_case_takes_it_into_its_hands(people: ThreePeople, officer: Actor, desk: int) -> None:
    case = make_case(desk=desk, assigned_to=officer.user_id)
    refer_to_hub(by=officer, case=case, on=today())
    with pytest.raises(Refused, match="not_for_this_side"):
        take_case(by=people.hub_worker.actor(), case=case)
    case.refresh_from_db()
    assert case.assigned_to == officer.user_id


def test_an_older_yes_takes_no_place_of_a_newer_no(officer: Actor, desk: int) -> None:
    case = make_case(desk=desk, reported=5)
    record_answer(by=officer, case=case, agreed=False, on=today() - timedelta(1))
    with pytest.raises(Refused, match="later_answer") as refused:
        record_answer(by=officer, case=case, agreed=True, on=today() - timedelta(2))
    assert refused.value.day == today() - timedelta(1)
    assert str((today() - timedelta(1)).year) in refused.value.says
    with pytest.raises(Refused, match="answered_no"):
        refer_to_hub(by=officer, case=case, on=today())


def test_a_later_answer_and_the_last_of_one_day_take_the_place_of_those_before(officer: Actor, desk: int) -> None:
    case = make_case(desk=desk, reported=5)
    record_answer(by=officer, case=case, agreed=False, on=today() - timedelta(1))
    for agreed in (True, False, True):
        assert record_answer(by=officer, case=case, agreed=agreed, on=today()).agreement == ("yes" if agreed else "no")
    assert refer_to_hub(by=officer, case=case, on=today()).referred_on == today()


def test_a_later_no_of_the_feed_shuts_the_gate_on_an_older_yes(officer: Actor, desk: int) -> None:
    case = make_case(desk=desk, reported=5)
    record_answer(by=officer, case=case, agreed=True, on=today() - timedelta(3))
    make_event(case, "support_referral_declined", today() - timedelta(1))
    with pytest.raises(Refused, match="answered_no"):
        refer_to_hub(by=officer, case=case, on=today())


def test_the_same_act_of_the_same_day_is_recorded_once(officer: Actor, desk: int) -> None:
    case = make_case(desk=desk, reported=3)
    record_act(by=officer, case=case, event="suspect_charged", occurred_on=today())
    with pytest.raises(Refused, match="already_recorded"):
        record_act(by=officer, case=case, event="suspect_charged", occurred_on=today())
    assert Duty.objects.filter(case=case, duty_id="6.8").count() == 1
    record_act(by=officer, case=case, event="suspect_charged", occurred_on=today() - timedelta(1))
    first, second = CaseEvent.objects.filter(case=case, event="suspect_charged")
    for about in (first, second):
        record_act(by=officer, case=case, event="victim_informed", occurred_on=today(), about=about.event_id)
    for enhanced in (True, False):  # a correction of the same day is no repeat
        record_act(
            by=officer, case=case, event="enhanced_rights_decided", occurred_on=today(),
            attributes={"enhanced": enhanced},
        )  # fmt: skip
    assert case.events.count() == 7


def test_the_same_answer_of_the_same_day_is_recorded_once(officer: Actor, desk: int) -> None:
    case = make_case(desk=desk, reported=3)
    record_answer(by=officer, case=case, agreed=True, on=today())
    with pytest.raises(Refused, match="already_recorded"):
        record_answer(by=officer, case=case, agreed=True, on=today())
    assert case.events.filter(event="referral_agreed").count() == 1


def test_what_the_feed_told_of_a_day_is_confirmed_by_hand(officer: Actor, desk: int) -> None:
    case = make_case(desk=desk, route="consent_first", route_reason="under_18", agreement="yes_unconfirmed")
    make_event(case, "referral_agreed", today())
    assert record_answer(by=officer, case=case, agreed=True, on=today()).agreement == "yes"


def test_an_act_costs_the_same_statements_with_one_event_and_with_two_hundred(officer: Actor, desk: int) -> None:
    def statements(case: Case) -> int:
        with CaptureQueriesContext(connection) as made:
            record_act(by=officer, case=case, event="complaint_received", occurred_on=today())
        return len(made)

    short, long = make_case(desk=desk, reported=300), make_case(desk=desk, reported=300)
    for number in range(199):
        code = ("suspect_arrested", "victim_informed", "suspect_bailed", "victim_informed")[number % 4]
        make_event(long, code, long.reported_on + timedelta(1 + number))
    record_act(by=officer, case=short, event="needs_assessed", occurred_on=today())
    record_act(by=officer, case=long, event="needs_assessed", occurred_on=today())
    assert statements(short) == statements(long)
    assert Duty.objects.filter(case=long).count() > 100
