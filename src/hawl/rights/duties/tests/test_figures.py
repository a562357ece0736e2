from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.disclosure import FEW, HIDDEN
from hawl.foundations.measures import figure, figures
from hawl.foundations.measures.periods import month_end_before, period_of, quarter_of, twelve_months_to
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import (
    DESK,
    HUB,
    account,
    make_case,
    make_event,
    make_person,
    organisation_id,
    three_people,
)
from hawl.rights.duties.figures import Compliance, compliance, support_steps
from hawl.rights.duties.models import Duty
from hawl.rights.duties.reaching import TooFine
from hawl.rights.duties.recorded import records
from hawl.rights.rulebook import COUNTED_AS, state_on

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]

TODAY = date(2026, 11, 22)
QUARTER = quarter_of(date(2026, 8, 1))
YEAR = twelve_months_to(TODAY)
_number = itertools.count(1)


def make_duty(case: Case, **changes: Any) -> Duty:
    values: dict[str, Any] = {
        "duty_id": "4.4", "right": 4, "trigger_event_id": f"t{next(_number)}", "started_on": case.reported_on,
        "due_on": case.reported_on + timedelta(days=2), "standing": "open", "tier": "standard", "enforced": True,
        "bearer": "police", "rulebook": "victims-code-2021", "rank": 2, "visible_to": case.visible_to,
        "named_users": case.named_users,
    }  # fmt: skip
    return Duty.objects.create(case=case, **{**values, **changes})


@pytest.fixture
def officer() -> Iterator[Actor]:
    with acting_as(three_people().officer.actor()) as actor:
        yield actor


def a_case(reported: date = date(2026, 8, 3), **changes: Any) -> Case:
    desk = organisation_id(DESK)
    case = make_case(desk=desk, person=make_person(desk=desk), **changes)
    Case.objects.filter(pk=case.pk).update(reported_on=reported)
    case.refresh_from_db()
    return case


def counts(answer: Compliance) -> dict[str, Any]:
    return {name: n for name, n in answer.enforced.counts.items() if n}


@pytest.mark.parametrize(
    ("today", "column"),
    [(date(2026, 8, 4), "running"), (date(2026, 8, 5), "running"), (date(2026, 8, 6), "overdue")],
)
def test_an_open_duty_is_overdue_from_the_day_after_its_last(officer: Actor, today: date, column: str) -> None:
    make_duty(a_case(), due_on=date(2026, 8, 5))
    assert counts(compliance(period=QUARTER, today=today)) == {column: 1}


def test_what_was_done_later_is_open_on_an_earlier_day(officer: Actor) -> None:
    make_duty(a_case(), due_on=date(2026, 8, 5), standing="met_late", done_on=date(2026, 8, 9))
    days = {day: counts(compliance(period=QUARTER, today=date(2026, 8, day))) for day in (5, 8, 9)}
    assert days == {5: {"running": 1}, 8: {"overdue": 1}, 9: {"late": 1}}


def test_a_duty_counts_in_the_period_in_which_its_clock_started(officer: Actor) -> None:
    case = a_case(date(2026, 6, 30))
    make_duty(case, started_on=date(2026, 7, 1))
    make_duty(case, started_on=date(2026, 9, 30))
    make_duty(case, started_on=date(2026, 6, 30))
    make_duty(case, started_on=date(2026, 10, 1))
    make_duty(case, started_on=None, due_on=None, standing="data_missing")  # then the day of the report
    assert counts(compliance(period=QUARTER, today=TODAY)) == {"overdue": 2}
    assert counts(compliance(period=quarter_of(date(2026, 5, 1)), today=TODAY)) == {"overdue": 1, "unknown": 1}


def test_not_known_is_neither_kept_nor_late_and_lowers_the_coverage(officer: Actor) -> None:
    case = a_case()
    for standing in ("met", "met", "met_late", "declined", "data_missing"):
        make_duty(case, standing=standing)
    answer = compliance(period=QUARTER, today=TODAY)
    assert (answer.enforced.base, round(answer.enforced.rate or 0, 1)) == (3, 66.7)
    assert (answer.enforced.known, answer.enforced.coverage) == (4, 80.0)


