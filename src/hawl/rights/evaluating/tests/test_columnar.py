from __future__ import annotations

import ast
import datetime as dt
import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from hawl.foundations.clock import BeyondCalendar
from hawl.rights.evaluating.columnar import evaluate_columnar, evaluation
from hawl.rights.evaluating.tests.both import BOOKS, columnar, one_case, taken
from hawl.rights.rulebook import Event, Rulebook, built_in, evaluate, load_rulebook, vocabulary
from hawl.rights.rulebook.tests.cases import SEAMS, day, event
from hawl.rights.rulebook.tests.test_boundaries import ENDS

RIGHTS = Path(str(files("hawl.rights")))
LATE = day("2027-06-01")


def alike(*events: Event, as_of: dt.date = LATE, books: list[Rulebook] = BOOKS) -> list[tuple[Any, ...]]:
    """The rows, which both engines give alike."""
    found = columnar(events, as_of, books)
    assert found == one_case(events, as_of, books)
    return found


def states(*events: Event, as_of: dt.date = LATE) -> dict[tuple[str, str], str]:
    return {(row[1], row[2]): row[6] for row in alike(*events, as_of=as_of)}


@pytest.mark.parametrize(("code", "duty", "enhanced", "on", "due"), ENDS)
def test_a_limit_ends_on_its_day(code: str, duty: str, enhanced: bool | None, on: str, due: str) -> None:
    case = [event("t", code, on)]
    if enhanced is not None:
        case.append(event("d", "enhanced_rights_decided", on, enhanced=enhanced))
    for later, wanted in ((-1, "pending"), (0, "pending"), (1, "overdue")):
        assert states(*case, as_of=day(due) + dt.timedelta(days=later))[duty, "t"] == wanted
    acts = {duty.id: duty.act for book in BOOKS for duty in book.duties}
    for later, wanted in ((0, "met"), (1, "met_late")):
        done = event("u", str(acts[duty]), (day(due) + dt.timedelta(days=later)).isoformat(), about="t")
        assert states(*case, done)[duty, "t"] == wanted


def test_nothing_gives_nothing() -> None:
    assert alike() == []
    assert alike(event("t", "crime_reported", "2026-04-02"), books=[]) == []
    assert alike(event("t", "support_started", "2026-04-02"), event("u", "of_no_book", "2026-04-02")) == []


def test_the_first_and_the_last_day_of_a_rulebook_count() -> None:
    book = replace(SEAMS, in_force_from=day("2026-03-02"), in_force_to=day("2026-03-04"))
    case = [event(f"t{d}", "suspect_arrested", f"2026-03-0{d}") for d in range(1, 6)]
    assert [row[2] for row in alike(*case, books=[book])] == ["t2", "t3", "t4"]


def test_a_receipt_or_an_event_of_tomorrow_does_not_exist() -> None:
    outcome = event("t", "case_outcome", "2026-03-02", received="2026-03-04")
    assert states(outcome, as_of=day("2026-03-01")) == {}
    assert states(outcome, as_of=day("2026-03-03")) == {("9.0", "t"): "pending", ("9.1", "t"): "awaiting_upstream"}
    assert states(outcome, as_of=day("2026-03-04")) == {("9.0", "t"): "met", ("9.1", "t"): "pending"}


def test_a_decision_rules_from_its_day_to_the_next_and_of_two_on_one_day_the_later_id() -> None:
    case = [
        event("a", "enhanced_rights_decided", "2026-03-04", enhanced=True),
        event("b", "enhanced_rights_decided", "2026-03-06", enhanced=True),
        event("c", "enhanced_rights_decided", "2026-03-06", enhanced=False),
        event("d", "enhanced_rights_decided", "2026-03-07", enhanced="no"),
        *(event(f"t{d}", "suspect_charged", f"2026-03-0{d}") for d in range(3, 9)),
    ]
    tiers = {row[2]: row[8] for row in alike(*case) if row[1] == "6.8"}
    assert tiers == {
        "t3": "undetermined",
        "t4": "enhanced",
        "t5": "enhanced",
        **dict.fromkeys(["t6", "t7", "t8"], "standard"),
    }


