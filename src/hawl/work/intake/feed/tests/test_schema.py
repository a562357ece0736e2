"""The checker written by hand and the published JSON Schema say the same of every row."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from hawl.work.intake.feed.checking import Checker, Refusal
from hawl.work.intake.feed.fields import SECTIONS
from hawl.work.intake.feed.reading import read_feed
from hawl.work.intake.feed.reference import PAGE, SCHEMA_COPIES, page, row_schema, schema_text
from hawl.work.intake.feed.rows import FeedRow
from hawl.work.intake.feed.tests.examples import TODAY, full_row, small_row
from hawl.work.intake.reasons import reasons

ROOT = Path(__file__).parents[6]
FORMATS = FormatChecker(())


@FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


@FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.fromisoformat(value))


VALIDATOR = Draft202012Validator(row_schema(), format_checker=FORMATS)
# What a schema of one row cannot say; each is listed in docs/reference/police-feed.md.
BEYOND_THE_SCHEMA = (
    "future_date:",
    "wrong_date:crime.occurred_to",
    "wrong_date:crime.occurred_from",
    "wrong_value:suspect.person_ref",
    "wrong_value:person.on_behalf_of",
    "wrong_value:events.event_id",
)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 140),
    st.sampled_from([1.0, 2.5, 10**30, -(10**30), "", " ", "\u2003", "\x00", "\ud83d", "Tŷ", "cy"]),
    st.sampled_from(["yes", "no", "not_asked", "high", "victim", "person", "organisation", "rape"]),
    st.sampled_from(["2026-11-20", "2026-02-30", "20261120", "1899-01-01", "2026-11-19T01:00:00Z"]),
    st.sampled_from(["w" * 40, "w" * 250, "w" * 600, "w" * 10_001, "W01001440", "GWP-P-2", "x\ny"]),
    st.lists(st.sampled_from(["hate", "bsl", "Bsl", 3]), max_size=22),
    st.just({}),
    st.dictionaries(st.sampled_from(["a", "B", "by"]), st.sampled_from([1, "x", None, [], "\x01"])),
)
LEAVES = [(name, None) for name in ("source", "record_id", "version", "sent_at", "extra")]
LEAVES += [(section, None) for section in SECTIONS]
LEAVES += [
    (section, name) for section, table in SECTIONS.items() for name in [*(field.name for field in table), "extra"]
]


def changed(row: dict[str, Any], place: tuple[str, str | None], value: Any) -> None:
    section, name = place
    part = row.get(section)
    if name is None:
        row[section] = value
    elif isinstance(part, list) and part and isinstance(part[0], dict):
        part[0][name] = value
    elif isinstance(part, dict):
        part[name] = value


def check(row: Any) -> str | None:
    try:
        Checker(TODAY).check(row, 1)
    except Refusal as refusal:
        return refusal.reason
    return None


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([full_row(), small_row()]),
    st.lists(st.tuples(st.sampled_from(LEAVES), ODD), max_size=4),
)
def test_checker_and_schema_agree_on_random_rows(
    start: dict[str, Any], changes: list[tuple[tuple[str, str | None], Any]]
) -> None:
    row = deepcopy(start)
    for place, value in changes:
        changed(row, place, deepcopy(value))
    reason = check(row)
    if VALIDATOR.is_valid(row):
        assert reason is None or reason.startswith(BEYOND_THE_SCHEMA)
    else:
        assert reason is not None


@pytest.mark.parametrize("place", LEAVES, ids=str)
def test_checker_and_schema_agree_on_each_field_alone(place: tuple[str, str | None]) -> None:
    for value in (None, "", " ", 1, 1.0, True, [], {}, "x" * 10_001, "\x00", "2026-11-20", "yes"):
        row = full_row()
        changed(row, place, value)
        reason = check(row)
        valid = VALIDATOR.is_valid(row)
        assert valid == (reason is None), (value, reason)


def test_the_schema_is_a_schema_and_takes_the_examples() -> None:
    Draft202012Validator.check_schema(row_schema())
    assert VALIDATOR.is_valid(full_row())
    assert VALIDATOR.is_valid(small_row())
    assert not VALIDATOR.is_valid(full_row(version="3"))


@pytest.mark.parametrize("copy", SCHEMA_COPIES)
def test_each_copy_of_the_schema_is_the_one_the_code_makes(copy: str) -> None:
    assert (ROOT / copy).read_text(encoding="utf-8") == schema_text()


def test_the_reference_page_lists_every_field_and_offence_of_the_code() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert page(text) == text


@pytest.mark.parametrize("form", ["json", "csv"])
def test_the_examples_of_the_reference_page_can_be_taken(form: str, tmp_path: Path) -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8").split(f"```{form}\n")[1].split("```")[0]
    file = tmp_path / ("feed.jsonl" if form == "json" else "feed.csv")
    file.write_text(text, encoding="utf-8")
    rows = list(read_feed(file, today=TODAY))
    assert rows
    assert all(isinstance(row, FeedRow) for row in rows)


def test_the_page_names_every_reason_of_a_refusal() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert all(f"`{code}" in text for code in reasons("refusals"))