def test_a_duty_without_a_limit_never_counts_in_the_rate(officer: Actor) -> None:
    case = a_case()
    make_duty(case, due_on=None, standing="met", done_on=date(2026, 8, 30))
    make_duty(case, due_on=None)
    answer = compliance(period=QUARTER, today=TODAY)
    assert counts(answer) == {"done": 1, "open": 1}
    assert answer.enforced.rate is None


def test_advisory_duties_are_counted_apart(officer: Actor) -> None:
    make_duty(a_case(), enforced=False, duty_id="6.9")
    answer = compliance(period=QUARTER, today=TODAY)
    assert answer.enforced.total == 0
    assert [row.path for row in answer.advisory_duties] == [("police", "4", "6.9")]
    assert answer.bodies == answer.months == ()


def test_the_numbers_are_those_of_an_independent_recount(officer: Actor) -> None:
    _many(random.Random(7), 40)
    answer = compliance(period=YEAR, today=TODAY, council="newport")
    recount: Counter[tuple[str, str]] = Counter()
    for duty in Duty.objects.select_related("case").filter(case__council="newport", enforced=True):
        standing = duty.standing if duty.done_on is None or duty.done_on <= TODAY else "open"
        recount[duty.duty_id, _column(state_on(standing, duty.due_on, TODAY), duty.due_on)] += 1
    counted = {(row.path[-1], name): n for row in answer.duties for name, n in row.counts.items() if n}
    assert counted == recount
    for rows in (answer.bodies, answer.rights, answer.duties, answer.months, answer.councils, answer.tiers):
        for name in COUNTED_AS:
            assert sum(row.counts[name] for row in rows) == answer.enforced.counts[name]  # type: ignore[misc]
        assert sum(row.total for row in rows) == answer.enforced.total  # type: ignore[misc]


def test_filters_count_what_they_name(officer: Actor) -> None:
    make_duty(a_case(council="newport"), tier="enhanced")
    make_duty(a_case(council="torfaen"))
    assert compliance(period=QUARTER, today=TODAY, council="torfaen", tier="standard").enforced.total == 1
    assert compliance(period=QUARTER, today=TODAY, council="torfaen", tier="enhanced").enforced.total == 0
    assert compliance(period=QUARTER, today=TODAY, council="torfaen").cases == 1


def test_a_case_of_which_only_the_report_is_known_has_no_data(officer: Actor) -> None:
    make_event(a_case(), "victim_informed", date(2026, 8, 9))
    a_case()
    before, after = (compliance(period=QUARTER, today=date(2026, 8, day)) for day in (8, 9))
    assert (before.cases, before.cases_with_data) == (2, 0)
    assert (after.cases_with_data, after.data_coverage) == (1, 50.0)


def test_each_step_to_support_is_counted_once_for_a_case_from_its_own_day(officer: Actor) -> None:
    case = a_case()
    for day in (5, 6):
        make_event(case, "support_referral_made", date(2026, 8, day))
    make_event(case, "support_reached", date(2026, 8, 20))
    make_event(a_case(date(2026, 9, 1)), "told_of_services", None)  # without a day nobody knows when

    def steps(today: date) -> dict[str, Any]:
        answer = support_steps(period=QUARTER, today=today)
        return {step.event: step.months for step in answer.steps if step.n}

    assert steps(date(2026, 8, 4)) == {}
    assert steps(date(2026, 8, 5)) == {"support_referral_made": (0, 1)}
    assert steps(TODAY) == {"support_referral_made": (0, 1, 0), "support_reached": (0, 1, 0)}
    assert support_steps(period=QUARTER, today=TODAY).cases.months == (0, 1, 1)


def test_a_desk_counts_what_it_may_see_and_a_sealed_case_only_for_those_named() -> None:
    people = three_people()
    with acting_as(people.officer.actor()):
        make_duty(a_case())
        referred = a_case(visible_to=[organisation_id(DESK), organisation_id(HUB)])
        make_duty(referred)
    lead = account(Role.SPECIALIST_LEAD, DESK)
    with acting_as(lead.actor()):
        person = make_person(desk=0, visible_to=[], named_users=[lead.pk], visibility="sealed")
        make_duty(make_case(desk=organisation_id(DESK), person=person, visible_to=[], named_users=[lead.pk]))
    seen = {}
    for user in (people.officer, people.hub_worker, people.stranger, lead):
        with acting_as(user.actor()):
            seen[user.pk] = compliance(period=YEAR, today=TODAY).enforced.total
    assert seen == {people.officer.pk: 2, people.hub_worker.pk: 1, people.stranger.pk: 0, lead.pk: 3}