def test_acts_go_to_the_earliest_open_trigger_and_one_too_early_to_none() -> None:
    case = [
        event("early", "victim_informed", "2026-03-01"),
        event("t1", "suspect_charged", "2026-03-02"),
        event("t2", "suspect_charged", "2026-03-02"),
        event("t3", "suspect_charged", "2026-03-09"),
        event("x1", "victim_informed", "2026-03-02"),
        event("x2", "victim_informed", "2026-03-04"),
        event("x3", "victim_informed", "2026-03-05"),
        event("named", "victim_informed", "2026-03-10", about="t3"),
    ]
    found = {row[2]: json.loads(row[12])["answered_by"] for row in alike(*case) if row[1] == "6.8"}
    assert found == {"t1": "x1", "t2": "x2", "t3": "named"}


def test_an_act_goes_before_a_decline_and_a_decline_before_a_closing() -> None:
    report = event("t", "crime_reported", "2026-03-02")
    made = event("z", "support_referral_made", "2026-03-20", about="t")
    declined = event("y", "support_referral_declined", "2026-03-03", about="t")
    excused = event("x", "reason_recorded", "2026-03-02", about="t")
    assert states(report, made, declined, excused)["4.4", "t"] == "met_late"
    assert states(report, declined, excused)["4.4", "t"] == "declined"
    assert states(report, excused)["4.4", "t"] == "excused"


def test_of_two_closings_the_earliest_counts_and_one_before_its_trigger_does_not() -> None:
    report = event("t", "crime_reported", "2026-03-02")
    before = event("a", "reason_recorded", "2026-03-01", about="t")
    second = event("b", "information_withheld", "2026-03-04", about="t")
    first = event("c", "safe_alternative_used", "2026-03-03", about="t")
    assert states(report, before)["3.1", "t"] == "no_limit"
    assert states(report, before, second, first)["3.1", "t"] == "safe_alternative"


def test_a_duty_done_by_receipt_is_closed_by_nothing() -> None:
    case = [event("t", "case_outcome", "2026-03-02"), event("x", "reason_recorded", "2026-03-03", about="t")]
    assert states(*case) == {("9.0", "t"): "overdue", ("9.1", "t"): "awaiting_upstream"}


def test_ids_of_one_case_mean_nothing_in_another() -> None:
    one = event("t", "suspect_charged", "2026-03-02")
    other = replace(event("u", "victim_informed", "2026-03-03", about="t"), case_id="other")
    loose = replace(event("v", "victim_informed", "2026-03-03"), case_id="other")
    assert {row[0]: row[6] for row in alike(one, other, loose)} == {"case": "overdue"}


def test_conditions_read_attributes_as_the_other_engine_does() -> None:
    months = [12, 11, 12.0, 11.99, 12.01, -1, 2**63, 2**80, True, "12", "", None, [], {}]
    orders = [True, False, None, "true", 1]
    case = [
        event(
            f"t{m}/{o}",
            "sentence_passed",
            "2026-03-02",
            custody_months=month,
            hospital_order=order,
            violent_or_sexual=True,
        )
        for m, month in enumerate(months)
        for o, order in enumerate(orders)
    ]
    assert {row[6] for row in alike(*case) if row[1] == "11.1"} == {"data_missing", "overdue"}


CONDITIONS: list[dict[str, Any]] = [
    {"attribute": "given", "is": 12},
    {"attribute": "given", "is": "12"},
    {"attribute": "given", "is": True},
    {"attribute": "given", "is": False},
    {"attribute": "given", "is": 'it\'s "so" \\ $x'},
    {"attribute": "given", "one_of": ["12", 7, "true"]},
    {"attribute": "given", "at_most": 12},
    {"any": [{"attribute": "given", "is": "12"}, {"attribute": "kind", "one_of": ["b"]}]},
]
VALUES = [
    12,
    13,
    7,
    12.0,
    "12",
    "7",
    True,
    False,
    "true",
    'it\'s "so" \\ $x',
    "ŵ",
    None,
    0,
    -3,
    1.5,
    [12],
    {"given": 12},
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=json.dumps)
@pytest.mark.parametrize("field", ["applies_if", "not_if"])
def test_each_kind_of_condition(tmp_path: Path, condition: dict[str, Any], field: str) -> None:
    book = made_of(tmp_path, **{field: condition})
    case = [event(f"t{n}", "complaint_received", "2026-03-02", given=value) for n, value in enumerate(VALUES)]
    case += [
        event(f"k{n}", "complaint_received", "2026-03-02", given=value, kind="a") for n, value in enumerate(VALUES)
    ]
    found = alike(*case, event("none", "complaint_received", "2026-03-02"), books=[book])
    assert len({row[6] for row in found}) == 2


