"""Routes, the gate, ages, the order of the desk and the suggestion of enhanced rights."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from hawl.work.intake.facts import RowFacts, facts_of, years_between
from hawl.work.intake.feed.checking import Checker
from hawl.work.intake.feed.fields import FLAGS, ROLES
from hawl.work.intake.feed.offences import offences
from hawl.work.intake.feed.tests.examples import TODAY, small_row
from hawl.work.intake.reasons import reasons
from hawl.work.intake.rules import (
    ROUTES,
    AreaRule,
    Condition,
    Route,
    RoutingPolicy,
    agreement_recorded_by_feed,
    enhanced_suggestion,
    may_leave_police_side,
    policy_from,
    priority,
    route,
    specialist_reason,
)

GWENT = Path(__file__).parents[3] / "areas/gwent/routing.yaml"


def facts(other_rows: dict[str, bool] | None = None, **changes: Any) -> RowFacts:
    """Facts of a grown-up's robbery, with some leaves of the row changed."""
    row = small_row(**{"person__born_on": "1980-05-01", **changes})
    return facts_of(Checker(TODAY).check(row, 1), **(other_rows or {}))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Route("automatic", "no_hold")),
        ({"person__agreement": "yes"}, Route("automatic", "no_hold")),
        ({"person__agreement": "no"}, Route("declined", "agreement_no")),
        ({"crime__offence": "drugs"}, Route("out_of_scope", "offence_out_of_scope")),
        ({"crime__offence": "rape"}, Route("consent_first", "sexual_offence")),
        ({"crime__flags": ["honour_based"]}, Route("consent_first", "consent_first_flag")),
        ({"crime__flags": ["slavery"]}, Route("specialist_hold", "slavery")),
        ({"crime__offence": "modern_slavery"}, Route("specialist_hold", "slavery")),
        ({"suspect__police_employee": True}, Route("specialist_hold", "specialist_decides")),
        ({"person__deceased": True}, Route("specialist_hold", "no_spokesperson")),
        ({"person__born_on": "2009-01-01"}, Route("consent_first", "under_18")),
        ({"person__role": "parent"}, Route("consent_first", "stands_for_child")),
        ({"person__born_on": None}, Route("consent_first", "age_not_known")),
        ({"person__born_on": None, "person__age": 18}, Route("automatic", "no_hold")),
        ({"person__born_on": None, "person__age": 17}, Route("consent_first", "under_18")),
        # Which of two reasons decides: the route that holds back more.
        ({"crime__offence": "rape", "person__agreement": "no"}, Route("declined", "agreement_no")),
        (
            {"crime__offence": "rape", "suspect__police_employee": True},
            Route("specialist_hold", "specialist_decides"),
        ),
        (
            {"crime__offence": "drugs", "crime__flags": ["child_exploitation"]},
            Route("consent_first", "consent_first_flag"),
        ),
        (
            {"crime__offence": "weapons", "person__born_on": "2010-01-01"},
            Route("consent_first", "under_18"),
        ),
        ({"crime__offence": "drugs", "person__risk": "high"}, Route("automatic", "no_hold")),
        ({"crime__offence": "drugs", "person__agreement": "no"}, Route("declined", "agreement_no")),
    ],
)
def test_the_route_of_a_row(changes: dict[str, Any], expected: Route) -> None:
    assert route(facts(**changes)) == expected


def test_what_other_rows_say_holds_the_row_for_a_specialist() -> None:
    assert route(facts({"counter_allegation": True})).reason_code == "specialist_decides"
    dead = {"person__deceased": True}
    assert route(facts({"spokesperson_known": True}, **dead)).code == "automatic"


def test_an_organisation_needs_no_age() -> None:
    shop = {
        "person__kind": "organisation",
        "person__organisation_name": "Siop y Bont",
        "person__named_contact": "Dafydd",
        "person__born_on": None,
    }
    assert route(facts(**shop)).code == "automatic"


def test_a_child_alone_waits_for_a_specialist_where_the_area_says_so() -> None:
    policy = RoutingPolicy(hold_unaccompanied_under=16)
    child = {"person__born_on": "2012-01-01"}
    assert route(facts(**child), policy) == Route("specialist_hold", "unaccompanied_child")
    assert route(facts({"adult_known": True}, **child), policy).code == "consent_first"
    assert route(facts(person__born_on="2009-01-01"), policy).code == "consent_first"


