from __future__ import annotations

from typing import Any

import pytest

from hawl.rights.rulebook import Event, applying, built_in, evaluate
from hawl.rights.rulebook.tests.cases import LATE, SEAMS, day, event, row, rows, state

# The contract of the command: what starts, which duties, what answers, standard and enhanced days.
TABLE = [
    ("crime_reported", "3.1", "written_confirmation_sent", None),
    ("crime_reported", "4.1", "needs_assessed", None),
    ("crime_reported", "4.4", "support_referral_made", (2, 2)),
    ("crime_reported", "7.1", "vps_explained", None),
    ("suspect_arrested", "6.1a", "victim_informed", (5, 1)),
    ("suspect_interviewed", "6.1b", "victim_informed", (5, 1)),
    ("suspect_released_without_charge", "6.1c", "victim_informed", (5, 1)),
    ("suspect_bailed", "6.1d", "victim_informed", (5, 1)),
    ("suspect_released_under_investigation", "6.1d", "victim_informed", (5, 1)),
    ("bail_conditions_changed", "6.1d", "victim_informed", (5, 1)),
    ("bail_cancelled", "6.1d", "victim_informed", (5, 1)),
    ("investigation_declined", "6.2", "victim_informed", (5, 1)),
    ("out_of_court_disposal_given", "6.7", "victim_informed", (5, 1)),
    ("suspect_charged", "6.8", "victim_informed", (5, 1)),
    ("complaint_received", "12.1", "complaint_acknowledged", (10, 10)),
    ("vrr_requested", "6.13", "vrr_acknowledged", (10, 10)),
    ("vrr_requested", "6.14", "vrr_completed", (30, 30)),
    ("hearing_listed", "8.1a", "victim_informed", (1, 1)),
    ("bail_hearing_outcome", "8.1b", "victim_informed", (5, 1)),
    ("warrant_issued", "8.1c", "victim_informed", (5, 1)),
    ("rearrest_hearing_outcome", "8.1d", "victim_informed", (5, 1)),
    ("witness_required", "8.2a", "victim_informed", (1, 1)),
    ("case_outcome", "9.1", "victim_informed", (1, 1)),
    ("sentence_passed", "9.2", "victim_informed", (1, 1)),
    ("sentence_passed", "11.1", "vcs_referred", (10, 10)),
    ("vcs_referred", "11.2", "vlo_contacted", (20, 20)),
    ("expense_claim_received", "10.1", "expense_paid", (10, 10)),
]
# Done by its own receipt: see below.
BY_RECEIPT = ("case_outcome", "9.0")
FROM_RECEIPT = {"8.1a", "8.1b", "8.1c", "8.1d", "8.2a", "9.1", "9.2"}
SENTENCE: dict[str, Any] = {"custody_months": 12, "hospital_order": False, "violent_or_sexual": True}
# Working days after Monday 2 March 2026; Good Friday is 3 April.
ENDS = {1: "2026-03-03", 2: "2026-03-04", 5: "2026-03-09", 10: "2026-03-16", 20: "2026-03-30", 30: "2026-04-15"}
NEXT = {"2026-03-03": "2026-03-04", "2026-03-04": "2026-03-05", "2026-03-09": "2026-03-10",
        "2026-03-16": "2026-03-17", "2026-03-30": "2026-03-31", "2026-04-15": "2026-04-16"}  # fmt: skip


