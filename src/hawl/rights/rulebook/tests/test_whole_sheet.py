"""The fact sheet against the rulebooks, row by row, and each shipped duty at the edges of its clock."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest

from hawl.rights.rulebook import Duty, Rulebook, built_in, vocabulary
from hawl.rights.rulebook.conditions import Comparison, Condition, Group
from hawl.rights.rulebook.tests.attributes import asked_by
from hawl.rights.rulebook.tests.cases import day, event, rows
from hawl.rights.rulebook.tests.oracle import last_day

ROOT = Path(__file__).parents[5]
SHEET = ROOT.parent / "shared" / "facts" / "victims-code.md"
REFERENCE = ROOT / "docs" / "reference" / "duties.md"
RECORD = ROOT / "docs" / "decisions" / "0015-the-whole-code-as-data.md"
DUTIES = [(book, duty) for book in built_in() for duty in book.duties]


def sheet_rows() -> dict[str, str]:
    """The rows of the tables of rights: id and certainty."""
    if not SHEET.exists():
        pytest.skip("the fact sheet of the Victims' Code is not here")
    text = SHEET.read_text(encoding="utf-8").partition("## 2.")[2].partition("## 3.")[0]
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"\d+\.(\d+[a-d]?|X)", cells[0]):
            found[cells[0]] = cells[-1]
    assert len(found) > 90
    return found


def held(row: str) -> list[tuple[Rulebook, Duty]]:
    """The duties that hold a row: of its id, with a letter more, or of an edition."""
    return [(book, duty) for book, duty in DUTIES if re.fullmatch(rf"{re.escape(row)}[a-z]?(-\d+)?", duty.id)]


def left_out() -> set[str]:
    return set(re.findall(r"^\| (\d+\.\w+) \|", RECORD.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_row_of_the_sheet_is_held_or_named_as_left_out() -> None:
    found = {row for row in sheet_rows() if held(row)}
    assert set(sheet_rows()) - found == left_out()
    assert not left_out() & found


def test_no_row_is_held_more_certain_than_the_sheet_has_it() -> None:
    marks = {"A-scheme": "A-scheme", "A/B": "B", "B": "B", "C": "C", "A": "A"}
    for row, told in sheet_rows().items():
        mark = next(marks[start] for start in marks if told.startswith(start))
        for book, duty in held(row):
            # The expenses are certain as a target of the CPS and not as words of the Code: a scheme by its own account.
            wanted = "A-scheme" if row == "10.1" else mark
            edition = re.search(r"-\d{4}$", duty.id)
            assert duty.certainty == ("B" if edition else wanted), (row, book.id)


def test_the_record_counts_the_duties_of_the_code() -> None:
    told = re.search(r"The Victims' Code of 2021 holds (\d+)", RECORD.read_text(encoding="utf-8"))
    assert told
    assert int(told[1]) == len([duty for book, duty in DUTIES if book.id == "victims-code-2021"])


def test_the_reference_names_each_attribute_that_decides_and_the_events_that_carry_it() -> None:
    found: dict[str, set[str]] = {}
    for code, names in asked_by(built_in()).items():
        for name in names:
            found.setdefault(name, set()).add(code)
    part = REFERENCE.read_text(encoding="utf-8").partition("### Attributes that decide")[2].partition("\n## ")[0]
    cells = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("| `")]
    assert {name.strip(" `"): set(re.findall(r"`(\w+)`", codes)) for name, _, codes in cells} == found


def test_ids_say_which_right_they_are_of_and_stand_once() -> None:
    ids = [duty.id for _, duty in DUTIES]
    assert len(set(ids)) == len(ids)
    for book, duty in DUTIES:
        if book.kind == "local":
            assert duty.right is None
        else:
            assert duty.id.split(".")[0] == str(duty.right)


def test_what_a_duty_must_be_done_before_has_words() -> None:

    for _, duty in DUTIES:
        for code in duty.before.events if duty.before else ():
            assert vocabulary().events[code].before, code
    bearers = {(book.id, duty.bearer) for book, duty in DUTIES}
    assert bearers == {
        (book.id, bearer) for book in built_in() for bearer in book.bearers if (book.id, bearer) in bearers
    }


def attributes(*conditions: Condition | None) -> dict[str, Any]:
    """Such as make conditions hold."""
    found: dict[str, Any] = {}
    for one in conditions:
        if isinstance(one, Group):
            found |= attributes(*one.parts)
        elif isinstance(one, Comparison):
            found[one.attribute] = one.value[0] if one.kind == "one_of" else one.value
    return found


# Before Easter and Christmas of 2026; before the one-off holidays of June and September 2022 and May 2023; before both
# changes of the clocks in 2026; before the end of a short month and of a leap year's February. Some are Saturdays.
STARTS = (
    *("2026-04-02", "2026-12-24", "2022-06-01", "2022-09-16", "2023-05-05"),
    *("2026-03-28", "2026-10-24", "2024-02-29", "2019-12-24", "2026-01-31"),
)
HOLIDAYS = {
    *("2019-12-25", "2019-12-26", "2020-01-01", "2022-06-02", "2022-06-03", "2022-08-29", "2022-09-19", "2022-12-26"),
    *("2022-12-27", "2023-01-02", "2023-05-01", "2023-05-08", "2023-05-29", "2024-03-29", "2024-04-01", "2026-04-03"),
    *("2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31", "2026-12-25", "2026-12-28", "2027-01-01"),
}


def due(start: dt.date, number: int, unit: str) -> dt.date:
    if unit != "working_days":
        return last_day(start, number, unit)
    while number:
        start += dt.timedelta(days=1)
        number -= start.weekday() < 5 and start.isoformat() not in HOLIDAYS
    return start


@pytest.mark.parametrize(
    ("book", "duty"), [pytest.param(book, duty, id=duty.id) for book, duty in DUTIES if duty.within]
)
def test_each_limit_of_a_duty_is_open_on_its_last_day_and_over_on_the_next(book: Rulebook, duty: Duty) -> None:
    tried = 0
    for code in duty.triggers:
        for start in STARTS:
            if book.governs(day(start)):
                at_its_edges(book, duty, code, start)
                tried += 1
    assert tried


def at_its_edges(book: Rulebook, duty: Duty, code: str, start: str) -> None:
    assert duty.within is not None
    over = "lapsed" if book.kind == "reminders" else "overdue"
    received = start if duty.counts_from == "received" else None
    trigger = event("t", code, start, received, **attributes(duty.applies_if, duty.not_if))
    for enhanced in (False, True):
        case = [trigger, event("d", "enhanced_rights_decided", start, enhanced=enhanced)]
        last = due(day(start), duty.within.enhanced if enhanced else duty.within.standard, duty.within.unit)
        after = last + dt.timedelta(days=1)
        found = {as_of: rows(*case, as_of=as_of.isoformat(), books=[book])[duty.id, "t"] for as_of in (last, after)}
        assert found[last].due_on == last, (code, start)
        assert [found[last].state, found[after].state] == ["pending", over], (code, start)
        if duty.act:
            for done, wanted in ((last, "met"), (after, "met_late")):
                acted = rows(*case, event("a", duty.act, done.isoformat()), as_of="2030-01-01", books=[book])
                assert acted[duty.id, "t"].state == wanted, (code, start)


@pytest.mark.parametrize(
    ("book", "duty"), [pytest.param(book, duty, id=duty.id) for book, duty in DUTIES if not duty.within]
)
def test_each_duty_without_a_number_is_never_late_by_itself(book: Rulebook, duty: Duty) -> None:
    code = duty.triggers[0]
    found = {"every_days": 7} if duty.every else attributes(duty.applies_if, duty.not_if)
    trigger = event("t", code, max(book.in_force_from, day("2026-03-02")).isoformat(), **found)
    wanted = "overdue" if duty.every else "continuing" if duty.done_by == "end" else "no_limit"
    assert rows(trigger, as_of="2027-06-01", books=[book])[duty.id, "t"].state == wanted
    for end in (*duty.until, *(duty.before.events if duty.before else ())):
        ended = rows(trigger, event("u", end, "2026-03-20"), as_of="2026-03-21", books=[book])[duty.id, "t"]
        assert ended.state == ("missed" if duty.every else "ended" if duty.done_by == "end" else "overdue"), end
        assert duty.every or duty.done_by == "end" or ended.due_on == day("2026-03-20")