@pytest.mark.parametrize(
    ("born", "reported", "under"),
    [
        ("2008-11-21", "2026-11-20", True),
        ("2008-11-20", "2026-11-20", False),
        ("2008-11-19", "2026-11-20", False),
        ("2008-02-29", "2026-02-28", True),
        ("2008-02-29", "2026-03-01", False),
        ("2004-02-29", "2022-02-28", True),
    ],
)
def test_eighteen_begins_on_the_birthday(born: str, reported: str, under: bool) -> None:
    row = facts(person__born_on=born, crime__reported_on=reported)
    assert row.may_be_under(18) is under


def test_a_leap_day_birthday_falls_on_its_day_in_a_leap_year() -> None:
    assert years_between(date(2008, 2, 29), date(2028, 2, 28)) == 19
    assert years_between(date(2008, 2, 29), date(2028, 2, 29)) == 20


def test_the_age_at_the_offence_counts_too() -> None:
    grown = {"person__born_on": "2008-11-01", "crime__reported_on": "2026-11-20"}
    assert route(facts(**grown, crime__occurred_from="2026-11-01")).code == "automatic"
    assert route(facts(**grown, crime__occurred_from="2026-10-31")).code == "consent_first"
    assert route(facts(**grown, crime__occurred_to="2026-10-31")).code == "consent_first"


def test_an_age_without_a_birthday_is_read_against_being_adult() -> None:
    aged = {"person__born_on": None, "crime__reported_on": "2026-11-20"}
    assert facts(**aged, person__age=18, crime__occurred_from="2026-11-19").may_be_under(18)
    assert not facts(**aged, person__age=19, crime__occurred_from="2026-11-19").may_be_under(18)
    assert facts(**aged, person__age=30, crime__occurred_from="2014-11-19").may_be_under(18)
    assert not facts(**aged, person__age=30, crime__occurred_from="2014-11-20").may_be_under(18)


def test_no_area_can_hold_back_less_than_the_house() -> None:
    lax = RoutingPolicy((AreaRule("all", "automatic", (Condition(roles=ROLES),)),))
    assert route(facts(), lax).code == "automatic"
    for changes in (
        {"crime__offence": "rape"},
        {"person__born_on": "2010-01-01"},
        {"person__agreement": "no"},
        {"crime__flags": ["slavery"]},
        {"suspect__police_employee": True},
    ):
        assert route(facts(**changes), lax).code != "automatic"


def test_the_first_area_rule_that_fits_decides() -> None:
    first = AreaRule("a", "consent_first", (Condition(offences=("robbery",)),), "en", "cy")
    second = AreaRule("b", "specialist_hold", (Condition(offences=("robbery",)),))
    assert route(facts(), RoutingPolicy((first, second))) == Route("consent_first", "a")
    assert route(facts(), RoutingPolicy((second, first))) == Route("specialist_hold", "b")
    assert RoutingPolicy((first,)).explains("a") == ("en", "cy")
    assert RoutingPolicy((first,)).explains("agreement_no") is None


@pytest.mark.parametrize(
    ("condition", "changes"),
    [
        (Condition(offences=("arson",)), {"crime__offence": "arson"}),
        (Condition(flags=("hate",)), {"crime__flags": ["hate"]}),
        (Condition(agreement=("yes",)), {"person__agreement": "yes"}),
        (Condition(roles=("witness",)), {"person__role": "witness"}),
        (Condition(risk=("medium",)), {"person__risk": "medium"}),
        (Condition(under=30), {"person__born_on": "2000-01-01"}),
        (Condition(sexual=True), {"crime__offence": "sexual_other"}),
        (Condition(offence_out_of_scope=True), {"crime__offence": "weapons"}),
        (Condition(suspect_police_employee=True), {"suspect__police_employee": True}),
        (Condition(deceased=True), {"person__deceased": True}),
    ],
)
def test_each_part_of_a_condition_fits_and_fails(condition: Condition, changes: dict[str, Any]) -> None:
    assert condition.fits(facts(**changes))
    assert not condition.fits(facts())
    assert not replace(condition, roles=("parent",)).fits(facts(**changes))


def test_a_condition_without_parts_fits_nothing() -> None:
    assert not Condition().fits(facts())


def test_an_area_file_of_routing_is_read_as_a_policy() -> None:
    if not GWENT.exists():
        pytest.skip("areas/gwent/routing.yaml is not here yet")
    policy = policy_from(yaml.safe_load(GWENT.read_text(encoding="utf-8")))
    assert {rule.route for rule in policy.rules} <= set(ROUTES)
    assert route(facts(), policy).code == "automatic"
    assert route(facts(crime__offence="rape"), policy).code == "consent_first"
    assert route(facts(crime__offence="drugs"), policy).code == "out_of_scope"
    found = route(facts(crime__offence="kidnap"), policy)
    assert found.code == "specialist_hold"
    assert policy.explains(found.reason_code)


