"""Which side records what, and the gate between them; no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hawl.rights.rulebook import attributes_asked, built_in, events_known, vocabulary
from hawl.rights.rulebook.conditions import Comparison
from hawl.work.hub import offering, rules
from hawl.work.hub.refusals import SAYS
from hawl.work.hub.rules import CaseFacts, route_after_answer, why_no_act, why_not_referred
from hawl.work.intake.rules import Route

REPORTED = date(2026, 11, 2)
TODAY = date(2026, 11, 20)
PLAIN = CaseFacts(route="automatic", agreement="not_asked", sealed=False, reported_on=REPORTED)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"route": "consent_first"}, "answer_needed"),
        ({"route": "consent_first", "agreement": "yes_unconfirmed"}, "answer_unconfirmed"),
        ({"route": "consent_first", "agreement": "yes"}, None),
        ({"route": "consent_first", "agreement": "yes", "sealed": True}, "sealed"),
        ({"route": "specialist_hold", "agreement": "yes"}, "specialist_hold"),
        ({"route": "out_of_scope", "agreement": "yes"}, "out_of_scope"),
        ({"route": "declined", "agreement": "yes"}, "declined"),
        ({"route": "automatic", "agreement": "no"}, "answered_no"),
        ({"sealed": True}, "sealed"),
        ({"referred_on": REPORTED}, "already_referred"),
        ({"answered": rules.Answer(True, TODAY)}, None),
        ({"answered": rules.Answer(True, TODAY + timedelta(1))}, "before_answer"),
        ({"agreement": "yes", "answered": rules.Answer(False, TODAY)}, "answered_no"),
    ],
)
def test_the_gate_opens_only_for_what_may_pass(changes: dict[str, object], refusal: str | None) -> None:
    assert why_not_referred(replace(PLAIN, **changes), TODAY, TODAY) == refusal  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("on", "refusal"),
    [
        (TODAY, None),
        (TODAY + timedelta(1), "future_day"),
        (REPORTED, None),
        (REPORTED - timedelta(1), "before_report"),
    ],
)
def test_a_referral_lies_between_the_report_and_today(on: date, refusal: str | None) -> None:
    assert why_not_referred(PLAIN, on, TODAY) == refusal


@pytest.mark.parametrize("event", sorted(rules.BY_THEIR_OWN_ACT))
def test_what_has_its_own_gate_is_never_recorded_by_hand(event: str) -> None:
    assert why_no_act(event, None, TODAY, PLAIN, of_desk=True) == "not_by_hand"


def test_each_side_records_its_own_and_not_the_others() -> None:
    referred = replace(PLAIN, referred_on=REPORTED)
    for event in rules.HUB_SIDE:
        assert why_no_act(event, None, TODAY, referred, of_desk=False) is None
        assert why_no_act(event, None, TODAY, referred, of_desk=True) == "not_for_this_side"
    assert why_no_act("victim_informed", None, TODAY, referred, of_desk=True) == "about_needed"
    for event in ("needs_assessed", "vps_explained", "suspect_charged"):
        assert why_no_act(event, None, TODAY, referred, of_desk=True) is None
        assert why_no_act(event, None, TODAY, referred, of_desk=False) == "not_for_this_side"


def test_support_is_not_recorded_before_the_day_of_the_referral() -> None:
    referred = replace(PLAIN, referred_on=date(2026, 11, 10))
    assert why_no_act("support_reached", None, date(2026, 11, 9), referred, of_desk=False) == "before_referral"
    assert why_no_act("support_reached", None, date(2026, 11, 10), referred, of_desk=False) is None
    assert why_no_act("support_reached", None, TODAY, PLAIN, of_desk=False) == "before_referral"


def test_a_reason_must_say_what_it_is_about() -> None:
    assert why_no_act("reason_recorded", None, TODAY, PLAIN, of_desk=True) == "about_needed"
    assert why_no_act("reason_recorded", "e1", TODAY, PLAIN, of_desk=True) is None


def test_every_event_that_is_offered_is_one_of_the_vocabulary() -> None:
    known = vocabulary().events.keys()
    offered = {code for side in (True, False) for group in offering.groups(of_desk=side) for code in group.events}
    assert offered | set(rules.HUB_SIDE) | rules.BY_THEIR_OWN_ACT | rules.ABOUT_ANOTHER | {rules.TAKEN_BACK} <= known


def test_every_event_that_a_rulebook_in_force_knows_can_be_recorded_by_hand_and_stands_once() -> None:
    offered = [code for group in offering.groups(of_desk=True) for code in group.events]
    assert len(offered) == len(set(offered))
    known = {code for book in offering.books_in_force() for _duty, codes in events_known(book) for code in codes}
    apart = rules.BY_THEIR_OWN_ACT | rules.ABOUT_ANOTHER | set(rules.HUB_SIDE)
    assert known - apart <= set(offered)
    assert not apart & set(offered)


def test_everything_that_a_rulebook_asks_of_an_event_has_words_to_ask_it_by() -> None:
    books = built_in()
    for code in vocabulary().events:
        for asked in attributes_asked(code, books):
            assert asked.asks.en
            assert asked.asks.cy
            assert bool(asked.choices) == (asked.kind == "choice")
    sentence = {each.attribute: each.kind for each in attributes_asked("sentence_passed", books)}
    assert sentence == {"custody_months": "number", "hospital_order": "truth", "violent_or_sexual": "truth"}
    assert attributes_asked("no_such_event", books) == ()


def test_every_choice_of_a_rule_can_be_chosen_by_who_records() -> None:
    for book in built_in():
        for duty in book.duties:
            for test in (duty.applies_if, duty.not_if):
                if isinstance(test, Comparison) and test.kind == "one_of":
                    asked = {each.attribute: each for each in attributes_asked(duty.triggers[0], built_in())}
                    offered = {code for code, _words in asked[test.attribute].choices}
                    assert set(test.value) < offered, "one more than the rule names, for who fits none"


@pytest.mark.parametrize(
    ("asserted_by", "event", "own", "of_desk", "refusal"),
    [
        ("user:7", "needs_assessed", True, True, None),
        ("user:7", "needs_assessed", False, True, "not_yours"),
        ("feed:gwent", "needs_assessed", True, True, "not_yours"),
        ("user:7", "support_reached", True, False, None),
        ("user:7", "support_reached", True, True, "not_yours"),
        ("user:7", "support_referral_made", True, True, "not_by_hand"),
        ("user:7", "recorded_by_mistake", True, True, "not_by_hand"),
    ],
)
def test_only_what_this_desk_recorded_by_hand_can_be_taken_back(
    asserted_by: str, event: str, own: bool, of_desk: bool, refusal: str | None
) -> None:
    assert rules.why_not_taken_back(asserted_by, event, of_desk=of_desk, own=own) == refusal


def test_every_refusal_has_its_words() -> None:
    assert set(rules.Refusal.__args__) == set(SAYS)  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", ["specialist_hold", "out_of_scope"])
@pytest.mark.parametrize("agreed", [True, False])
def test_no_answer_lifts_a_hold(code: str, agreed: bool) -> None:
    held = Route(code, "slavery")  # type: ignore[arg-type]
    assert route_after_answer(held, agreed=agreed, anew=lambda: Route("automatic", "no_hold")) == held


def test_a_yes_after_a_no_goes_where_it_would_have_gone() -> None:
    declined = Route("declined", "agreement_no")
    anew = Route("specialist_hold", "slavery")
    assert route_after_answer(declined, agreed=True, anew=lambda: anew) == anew
    assert route_after_answer(Route("automatic", "no_hold"), agreed=False, anew=lambda: anew) == declined
    consent = Route("consent_first", "under_18")
    assert route_after_answer(consent, agreed=True, anew=lambda: anew) == consent
