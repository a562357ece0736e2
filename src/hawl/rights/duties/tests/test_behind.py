"""The duties behind each number: as many as it counts, of the reader's own scope, whatever was asked."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.core.paginator import Page
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.measures.periods import Period, month_end_before, quarter_of, twelve_months_to
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import (
    DESK,
    HUB,
    account,
    make_case,
    make_event,
    make_person,
    make_self_referred,
    organisation_id,
    three_people,
)
from hawl.rights.duties.counting import NoSuchNumber, Number
from hawl.rights.duties.figures import Compliance, Kept, compliance
from hawl.rights.duties.models import Duty
from hawl.rights.duties.queries import PAGE, duties_behind
from hawl.rights.duties.reaching import TooFine
from hawl.rights.duties.recorded import TOLD_BY, records
from hawl.rights.duties.tests.test_figures import TODAY, YEAR, a_case, make_duty
from hawl.rights.rulebook import COUNTED_AS, STATES

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]

QUARTER = quarter_of(date(2026, 8, 1))
NOW = quarter_of(TODAY)
EVERY_PERIOD: dict[str, Any] = {"period": YEAR}
# Kept, late and overdue: what a rate is of; and what the measures of the forces' return call late or overdue.
TOGETHER = (("kept", "late", "overdue"), ("late", "overdue"), ())
DUTIES = (("4.4", 4, "police"), ("6.1a", 6, "police"), ("6.10", 6, "cps"), ("3.1", 3, "police"), ("0.1", 0, "hmcts"))
ACTS = ("support_referral_made", "vps_explained", "victim_informed", "support_referral_declined")
AUTHORS = ("feed:gwent", "extract:witness-care", "user:3", "system:jobs")


@pytest.fixture
def officer() -> Iterator[Actor]:
    with acting_as(three_people().officer.actor()) as actor:
        yield actor


def many(chance: random.Random, how_many: int, **case: Any) -> None:
    """Duties of every state with and without a day, done before and after today, and what was recorded of them."""
    for _ in range(how_many):
        reported = date(2025, 10, 1) + timedelta(days=chance.randrange(430))
        one = a_case(reported, council=chance.choice(["newport", "torfaen", ""]),
                     offence=chance.choice(["arson", "rape", ""]), **case)  # fmt: skip
        for duty_id, right, bearer in DUTIES:
            if chance.random() < 0.5:
                a_duty(chance, one, duty_id=duty_id, right=right, bearer=bearer)


def a_duty(chance: random.Random, case: Case, **changes: Any) -> None:
    started = chance.choice([None, case.reported_on + timedelta(days=chance.randrange(40))])
    done = chance.choice([None, TODAY + timedelta(days=chance.randrange(-60, 3))])
    made = make_duty(
        case,
        started_on=started,
        due_on=chance.choice([None, TODAY + timedelta(days=chance.randrange(-90, 5))]),
        standing=chance.choice(["open", "open", *STATES]),
        done_on=done,
        tier=chance.choice(["standard", "enhanced", "undetermined"]),
        enforced=chance.random() < 0.8,
        **changes,
    )
    if chance.random() < 0.5:
        about = chance.choice(["", made.trigger_event_id])
        on = done or case.reported_on
        make_event(case, chance.choice(ACTS), on, asserted_by=chance.choice(AUTHORS), about=about)


def rows_of(answer: Compliance) -> Iterator[tuple[str, bool, Kept]]:
    """Every row of numbers that the figures give, with its heading and whether its duties are certain."""
    yield "", True, answer.enforced
    yield "", False, answer.advisory
    yield from (("duty", False, row) for row in answer.advisory_duties)
    for by in ("body", "right", "duty", "month", "council", "tier", "offence", "quarter"):
        plural = {"body": "bodies"}.get(by, f"{by}s" if by != "duty" else "duties")
        yield from ((by, True, row) for row in getattr(answer, plural))


def numbers_of(**asked: Any) -> Iterator[tuple[Number, int]]:
    """Every number that is asked for with these words, and what it counts."""
    for by, enforced, kept in rows_of(compliance(today=TODAY, **asked)):
        number = Number(by=by, row=kept.path if by else (), enforced=enforced)
        for columns in (*((name,) for name in COUNTED_AS), *TOGETHER):
            counts = [kept.counts[name] for name in columns] if columns else [kept.total]
            yield replace(number, columns=columns), sum(n for n in counts if isinstance(n, int))
    held = records(today=TODAY, **asked)
    for name in TOLD_BY:
        told = held.told_by[name]
        assert isinstance(told, int), "who sees people is shown no hidden number"
        yield Number(told_by=name), told
        for one in held.acts:
            yield Number(by="act", row=(one.act,), told_by=name), one.told_by[name]


def behind(number: Number, **asked: Any) -> Page[Duty]:
    return duties_behind(number, day=TODAY, **{**EVERY_PERIOD, **asked})


def all_behind(number: Number, **asked: Any) -> list[Duty]:
    pages = behind(number, **asked).paginator.num_pages
    return [duty for page in range(1, pages + 1) for duty in behind(number, page=page, **asked)]


def unequal(**asked: Any) -> tuple[list[tuple[Number, int, int]], int]:
    """The numbers whose list has another length than they say, and how many numbers were other than nothing."""
    found = [(number, n, behind(number, **asked).paginator.count) for number, n in numbers_of(**asked)]
    return [one for one in found if one[1] != one[2]], sum(1 for one in found if one[1])


@pytest.mark.parametrize("seed", range(3))
def test_behind_every_number_stand_as_many_duties_as_it_counts(officer: Actor, seed: int) -> None:
    many(random.Random(seed), 30)
    wrong, told = unequal(period=YEAR)
    assert wrong == []
    assert told > 150


@pytest.mark.parametrize(
    ("period", "council", "tier", "offence"),
    [
        *product([QUARTER], ["", "newport"], ["", "enhanced"], ["", "rape"]),
        (NOW, "torfaen", "", ""),
        (quarter_of(date(2025, 11, 1)), "", "standard", ""),
        (twelve_months_to(date(2026, 8, 1)), "", "", "arson"),
    ],
)
def test_the_list_is_narrowed_as_the_number_was(
    officer: Actor, period: Period, council: str, tier: str, offence: str
) -> None:
    many(random.Random(5), 70)
    wrong, told = unequal(period=period, council=council, tier=tier, offence=offence)
    assert wrong == []
    assert told


def test_the_rows_are_those_that_were_counted_and_no_others(officer: Actor) -> None:
    many(random.Random(11), 30)
    late = make_duty(a_case(date(2026, 8, 3), council="newport"), standing="met_late", tier="enhanced",
                     done_on=date(2026, 8, 9), duty_id="6.1a", right=6)  # fmt: skip
    numbers = [
        Number(("late",)),
        Number(("late",), "duty", ("police", "6", "6.1a")),
        Number((), "month", ("2026-08-01",)),
        Number((), "quarter", ("2026-q3",)),
        Number((), "tier", ("enhanced",)),
    ]
    for number in numbers:
        found = all_behind(number)
        assert late in found
        assert len({each.pk for each in found}) == len(found)
        without = {**EVERY_PERIOD, "council": "torfaen"}
        assert late not in all_behind(number, **without)
    in_august = all_behind(Number((), "month", ("2026-08-01",)))
    assert {(one.started_on or one.case.reported_on).strftime("%Y-%m") for one in in_august} == {"2026-08"}
    assert {one.tier for one in all_behind(Number((), "tier", ("enhanced",)))} == {"enhanced"}
    assert {one.bearer for one in all_behind(Number((), "body", ("cps",)))} == {"cps"}
    assert {one.enforced for one in all_behind(Number(enforced=False))} == {False}


def test_all_lists_of_the_columns_together_are_the_list_of_the_whole_and_share_none(officer: Actor) -> None:
    many(random.Random(2), 30)
    apart = [one.pk for name in COUNTED_AS for one in all_behind(Number((name,)))]
    assert sorted(apart) == sorted(one.pk for one in all_behind(Number()))
    told = [one.pk for name in TOLD_BY for one in all_behind(Number(told_by=name))]
    assert len(told) == len(set(told)) > 20


def test_what_is_due_first_stands_first_and_what_has_no_day_last(officer: Actor) -> None:
    many(random.Random(4), 40)
    days = [one.due_on for one in all_behind(Number())]
    assert len(days) > PAGE
    dated = [day for day in days if day is not None]
    assert dated == sorted(dated)
    assert 0 < len(dated) < len(days)
    assert days[: len(dated)] == dated


def test_a_page_holds_fifty_and_a_page_that_is_none_gives_the_nearest(officer: Actor) -> None:
    case = a_case()
    for _ in range(PAGE + 3):
        make_duty(case)

    def pages(page: Any) -> Page[Duty]:
        return behind(Number(("overdue",)), page=page)

    assert [len(pages(page)) for page in (1, 2)] == [PAGE, 3]
    assert not {one.pk for one in pages(1)} & {one.pk for one in pages(2)}
    assert [pages(page).number for page in ("", "x", None, 0, "-1", 3, "99999999999999999999")] == [1, 1, 1, 2, 2, 2, 2]


def test_three_people_find_behind_a_number_what_each_may_see() -> None:
    people = three_people()
    both = [organisation_id(DESK), organisation_id(HUB)]
    with acting_as(people.officer.actor()):
        many(random.Random(1), 12)
        many(random.Random(2), 12, visible_to=both)
    found = {}
    for user in (people.officer, people.hub_worker, people.stranger):
        with acting_as(user.actor()):
            assert unequal(period=YEAR)[0] == []
            found[user.pk] = {one.pk for one in all_behind(Number())}
            assert len(found[user.pk]) == compliance(period=YEAR, today=TODAY).enforced.total
    assert found[people.officer.pk] > found[people.hub_worker.pk] > found[people.stranger.pk] == set()


def test_a_sealed_case_stands_behind_the_numbers_of_those_named_alone() -> None:
    people = three_people()
    lead = account(Role.SPECIALIST_LEAD, DESK)
    with acting_as(people.officer.actor()):
        make_duty(a_case())
    with acting_as(lead.actor()):
        person = make_person(desk=0, visible_to=[], named_users=[lead.pk], visibility="sealed")
        sealed = make_duty(make_case(desk=organisation_id(DESK), person=person, reported=30, visible_to=[],
                                     named_users=[lead.pk]))  # fmt: skip
    seen = {}
    for user in (people.officer, people.hub_worker, people.stranger, lead):
        with acting_as(user.actor()):
            assert unequal(period=YEAR)[0] == []
            seen[user.pk] = sealed in all_behind(Number())
    assert {user for user, was in seen.items() if was} == {lead.pk}


def test_who_came_without_the_police_stands_behind_the_hubs_numbers_and_not_behind_the_desks() -> None:
    people = three_people()
    with acting_as(people.hub_worker.actor()) as worker:
        case = make_self_referred(worker, came_on=date(2026, 8, 3))
    seen = {}
    for user in (people.hub_worker, people.officer):
        with acting_as(user.actor()):
            if user == people.hub_worker:
                make_duty(Case.objects.get(pk=case.pk), bearer="service_provider")
            total = compliance(period=YEAR, today=TODAY).enforced.total
            seen[user.pk] = (behind(Number()).paginator.count, total)
    assert seen[people.officer.pk] == (0, 0)
    assert seen[people.hub_worker.pk][0] == seen[people.hub_worker.pk][1] > 0
    with acting_as(people.board.actor()), connection.cursor() as cursor:
        cursor.execute("SELECT sum(n) FROM hawl_duty_counts_all(%s, %s, %s)", [TODAY, YEAR.since, YEAR.until])
        assert cursor.fetchone() == (None,), "the police read what counts every row"


def test_who_sees_no_person_finds_no_row_behind_any_number() -> None:
    people = three_people()
    with acting_as(people.officer.actor()):
        for _ in range(8):
            make_duty(a_case())
    with acting_as(people.board.actor()):
        quarter = {"period": QUARTER}
        assert compliance(today=month_end_before(TODAY), **quarter).enforced.total == 8
        for number in (Number(), Number(("overdue",)), Number(told_by="none")):
            with pytest.raises(TooFine):
                behind(number, **quarter)
        with connection.cursor() as cursor:
            for rows, more in (("hawl_duty_rows", []), ("hawl_record_rows", [["4.4"], ["support_referral_made"]])):
                marks = ", ".join(["%s"] * (3 + len(more)))
                cursor.execute(f"SELECT count(*) FROM {rows}({marks})", [TODAY, YEAR.since, YEAR.until, *more])
                assert cursor.fetchone() == (0,)


def test_functions_that_give_rows_run_with_the_rights_of_who_calls_them() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname, p.prosecdef, has_function_privilege(%s, p.oid, 'EXECUTE') FROM pg_proc p "
            "WHERE p.proname LIKE 'hawl\\_%%\\_rows%%' ORDER BY 1",
            [connection.settings_dict["USER"].replace("staff", "public")],
        )
        assert cursor.fetchall() == [("hawl_duty_rows", False, False), ("hawl_record_rows", False, False)]


@pytest.mark.parametrize(
    "number",
    [
        Number(by="nothing"), Number(by="duty", row=("police", "4")), Number(by="body"), Number(row=("police",)),
        Number(by="act", row=("vps_explained",)), Number(by="quarter", row=("2026-q5",)),
        Number(by="quarter", row=("12-months",)), Number(told_by="nobody"), Number(told_by="none", by="body",
        row=("police",)), Number(told_by="none", by="act"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(officer: Actor, number: Number) -> None:
    with pytest.raises(NoSuchNumber):
        behind(number)


def test_a_row_that_nobody_has_counts_nothing(officer: Actor) -> None:
    make_duty(a_case())
    for number in (Number(by="duty", row=("police", "4", "99.9")), Number(by="council", row=("nowhere",)),
                   Number(by="month", row=("no day",)), Number(("no column",)),
                   Number(by="act", row=("no_event",), told_by="none")):  # fmt: skip
        assert behind(number).paginator.count == 0


@pytest.mark.parametrize("number", [Number(("overdue",)), Number(told_by="none")])
def test_fifty_cost_as_many_statements_as_one(officer: Actor, number: Number) -> None:
    taken = []
    for more in (1, PAGE - 1):
        for _ in range(more):
            make_duty(a_case())
        with CaptureQueriesContext(connection) as statements:
            found = behind(number)
            assert {one.case.reference["title"] for one in found} == {"Burglary"}
        taken.append((len(found), len(statements)))
    assert taken == [(1, 3), (PAGE, 3)]