@pytest.mark.parametrize(("code", "duty", "act", "days"), TABLE)
@pytest.mark.parametrize("tier", ["standard", "enhanced", "undetermined"])
def test_each_line_of_the_contract_is_kept_missed_and_late_at_its_boundary(
    code: str, duty: str, act: str, days: tuple[int, int] | None, tier: str
) -> None:
    attributes = SENTENCE if code == "sentence_passed" else {}
    case = [event("t", code, "2026-03-02", received="2026-03-02" if duty in FROM_RECEIPT else None, **attributes)]
    if tier != "undetermined":
        case.append(event("d", "enhanced_rights_decided", "2026-03-02", enhanced=tier == "enhanced"))
    if days is None:
        assert state(duty, *case) == "no_limit"
        assert state(duty, *case, event("a", act, "2026-12-01")) == "met"
        assert row(duty, *case).due_on is None
        assert row(duty, *case).target_on is None
        return
    due = ENDS[days[1] if tier == "enhanced" else days[0]]
    found = row(duty, *case, as_of=due)
    assert (found.due_on, found.state, found.tier) == (day(due), "pending", tier)
    assert found.target_on == (day(ENDS[days[1]]) if tier == "undetermined" else None)
    assert (found.started_on, found.enforced) == (day("2026-03-02"), True)
    assert state(duty, *case, as_of=NEXT[due]) == "overdue"
    assert state(duty, *case, event("a", act, "2026-03-02")) == "met"
    assert state(duty, *case, event("a", act, due)) == "met"
    late = row(duty, *case, event("a", act, NEXT[due]))
    assert (late.state, late.done_on) == ("met_late", day(NEXT[due]))


def test_an_event_of_the_contract_starts_what_the_contract_says_and_nothing_else() -> None:
    told = {(code, duty) for code, duty, *_ in TABLE} | {BY_RECEIPT}
    codes = {code for code, _ in told}
    now = [book for book in applying() if book.governs(day("2026-03-02"))]
    shipped = {(code, duty.id) for book in now for duty in book.duties for code in duty.triggers if code in codes}
    assert shipped == told
    assert {duty.id for book in now for duty in book.duties if duty.counts_from == "received"} == FROM_RECEIPT | {"9.5"}


def test_a_trigger_starts_its_duties_and_no_others() -> None:
    for code in {code for code, *_ in TABLE}:
        wanted = {duty for other, duty, *_ in [*TABLE, BY_RECEIPT] if other == code}
        assert {duty for duty, _ in rows(event("t", code, "2026-03-02"))} == wanted


def test_acts_and_unknown_events_start_nothing() -> None:
    assert rows(event("a", "victim_informed", "2026-03-02"), event("b", "of_no_book", "2026-03-02")) == {}
    assert rows() == {}


@pytest.mark.parametrize(
    ("code", "state_given"),
    [
        ("reason_recorded", "excused"),
        ("information_withheld", "withheld"),
        ("safe_alternative_used", "safe_alternative"),
    ],
)
def test_a_closing_closes_all_duties_of_the_trigger_it_is_about(code: str, state_given: str) -> None:
    found = rows(
        event("t", "crime_reported", "2026-03-02"),
        event("u", "suspect_arrested", "2026-03-03"),
        event("c", code, "2026-03-04", about="t"),
    )
    assert {state_given} == {one.state for (_, trigger), one in found.items() if trigger == "t"}
    assert {one.done_on for one in found.values()} == {None}
    assert found["6.1a", "u"].state == "overdue"


def test_a_closing_about_nothing_or_before_its_trigger_closes_nothing() -> None:
    trigger = event("t", "suspect_arrested", "2026-03-03")
    assert state("6.1a", trigger, event("c", "reason_recorded", "2026-03-04")) == "overdue"
    assert state("6.1a", trigger, event("c", "reason_recorded", "2026-03-02", about="t")) == "overdue"
    assert state("6.1a", trigger, event("c", "reason_recorded", "2026-03-03", about="t")) == "excused"


def test_of_several_closings_the_earliest_counts() -> None:
    case = [
        event("t", "suspect_arrested", "2026-03-03"),
        event("b", "reason_recorded", "2026-03-05", about="t"),
        event("c", "information_withheld", "2026-03-04", about="t"),
    ]
    assert state("6.1a", *case) == "withheld"
    same = [case[0], case[1], event("a", "information_withheld", "2026-03-05", about="t")]
    assert state("6.1a", *same) == "withheld"


def test_an_act_outranks_a_decline_and_a_decline_a_closing() -> None:
    trigger = event("t", "crime_reported", "2026-03-02")
    closing = event("c", "reason_recorded", "2026-03-02", about="t")
    decline = event("d", "support_referral_declined", "2026-03-03", about="t")
    act = event("e", "support_referral_made", "2026-03-05", about="t")
    assert state("4.4", trigger, closing) == "excused"
    declined = row("4.4", trigger, closing, decline)
    assert (declined.state, declined.done_on) == ("declined", day("2026-03-03"))
    done = row("4.4", trigger, closing, decline, act)
    assert (done.state, done.done_on) == ("met_late", day("2026-03-05"))