def test_an_id_is_written_in_the_explanation_as_json_writes_it() -> None:
    signs = ['"', "\\", "'", "/", "ŵ", "😀", "\u2028", "\u007f", *map(chr, range(32))]
    events = []
    for n, sign in enumerate(signs):
        case = [event("t", "suspect_charged", "2026-03-02"), event(f"a{sign}u000B", "victim_informed", "2026-03-03")]
        events += [replace(one, case_id=f"{n:02}") for one in case]
    answered_by = [json.loads(row[12])["answered_by"] for row in alike(*events) if row[1] == "6.8"]
    assert answered_by == [f"a{sign}u000B" for sign in signs]


def test_rows_are_sorted_by_the_bytes_of_their_texts() -> None:
    ids = ["ŵ", "z", "Z", "é", "😀", "\ufeff", "10", "9", ""]
    events = [
        replace(event(f"{trigger}.", "crime_reported", "2026-03-02"), case_id=f"C{case}")
        for case in ids
        for trigger in ids
    ]
    found = alike(*events)
    assert [row[0].encode() for row in found] == sorted(row[0].encode() for row in found)


def test_a_limit_beyond_the_known_holidays_is_refused_and_one_that_nobody_runs_into_is_not() -> None:
    beyond = event("t", "complaint_received", "2028-12-29")
    assert alike(event("t", "crime_reported", "2012-01-01"), as_of=day("2028-12-31")) == []
    for engine in (columnar, one_case):
        with pytest.raises(BeyondCalendar):
            engine([event("s", "complaint_received", "2026-03-02"), beyond], day("2028-12-31"))
    # Its conditions do not hold, so nobody counts.
    sentence = {"custody_months": 1, "hospital_order": False, "violent_or_sexual": False}
    alike(event("t", "sentence_passed", "2027-12-31", **sentence), as_of=day("2028-12-31"))


def test_of_limits_beyond_the_calendar_the_earliest_is_told_whatever_the_part(monkeypatch: pytest.MonkeyPatch) -> None:
    later, earlier = (event("t", "complaint_received", f"2028-12-{d}") for d in (29, 28))
    cases = [later, replace(earlier, case_id="on"), replace(later, case_id="still on")]
    told = []
    for at_once in (100, 1):
        monkeypatch.setattr(evaluation, "_AT_ONCE", at_once)
        with pytest.raises(BeyondCalendar) as refused:
            columnar(cases, day("2028-12-31"))
        told.append(str(refused.value))
    assert told[0] == told[1]


def test_rulebooks_that_share_a_duty_id_are_refused() -> None:
    with taken([]) as connection, pytest.raises(ValueError, match="is in seams and in seams"):
        evaluate_columnar(connection, [SEAMS, SEAMS], LATE)


def test_another_call_on_the_same_connection_begins_anew() -> None:
    events = [event("t", "suspect_charged", "2026-03-02")]
    with taken(events) as connection:
        connection.execute('CREATE TABLE "of ""others" AS FROM taken')
        evaluate_columnar(connection, built_in(), LATE)
        assert len(connection.execute("FROM evaluated").fetchall()) == 1
        evaluate_columnar(connection, [SEAMS], LATE, source='of "others', into="else where")
        assert connection.execute('FROM "else where"').fetchall() == []


