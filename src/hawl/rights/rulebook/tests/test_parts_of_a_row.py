"""Rows of the fact sheet that are two duties, or are owed to some and by some: each part is kept and missed alone."""

from __future__ import annotations

from typing import Any

import pytest

from hawl.rights.rulebook import Duty, Event, Rulebook, applying
from hawl.rights.rulebook.tests.cases import day, event, rows
from hawl.rights.rulebook.tests.test_whole_sheet import DUTIES, attributes

ASKED, EVE, LAST, AFTER = "2026-03-02", "2026-03-19", "2026-03-20", "2026-03-21"
BOUNDED = [(book, duty) for book, duty in DUTIES if duty.before]


def found(*events: Event, as_of: str = AFTER) -> dict[str, str]:
    """The states by duty, of a case in which no duty has two triggers."""
    told = rows(*events, as_of=as_of)
    assert len({duty for duty, _ in told}) == len(told)
    return {duty: row.state for (duty, _), row in told.items()}


def bearer(duty_id: str) -> str:
    return next(duty.bearer for book in applying() for duty in book.duties if duty.id == duty_id)


@pytest.mark.parametrize(("book", "duty"), [pytest.param(book, duty, id=duty.id) for book, duty in BOUNDED])
def test_what_must_be_done_before_something_is_open_on_its_day_and_over_on_the_next(book: Rulebook, duty: Duty) -> None:
    assert duty.before is not None
    told: dict[str, Any] = {str(duty.before.day_in): LAST} if duty.before.announced_by else {}
    for code in duty.triggers:
        trigger = event("t", code, ASKED, **attributes(duty.applies_if, duty.not_if), **told)
        cases = [[trigger, event("u", end, LAST)] for end in duty.before.events]
        cases += [[trigger, event("u", named, ASKED, **told)] for named in duty.before.announced_by]
        for case in cases:
            states = {on: rows(*case, as_of=on, books=[book])[duty.id, "t"].state for on in (LAST, AFTER)}
            assert states == {LAST: "pending", AFTER: "overdue"}
            for done, wanted in ((EVE, "met"), (LAST, "met"), (AFTER, "met_late")):
                acted = rows(*case, event("a", str(duty.act), done), as_of=AFTER, books=[book])[duty.id, "t"]
                assert (acted.state, acted.due_on) == (wanted, day(LAST))


@pytest.mark.parametrize("code", ["first_contact_made", "self_referral_received"])
def test_plain_words_are_owed_to_everyone_and_help_from_the_day_the_need_is_known(code: str) -> None:
    first, need = event("t", code, ASKED), event("n", "communication_need_recorded", LAST)
    assert "1.1b" not in found(first)
    assert found(first)["1.1a"] == "continuing"
    assert "1.1a" not in found(need)
    assert found(need)["1.1b"] == "continuing"
    closed = found(first, need, event("e", "case_closed", AFTER))
    assert (closed["1.1a"], closed["1.1b"]) == ("ended", "ended")
    assert found(first, event("e", "support_ended", AFTER))["1.1a"] == "continuing"


def test_why_somebody_may_not_come_is_told_apart_from_letting_them_come() -> None:
    asked, no = event("t", "companion_asked_for", ASKED), event("n", "companion_refused", ASKED)
    interview = event("i", "victim_interviewed", LAST)
    assert found(asked, interview) == {"1.4a": "overdue"}
    assert found(no, interview) == {"1.4b": "overdue"}
    told = event("e", "companion_refusal_explained", LAST)
    assert found(asked, no, interview, told) == {"1.4a": "overdue", "1.4b": "met"}
    good = event("g", "reason_recorded", LAST, about="t")
    assert found(asked, no, interview, good) == {"1.4a": "excused", "1.4b": "overdue"}
    assert found(asked, no, interview, event("a", "companion_allowed", LAST)) == {"1.4a": "met", "1.4b": "overdue"}
    assert {bearer("1.4a"), bearer("1.4b")} == {"service_provider"}


def test_why_there_is_no_help_for_an_interview_is_told_apart_from_considering_it() -> None:
    planned = event("t", "interview_planned", ASKED, planned_on=LAST)
    no = event("n", "interview_support_not_given", ASKED)
    assert found(planned, as_of=LAST) == {"2.5a": "pending"}
    assert found(planned, no) == {"2.5a": "overdue", "2.5b": "overdue"}
    considered = event("a", "interview_support_considered", LAST)
    assert found(planned, no, considered) == {"2.5a": "met", "2.5b": "overdue"}
    told = event("e", "interview_support_refusal_explained", LAST)
    assert found(planned, no, considered, told) == {"2.5a": "met", "2.5b": "met"}
    assert found(planned, told) == {"2.5a": "overdue"}