def test_a_decline_matches_like_an_act_and_closes_no_other_duty() -> None:
    found = rows(
        event("t", "crime_reported", "2026-03-02"),
        event("u", "crime_reported", "2026-03-03"),
        event("d", "support_referral_declined", "2026-03-20"),
        event("e", "support_referral_made", "2026-03-21"),
    )
    assert found["4.4", "t"].state == "declined"
    assert found["4.4", "u"].state == "met_late"
    assert found["3.1", "t"].state == "no_limit"


def test_acts_about_a_trigger_go_first_and_the_rest_fill_up_in_order() -> None:
    found = rows(
        event("t1", "suspect_arrested", "2026-03-02"),
        event("t2", "suspect_arrested", "2026-03-03"),
        event("t3", "suspect_arrested", "2026-03-10"),
        event("a9", "victim_informed", "2026-03-04", about="t2"),
        event("a2", "victim_informed", "2026-03-05"),
        event("a3", "victim_informed", "2026-03-06"),
        event("a4", "victim_informed", "2026-03-12"),
    )
    done = {trigger: one.done_on for (_, trigger), one in found.items()}
    # a3 finds t3 still to come and answers nothing; it does not wait.
    assert done == {"t1": day("2026-03-05"), "t2": day("2026-03-04"), "t3": day("2026-03-12")}


def test_one_act_answers_one_trigger_of_each_duty_it_can_answer() -> None:
    found = rows(
        event("t1", "suspect_arrested", "2026-03-02"),
        event("t2", "suspect_arrested", "2026-03-02"),
        event("t3", "suspect_interviewed", "2026-03-02"),
        event("a", "victim_informed", "2026-03-02"),
    )
    assert found["6.1a", "t1"].state == "met"
    assert found["6.1a", "t2"].state == "overdue"
    assert found["6.1b", "t3"].state == "met"


def test_an_act_about_one_trigger_answers_only_that_one() -> None:
    found = rows(
        event("t1", "suspect_arrested", "2026-03-02"),
        event("t3", "suspect_interviewed", "2026-03-02"),
        event("a", "victim_informed", "2026-03-02", about="t3"),
        event("b", "victim_informed", "2026-03-02", about="nowhere"),
    )
    assert found["6.1a", "t1"].state == "overdue"
    assert found["6.1b", "t3"].state == "met"


def test_of_several_acts_about_one_trigger_the_earliest_that_is_not_before_it_counts() -> None:
    found = row(
        "6.1a",
        event("t", "suspect_arrested", "2026-03-03"),
        event("c", "victim_informed", "2026-03-05", about="t"),
        event("b", "victim_informed", "2026-03-04", about="t"),
        event("a", "victim_informed", "2026-03-02", about="t"),
    )
    assert found.done_on == day("2026-03-04")
    assert found.why["answered_by"] == "b"


def test_an_act_before_the_trigger_answers_nothing() -> None:
    case = event("t", "suspect_arrested", "2026-03-03"), event("a", "victim_informed", "2026-03-02")
    assert state("6.1a", *case) == "overdue"


def test_a_decision_rules_from_its_day_until_the_next() -> None:
    found = rows(
        event("t1", "suspect_arrested", "2026-03-02"),
        event("d1", "enhanced_rights_decided", "2026-03-03", enhanced=True),
        event("t2", "suspect_arrested", "2026-03-03"),
        event("t3", "suspect_arrested", "2026-03-04"),
        event("d2", "enhanced_rights_decided", "2026-03-05", enhanced=False),
        event("t4", "suspect_arrested", "2026-03-05"),
    )
    tiers = {trigger: one.tier for (_, trigger), one in found.items()}
    assert tiers == {"t1": "undetermined", "t2": "enhanced", "t3": "enhanced", "t4": "standard"}


def test_of_two_decisions_on_one_day_the_later_id_as_text_rules() -> None:
    case = [
        event("10", "enhanced_rights_decided", "2026-03-02", enhanced=True),
        event("9", "enhanced_rights_decided", "2026-03-02", enhanced=False),
        event("t", "suspect_arrested", "2026-03-02"),
    ]
    assert row("6.1a", *case).tier == "standard"