def made_of(folder: Path, **changed: Any) -> Rulebook:
    """A rulebook of one duty that no source knows, read from a file as any other."""
    duty: dict[str, Any] = {
        "id": "77.7", "right": None, "bearer": "someone", "trigger": ["complaint_received"], "act": "support_started",
        "within": {"unit": "working_days", "standard": 13, "enhanced": 6}, "certainty": "A", "wording": "paraphrase",
        "source": "made for tests", "says": {"en": "Owed.", "cy": "Dyledus."}, "work": {"en": "Do.", "cy": "Gwnewch."},
    }  # fmt: skip
    book = {
        "id": "new-book", "kind": "scheme", "status": "in_force", "in_force": {"from": "2021-04-01", "to": None},
        "source": "made for tests", "welsh": "draft", "title": {"en": "New", "cy": "Newydd"},
        "bearers": {"someone": {"en": "Someone", "cy": "Rhywun"}}, "duties": [{**duty, **changed}],
    }  # fmt: skip
    path = folder / "new.yaml"
    # Dates stand without quotes in a rulebook; JSON is YAML otherwise.
    path.write_text(re.sub(r'"(\d{4}-\d\d-\d\d)"', r"\1", json.dumps(book)), encoding="utf-8")
    return load_rulebook(path)


def test_a_new_duty_by_data_alone_appears_in_both_engines(tmp_path: Path) -> None:
    case = [event("t", "complaint_received", "2026-03-02"), event("u", "support_started", "2026-03-20")]
    books = [*built_in(), made_of(tmp_path)]
    found = {row[1]: row for row in alike(*case, books=books)}
    assert found["77.7"][4:9] == (day("2026-03-19"), day("2026-03-10"), "met_late", day("2026-03-20"), "undetermined")
    assert "77.7" in {row.duty_id for row in evaluate(case, books, LATE)}


# They count the steps of support, which are named events, for whole counties. They evaluate nothing.
FIGURES = {"duties/figures.py", "duties/figures.sql"}
# Its docstring shows how the engine is called.
EXAMPLE = "rulebook/__init__.py"


def source_texts() -> list[tuple[str, str]]:
    """Every text and number of Python and SQL source in `rights` that is no test and no comment, with its file."""
    found = []
    for path in sorted(RIGHTS.rglob("*")):
        name = path.relative_to(RIGHTS).as_posix()
        if path.suffix not in {".py", ".sql"} or "/tests/" in name or "/migrations/" in name:
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".sql":
            found += [(name, one) for one in re.findall(r"[\w.]+", re.sub(r"--.*", "", text))]
        else:
            constants = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant))
            found += [(name, str(node.value)) for node in constants if not isinstance(node.value, bool)]
    return found


def test_no_duty_event_or_days_stand_in_python_or_sql() -> None:
    texts = source_texts()
    assert len({name for name, _ in texts if name.endswith(".sql")}) > 4
    duties = {duty.id for book in BOOKS for duty in book.duties}
    events = set(vocabulary().events)
    days = {str(n) for book in built_in() for duty in book.duties for n in (duty.within or ())[:2]} - {"1", "2", "3"}
    assert days
    for name, text in texts:
        if name not in FIGURES:
            # A table's columns are so and so many signs wide.
            assert text not in (duties if name.endswith("models.py") else duties | days), name
            # Of a docstring or of a statement within Python, any word.
            assert name == EXAMPLE or not events & set(re.findall(r"\w+", text)), (name, text)
    assert {name for name, text in texts if text in events} == FIGURES


def test_parts_of_one_row_of_the_sheet_are_answered_apart_by_both_engines() -> None:
    granted = event("t", "enhanced_rights_granted", "2026-03-02")
    no = event("n", "sharing_with_support_declined", "2026-03-03")
    assert states(granted, no) == {("4.7a", "t"): "no_limit", ("4.7b", "t"): "declined"}
    doubt = event("t", "evidence_quality_doubted", "2026-03-02")
    case = [doubt, event("i", "victim_interviewed", "2026-03-09"), event("j", "trial_started", "2026-03-10")]
    considered = event("a", "intermediary_considered", "2026-03-09")
    assert states(*case, considered) == {("2.6a", "t"): "met", ("2.6b", "t"): "overdue"}
    for under_18, bearer in ((True, "youth_offending_team"), (False, "police")):
        youth = event("t", "out_of_court_disposal_considered", "2026-03-02", suspect_under_18=under_18)
        assert {row[10] for row in alike(youth)} == {bearer}
    for bereaved, wanted in ((True, "no_limit"), (None, "data_missing"), (False, None)):
        stopped = event("t", "cps_stopped_case", "2026-03-02", bereaved=bereaved, meeting_offence=False)
        assert states(stopped).get(("6.12", "t")) == wanted