def test_a_routing_condition_with_an_unknown_part_is_an_error() -> None:
    rule = {"key": "a", "route": "declined", "en": "a", "cy": "a", "any": [{"moon": "full"}]}
    with pytest.raises(ValueError, match="moon"):
        policy_from({"rules": [rule]})


@pytest.mark.parametrize("agreed", [True, False])
def test_the_gate_opens_for_automatic_and_for_a_recorded_yes_only(agreed: bool) -> None:
    leaves = {code for code in ROUTES if may_leave_police_side(code, agreement_recorded=agreed)}
    assert leaves == ({"automatic", "consent_first"} if agreed else {"automatic"})


def test_the_feed_records_an_adults_yes_and_nobody_elses() -> None:
    assert agreement_recorded_by_feed(facts(person__agreement="yes"))
    assert not agreement_recorded_by_feed(facts(person__agreement="not_asked"))
    yes = {"person__agreement": "yes"}
    assert not agreement_recorded_by_feed(facts(**yes, person__born_on="2010-01-01"))
    assert not agreement_recorded_by_feed(facts(**yes, person__born_on=None))


def test_the_desk_sees_risk_first_then_the_oldest_report() -> None:
    rows = {
        "high, new": facts(person__risk="high", crime__reported_on="2026-11-20"),
        "high, old": facts(person__risk="high", crime__reported_on="2026-11-01"),
        "medium": facts(person__risk="medium", crime__reported_on="2026-10-01"),
        "ungraded abuse": facts(crime__flags=["domestic_abuse"], crime__reported_on="2026-10-02"),
        "ungraded": facts(crime__reported_on="2026-01-01"),
        "standard": facts(person__risk="standard", crime__reported_on="2020-01-01"),
    }
    ordered = sorted(rows, key=lambda name: priority(rows[name]))
    assert ordered == [
        "high, old", "high, new", "medium", "ungraded abuse", "ungraded", "standard",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, set()),
        ({"person__born_on": "2008-11-20"}, set()),
        ({"person__born_on": "2008-11-21"}, {"under_18_at_offence"}),
        ({"crime__offence": "rape"}, {"sexual_offence", "most_serious"}),
        ({"crime__offence": "kidnap"}, {"most_serious"}),
        ({"crime__flags": ["domestic_abuse"]}, {"most_serious"}),
        ({"crime__flags": ["slavery"]}, {"slavery", "most_serious"}),
        ({"person__role": "bereaved_relative"}, {"bereaved"}),
        ({"crime__offence": "stalking"}, {"persistently_targeted"}),
    ],
)
def test_enhanced_rights_are_suggested_with_their_ground(changes: dict[str, Any], codes: set[str]) -> None:
    grounds = enhanced_suggestion(facts(**changes))
    assert {ground.code for ground in grounds} == codes
    assert all(ground.source and ground.certainty == "B" for ground in grounds)


def test_every_reason_that_a_rule_can_give_has_its_words_and_no_words_are_idle() -> None:
    seen, grounds, base = set(), set(), facts()
    for offence, flag, role, born, agreement, police, dead in product(
        offences(), (None, *FLAGS), ROLES, ("1980-01-01", "2012-01-01", None),
        ("yes", "no"), (True, None), (True, False),
    ):  # fmt: skip
        row = replace(
            base,
            offence=offences()[offence],
            flags=frozenset({flag} if flag else ()),
            role=role,
            age_at_report=None if born is None else 46 if born < "2000" else 14,
            age_at_offence=None if born is None else 46 if born < "2000" else 14,
            agreement=agreement,
            suspect_police_employee=police,
            deceased=dead,
        )
        seen.add(route(row).reason_code)
        grounds |= {ground.code for ground in enhanced_suggestion(row)}
    seen.add(str(specialist_reason(facts({"counter_allegation": True}))))
    alone = facts(person__born_on="2015-01-01")
    seen.add(str(specialist_reason(alone, RoutingPolicy(hold_unaccompanied_under=16))))
    # One who came without the police took no row's route: their case says so itself.
    assert seen | {"came_without_police"} == set(reasons("route_reasons"))
    assert grounds == set(reasons("grounds"))
    assert set(ROUTES) == set(reasons("routes"))