@pytest.mark.parametrize("value", [None, "true", 1, "yes"])
def test_a_decision_without_a_plain_yes_or_no_decides_nothing(value: object) -> None:
    case = [
        event("d", "enhanced_rights_decided", "2026-03-01", enhanced=value),
        event("t", "suspect_arrested", "2026-03-02"),
    ]
    assert row("6.1a", *case).tier == "undetermined"


def test_receipt_starts_the_clock_of_the_next_body_and_its_absence_is_not_their_fault() -> None:
    sent = event("t", "hearing_listed", "2026-03-02")
    waiting = row("8.1a", sent)
    assert (waiting.state, waiting.started_on, waiting.due_on) == ("awaiting_upstream", None, None)
    assert waiting.target_on is None
    got = event("t", "hearing_listed", "2026-03-02", received="2026-03-10")
    found = row("8.1a", got, as_of="2026-03-11")
    assert (found.started_on, found.due_on) == (day("2026-03-10"), day("2026-03-11"))
    assert found.state == "pending"
    assert state("8.1a", got, as_of="2026-03-12") == "overdue"
    assert state("8.1a", got, as_of="2026-03-09") == "awaiting_upstream"
    told = row("8.1a", sent, event("a", "victim_informed", "2026-03-03"))
    assert (told.state, told.done_on) == ("awaiting_upstream", day("2026-03-03"))


def test_the_tier_is_that_of_the_day_it_happened_even_where_receipt_starts_the_clock() -> None:
    found = row(
        "8.1b",
        event("t", "bail_hearing_outcome", "2026-03-02", received="2026-03-10"),
        event("d", "enhanced_rights_decided", "2026-03-05", enhanced=True),
    )
    assert (found.tier, found.due_on) == ("undetermined", day("2026-03-17"))
    assert found.target_on == day("2026-03-11")


def test_two_legs_are_judged_each_on_its_own() -> None:
    # Fact sheet victims-code, section 4: outcome Fri 18 Dec 2026.
    outcome = event("t", "case_outcome", "2026-12-18", received="2026-12-29")
    found = rows(outcome, as_of="2026-12-30")
    first, second = found["9.0", "t"], found["9.1", "t"]
    assert (first.due_on, first.state, first.done_on) == (
        day("2026-12-29"),
        "met",
        day("2026-12-29"),
    )
    assert (second.due_on, second.state) == (day("2026-12-30"), "pending")
    late = rows(event("t", "case_outcome", "2026-12-18", received="2026-12-30"))
    assert late["9.0", "t"].state == "met_late"
    assert late["9.1", "t"].due_on == day("2026-12-31")


def test_what_is_done_by_receipt_waits_for_nobody_and_nothing_else_closes_it() -> None:
    case = [
        event("t", "case_outcome", "2026-12-18"),
        event("a", "victim_informed", "2026-12-18", about="t"),
        event("c", "reason_recorded", "2026-12-18", about="t"),
    ]
    assert row("9.0", *case, as_of="2026-12-29").state == "pending"
    missed = row("9.0", *case, as_of="2026-12-30")
    assert (missed.state, missed.done_on) == ("overdue", None)


@pytest.mark.parametrize(
    ("changed", "owed"),
    [
        ({}, True),
        ({"custody_months": 11}, False),
        ({"custody_months": 11, "hospital_order": True}, True),
        ({"violent_or_sexual": False}, False),
    ],
)
def test_a_duty_with_conditions_is_owed_only_where_they_hold(changed: dict[str, Any], owed: bool) -> None:
    attributes = {**SENTENCE, **changed}
    found = rows(event("t", "sentence_passed", "2026-03-02", **attributes))
    assert (("11.1", "t") in found) is owed
    if owed:
        assert found["11.1", "t"].state == "overdue"