def test_the_police_consider_an_intermediary_before_the_interview_and_the_prosecutor_before_the_trial() -> None:
    doubt = event("t", "evidence_quality_doubted", ASKED)
    interview, trial = event("i", "victim_interviewed", LAST), event("j", "trial_started", LAST)
    assert found(doubt) == {"2.6a": "no_limit", "2.6b": "no_limit"}
    assert found(doubt, interview) == {"2.6a": "overdue", "2.6b": "no_limit"}
    assert found(doubt, trial) == {"2.6a": "no_limit", "2.6b": "overdue"}
    by_police = event("a", "intermediary_considered", LAST)
    by_prosecutor = event("b", "intermediary_for_trial_considered", LAST)
    assert found(doubt, interview, trial, by_police) == {"2.6a": "met", "2.6b": "overdue"}
    assert found(doubt, interview, trial, by_prosecutor) == {"2.6a": "overdue", "2.6b": "met"}
    assert (bearer("2.6a"), bearer("2.6b")) == ("police", "crown_prosecution_service")


def test_a_no_to_telling_support_services_leaves_open_what_other_bodies_are_told() -> None:
    granted = event("t", "enhanced_rights_granted", ASKED)
    assert found(granted) == {"4.7a": "no_limit", "4.7b": "no_limit"}
    for about in (None, "t"):
        no = event("n", "sharing_with_support_declined", LAST, about=about)
        assert found(granted, no) == {"4.7a": "no_limit", "4.7b": "declined"}
        shared = event("a", "enhanced_rights_shared", LAST, about=about)
        assert found(granted, shared) == {"4.7a": "met", "4.7b": "no_limit"}
        assert found(granted, no, shared) == {"4.7a": "met", "4.7b": "declined"}
    told = event("s", "support_service_told_of_enhanced_rights", LAST)
    assert found(granted, told) == {"4.7a": "no_limit", "4.7b": "overdue"}
    assert found(granted, told, event("a", "sharing_with_support_asked", LAST))["4.7b"] == "met"


@pytest.mark.parametrize("enhanced", [True, False])
def test_deciding_on_enhanced_rights_starts_no_duty(enhanced: bool) -> None:
    assert found(event("t", "enhanced_rights_decided", ASKED, enhanced=enhanced)) == {}


def test_a_specialist_service_is_offered_by_whoever_deals_with_the_victim() -> None:
    assert bearer("4.6") == "service_provider"


@pytest.mark.parametrize(
    ("under_18", "owed"),
    [(True, {"6.6b": "youth_offending_team"}), (False, {"6.6a": "police"})],
)
def test_views_on_a_disposal_are_sought_by_the_youth_offending_team_where_the_suspect_is_a_youth(
    under_18: bool, owed: dict[str, str]
) -> None:
    considered = event("t", "out_of_court_disposal_considered", ASKED, suspect_under_18=under_18)
    told = rows(considered)
    assert {duty: row.bearer for (duty, _), row in told.items()} == owed
    assert {row.enforced for row in told.values()} == {False}
    sought = event("a", "disposal_views_sought", LAST)
    assert set(found(considered, sought).values()) == {"met"}


def test_whose_views_are_whose_to_seek_is_not_guessed_where_the_age_is_not_known() -> None:
    unknown = found(event("t", "out_of_court_disposal_considered", ASKED))
    assert unknown == {"6.6a": "data_missing", "6.6b": "data_missing"}


@pytest.mark.parametrize("code", ["cps_decided_no_charge", "cps_stopped_case", "charge_substantially_altered"])
@pytest.mark.parametrize(
    ("bereaved", "meeting_offence", "state"),
    [
        (True, True, "no_limit"),
        (True, False, "no_limit"),
        (False, True, "no_limit"),
        (False, False, None),
        (None, True, "data_missing"),
        (False, None, "data_missing"),
    ],
)
def test_a_meeting_on_a_prosecutors_decision_is_offered_to_the_bereaved_and_after_some_offences(
    code: str, bereaved: bool | None, meeting_offence: bool | None, state: str | None
) -> None:
    decided = event("t", code, ASKED, bereaved=bereaved, meeting_offence=meeting_offence)
    assert found(decided).get("6.12") == state
    assert found(decided)["6.11"] == "overdue"
    if state == "no_limit":
        offered = event("a", "meeting_on_decision_offered", LAST)
        assert found(decided, offered) == {"6.11": "overdue", "6.12": "met"}
        assert found(decided, event("a", "reason_recorded", LAST, about="t"))["6.12"] == "excused"
        assert found(decided, event("a", "meeting_before_sentence_offered", LAST))["6.12"] == "no_limit"
        assert not rows(decided)["6.12", "t"].enforced