def test_the_commissioners_office_counts_every_row_and_sees_none() -> None:
    people = three_people()
    with acting_as(people.officer.actor()):
        for _ in range(30):
            make_duty(a_case(), standing="met", done_on=date(2026, 8, 4))
    with acting_as(people.board.actor()):
        assert Duty.objects.count() == Case.objects.count() == 0
        answer = compliance(period=QUARTER, today=TODAY)
        assert (answer.protected, answer.enforced.counts["kept"], answer.enforced.rate) == (True, 30, 100.0)
        assert answer.cases == 30
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(n) FROM hawl_duty_counts(%s, %s, %s)", [TODAY, YEAR.since, YEAR.until])
            assert cursor.fetchone() == (None,)


def test_who_sees_no_person_gets_whole_quarters_of_the_whole_area_to_the_month_before() -> None:
    people = three_people()
    with acting_as(people.officer.actor()):
        for _ in range(8):
            make_duty(a_case(date(2026, 11, 2)))
    now = quarter_of(TODAY)
    with acting_as(people.board.actor()):
        for asked in ({"council": "newport"}, {"tier": "enhanced"}):
            with pytest.raises(TooFine):
                compliance(period=QUARTER, today=TODAY, **asked)
        for ask in (compliance, support_steps):
            with pytest.raises(TooFine):
                ask(period=YEAR, today=TODAY)
        with pytest.raises(TooFine):
            support_steps(period=QUARTER, today=TODAY, council="newport")
        answer = compliance(period=now, today=TODAY)
        assert (answer.as_of, answer.enforced.total) == (month_end_before(TODAY), 0)
        assert compliance(period=now, today=date(2026, 12, 1)).enforced.total == 8


def test_small_numbers_are_hidden_with_what_would_give_them_away() -> None:
    people = three_people()
    with acting_as(people.officer.actor()):
        _many(random.Random(3), 60)
    with acting_as(people.board.actor()):
        answer = compliance(period=QUARTER, today=TODAY)
        steps = support_steps(period=QUARTER, today=TODAY)
    shown = [
        n
        for rows in (answer.bodies, answer.rights, answer.duties, answer.months, answer.councils, answer.tiers)
        for row in rows
        for n in (*row.counts.values(), row.total)
    ]
    assert FEW in shown
    assert HIDDEN in shown
    assert not [n for n in shown if isinstance(n, int) and 0 < n < 5]
    for rows in (answer.rights, answer.councils):
        for name in COUNTED_AS:
            column = [row.counts[name] for row in rows]
            hidden = [n for n in column if not isinstance(n, int)]
            assert len(hidden) != 1 or not isinstance(answer.enforced.counts[name], int)
    assert steps.months == ()
    assert all(not isinstance(step.n, int) or step.n % 5 == 0 for step in (*steps.steps, steps.cases, steps.declined))


@pytest.mark.parametrize("how_many", [1, 50])
def test_the_number_of_statements_does_not_grow(officer: Actor, how_many: int) -> None:
    for _ in range(how_many):
        make_duty(a_case())
    with CaptureQueriesContext(connection) as first:
        compliance(period=YEAR, today=TODAY)
    with CaptureQueriesContext(connection) as second:
        support_steps(period=YEAR, today=TODAY)
    with CaptureQueriesContext(connection) as third:
        records(period=YEAR, today=TODAY)
    assert (len(first), len(second), len(third)) == (2, 2, 1)


@pytest.mark.process("public")
def test_the_public_role_may_call_no_counting_function() -> None:
    from django.db import ProgrammingError

    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM hawl_duty_counts_all(%s, %s, %s)", [TODAY, YEAR.since, YEAR.until])


def test_counting_functions_give_numbers_days_and_codes_only() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname, p.prosecdef, r.rolname, r.rolcanlogin, pg_get_function_result(p.oid) FROM pg_proc p "
            "JOIN pg_roles r ON r.oid = p.proowner WHERE p.proname LIKE 'hawl_%%_counts%%'"
        )
        found = cursor.fetchall()
    assert len(found) == 9
    for name, definer, owner, may_sign_in, result in found:
        assert definer == (name.endswith("_all") or name == "hawl_protection_counts")
        assert owner.endswith("_figures")
        assert not may_sign_in
        assert "uuid" not in result
        assert "bytea" not in result