@pytest.mark.parametrize("absent", list(SENTENCE))
@pytest.mark.parametrize("left", [{"violent_or_sexual": False}, {"custody_months": 60}, {}])
def test_any_attribute_absent_is_data_missing_even_if_another_decides(absent: str, left: dict[str, Any]) -> None:
    attributes = {key: value for key, value in {**SENTENCE, **left}.items() if key != absent}
    trigger = event("t", "sentence_passed", "2026-03-02", **attributes)
    assert state("11.1", trigger) == "data_missing"
    closed = event("c", "reason_recorded", "2026-03-03", about="t")
    done = row("11.1", trigger, closed, event("r", "vcs_referred", "2026-03-04"))
    assert (done.state, done.done_on) == ("data_missing", day("2026-03-04"))


@pytest.mark.parametrize("bad", [None, "twelve", True])
def test_an_attribute_of_a_wrong_kind_is_data_missing(bad: object) -> None:
    attributes: dict[str, Any] = {**SENTENCE, "custody_months": bad}
    assert state("11.1", event("t", "sentence_passed", "2026-03-02", **attributes)) == ("data_missing")


def test_an_act_may_itself_start_the_next_duty() -> None:
    found = rows(
        event("t", "sentence_passed", "2026-03-02", **SENTENCE),
        event("r", "vcs_referred", "2026-03-16"),
        as_of="2026-03-16",
    )
    assert found["11.1", "t"].state == "met"
    assert found["11.2", "r"].state == "pending"


def test_not_if_bars_a_duty() -> None:
    for kind, owed in (("a", False), ("c", True)):
        found = rows(event("t", "crime_reported", "2026-03-02", kind=kind), books=[SEAMS])
        assert (("x.n", "t") in found) is owed


def test_only_what_is_certain_is_enforced() -> None:
    found = rows(
        event("t", "suspect_arrested", "2026-03-02"),
        event("e", "expense_claim_received", "2026-03-02"),
        books=[*built_in(), SEAMS],
    )
    assert found["x.b", "t"].enforced is False
    assert found["10.1", "e"].enforced is True


def test_the_rulebook_in_force_on_the_triggers_day_governs_it() -> None:
    assert rows(event("t", "crime_reported", "2021-03-31")) == {}
    assert len(rows(event("t", "crime_reported", "2021-04-01"))) == 4
    listed = "suspect_arrested"
    assert len(rows(event("t", listed, "2027-12-31"), as_of="2028-01-04", books=[SEAMS])) == 1
    assert rows(event("t", listed, "2028-01-01"), as_of="2028-01-04", books=[SEAMS]) == {}


def test_a_trigger_without_a_day_is_data_missing_and_an_act_about_it_still_counts() -> None:
    trigger = event("t", "suspect_arrested", None)
    found = row("6.1a", trigger, event("a", "victim_informed", "2026-03-04", about="t"))
    assert (found.state, found.started_on, found.due_on) == ("data_missing", None, None)
    assert found.done_on == day("2026-03-04")
    assert row("6.1a", trigger, event("a", "victim_informed", "2026-03-04")).done_on is None
    known = event("t", "suspect_arrested", "2026-03-02")
    assert state("6.1a", known, event("a", "victim_informed", None)) == "overdue"


def test_rows_come_by_due_day_then_duty_then_trigger_and_those_without_a_day_last() -> None:
    found = evaluate(
        [
            event("b", "suspect_arrested", "2026-03-02"),
            event("a", "suspect_arrested", "2026-03-02"),
            event("c", "crime_reported", "2026-03-02"),
            event("d", "complaint_received", "2026-02-02"),
        ],
        built_in(),
        day(LATE),
    )
    order = [(one.duty_id, one.trigger_event_id) for one in found]
    assert order == [
        ("12.1", "d"),
        ("4.4", "c"),
        ("6.1a", "a"),
        ("6.1a", "b"),
        ("3.1", "c"),
        ("4.1", "c"),
        ("7.1", "c"),
    ]


def test_a_case_that_is_not_one_case_is_refused() -> None:
    one = event("t", "crime_reported", "2026-03-02")
    with pytest.raises(ValueError, match="more than one case"):
        rows(one, Event("other", "u", "crime_reported", day("2026-03-02")))
    with pytest.raises(ValueError, match="have the id 't'"):
        rows(one, event("t", "victim_informed", "2026-03-02"))
    with pytest.raises(ValueError, match="is in seams and in seams"):
        rows(one, books=[SEAMS, SEAMS])