def test_the_bereaved_are_offered_a_meeting_before_the_sentence_and_another_after_it() -> None:
    convicted, sentence = event("t", "conviction_recorded", ASKED, bereaved=True), event("s", "sentence_passed", LAST)
    before, after = (event(when, f"meeting_{when}_sentence_offered", LAST) for when in ("before", "after"))
    told = rows(convicted, sentence, as_of=AFTER)
    assert {duty for duty, trigger in told if trigger == "s"} == {"9.2", "11.1"}
    acts: list[Event]
    for acts, wanted in (
        ([], ("overdue", "no_limit")),
        ([before], ("met", "no_limit")),
        ([after], ("overdue", "met")),
        ([before, after], ("met", "met")),
    ):
        told = rows(convicted, sentence, *acts, as_of=AFTER)
        assert (told["9.4a", "t"].state, told["9.4b", "t"].state) == wanted
    assert found(event("t", "conviction_recorded", ASKED, bereaved=False)) == {}


# What the sheet asks of whom a duty is owed to: the attributes of its trigger with which it is owed.
OWED_IF: list[tuple[str, str, dict[str, bool]]] = [
    ("7.5", "further_impact_recorded", {"vps_was_made": True}),
    ("7.6", "conviction_recorded", {"bereaved": True}),
    ("8.2c", "special_measures_ruled", {"measures_were_applied_for": True}),
    ("8.5", "court_visit_asked_for", {"bereaved": True}),
    ("9.4a", "conviction_recorded", {"bereaved": True}),
    ("9.4b", "conviction_recorded", {"bereaved": True}),
    ("11.4", "sentence_stage_reached", {"in_contact_scheme": True}),
    ("11.5", "parole_review_begun", {"in_contact_scheme": True}),
    ("11.6", "release_planned", {"in_contact_scheme": True}),
    ("11.7", "unrestricted_patient_referred", {"violent_or_sexual": True}),
]


@pytest.mark.parametrize(("duty", "code", "owed"), OWED_IF)
def test_a_duty_is_owed_only_to_whom_the_sheet_names_and_unknown_where_nobody_says(
    duty: str, code: str, owed: dict[str, bool]
) -> None:
    assert found(event("t", code, ASKED, **owed))[duty] in {"no_limit", "pending"}
    assert duty not in found(event("t", code, ASKED, **{name: not value for name, value in owed.items()}))
    assert found(event("t", code, ASKED))[duty] == "data_missing"


JOINS: dict[str, Any] = {
    "sentence_is_running": True,
    "custody_months": 12,
    "hospital_order": False,
    "violent_or_sexual": True,
}


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, "no_limit"),
        ({"custody_months": 11}, None),
        ({"custody_months": 11, "hospital_order": True}, "no_limit"),
        ({"violent_or_sexual": False}, None),
        ({"sentence_is_running": False}, None),
        ({"sentence_is_running": None}, "data_missing"),
    ],
)
def test_joining_the_contact_scheme_after_all_is_owed_while_a_sentence_of_its_kind_runs(
    changed: dict[str, Any], state: str | None
) -> None:
    asked = event("t", "vcs_opt_in_asked_for", ASKED, **{**JOINS, **changed})
    assert found(asked).get("11.3") == state


def test_the_first_contact_of_a_liaison_officer_is_not_the_joining_of_somebody_who_had_left() -> None:
    case = [event("r", "vcs_referred", ASKED), event("t", "vcs_opt_in_asked_for", ASKED, **JOINS)]
    contact, joined = event("a", "vlo_contacted", LAST), event("b", "vcs_joined", LAST)
    assert found(*case, contact) == {"11.2": "met", "11.3": "no_limit"}
    assert found(*case, joined) == {"11.2": "pending", "11.3": "met"}


def test_property_comes_back_without_a_time_that_nobody_verified() -> None:
    told = rows(event("t", "property_no_longer_needed", ASKED))["10.2", "t"]
    assert (told.state, told.why["clock"]["en"]) == ("no_limit", "no number of days is set")


@pytest.mark.parametrize(
    ("duty", "exception"), [("1.3", "excused"), ("1.4a", "excused"), ("2.4", "excused"), ("6.3b", "withheld")]
)
def test_a_duty_names_the_exceptions_that_the_sheet_has(duty: str, exception: str) -> None:
    exceptions = {one.id: one.exceptions for _, one in DUTIES}
    assert exceptions[duty] == (exception,)