def test_the_rooms_figures_are_found_in_the_registry() -> None:
    assert figure("code.kept_in_time").answer is compliance
    assert figure("support.steps").answer is support_steps
    for one in figures():
        assert one.words.en
        assert one.words.cy
        assert one.definition.cy
        assert one.source.cy


def test_the_period_of_the_current_day_is_known_by_its_key() -> None:
    assert period_of(QUARTER.key, TODAY) == QUARTER


def _many(chance: random.Random, how_many: int) -> None:
    standings = ["open", "met", "met", "met", "met_late", "declined", "data_missing", "withheld", "safe_alternative"]
    for _ in range(how_many):
        case = a_case(
            date(2026, 7, 1) + timedelta(days=chance.randrange(91)), council=chance.choice(["newport", "torfaen", ""])
        )
        make_event(case, chance.choice(["support_referral_made", "told_of_services"]), case.reported_on)
        for duty_id, bearer in (("4.4", "police"), ("6.1a", "police"), ("12.1", "service_provider"), ("3.1", "police")):
            if chance.random() < 0.6:
                standing = chance.choice(standings)
                make_duty(
                    case,
                    duty_id=duty_id,
                    right=int(duty_id.split(".")[0]),
                    bearer=bearer,
                    tier=chance.choice(["standard", "enhanced", "undetermined"]),
                    due_on=None if duty_id == "3.1" else case.reported_on + timedelta(days=5),
                    standing=standing,
                    done_on=case.reported_on + timedelta(days=3) if standing in ("met", "met_late") else None,
                )


def _column(state: str, due_on: date | None) -> str:
    if state in ("met", "safe_alternative"):
        return "kept" if due_on else "done"
    return {
        "met_late": "late", "overdue": "overdue", "pending": "running", "declined": "closed", "withheld": "closed",
        "data_missing": "unknown", "no_limit": "open",
    }[state]  # fmt: skip


@pytest.mark.parametrize(
    ("as_of", "told_by"),
    [(date(2026, 8, 5), "running"), (date(2026, 8, 6), "none"), (date(2026, 8, 9), "user"), (date(2026, 8, 8), "none")],
)
def test_what_was_told_later_ran_still_or_had_no_record_on_an_earlier_day(
    officer: Actor, as_of: date, told_by: str
) -> None:
    case = a_case()
    make_event(case, "support_referral_made", date(2026, 8, 9), asserted_by="user:1")
    make_duty(case, due_on=date(2026, 8, 5), standing="met_late", done_on=date(2026, 8, 9))
    held = records(period=QUARTER, today=as_of)
    assert {name: n for name, n in held.told_by.items() if n} == {told_by: 1}


@pytest.mark.parametrize(
    ("asserted_by", "told_by"), [("feed:gwent", "feed"), ("extract:witness-care", "extract"), ("user:3", "user")]
)
def test_who_told_is_who_recorded_what_answers_it(officer: Actor, asserted_by: str, told_by: str) -> None:
    case, day = a_case(), date(2026, 8, 4)
    make_event(case, "support_referral_made", day, asserted_by=asserted_by)
    make_event(case, "vps_explained", day, asserted_by="user:9")
    make_duty(case, standing="met", done_on=day)
    assert records(period=QUARTER, today=TODAY).told_by[told_by] == 1


def test_each_quarter_of_the_trend_says_what_its_own_page_says() -> None:
    people = three_people()
    with acting_as(people.officer.actor()):
        for number in range(60):
            case = a_case(date(2026, 2, 3) if number % 2 else date(2026, 8, 3))
            make_duty(case, standing="met" if number % 7 else "open", duty_id="4.4" if number % 11 else "3.1")
    with acting_as(people.board.actor()):
        last = compliance(period=QUARTER, today=TODAY)
        assert [row.path[0] for row in last.quarters] == ["2026-q1", "2026-q3"]
        for row in last.quarters:
            alone = compliance(period=period_of(row.path[0], TODAY), today=TODAY).enforced
            assert (row.counts, row.total, row.bounds) == (alone.counts, alone.total, alone.bounds)
