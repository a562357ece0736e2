"""A mapping is data: what is wrong with one is told with line and mend, and a file is read by it alone."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from hawl.areas.reading import mistakes
from hawl.foundations.datafiles import DatafileError
from hawl.work.extracts.days import FORMS, day_of
from hawl.work.extracts.finding import NoSuchSource, mapping_of, sources_of
from hawl.work.extracts.mapping import ExtractMapping, read_mapping, schema
from hawl.work.extracts.reading import read_extract
from hawl.work.extracts.rows import ExtractRow, LeftOut
from hawl.work.extracts.tests.extracting import MAPPING, row, written
from hawl.work.intake.feed.reading import FeedUnusable
from hawl.work.intake.feed.rows import Refused
from hawl.work.intake.feed.tests.examples import TODAY

WHOLE = (Path(__file__).parent / "tried.yaml").read_text(encoding="utf-8")


def changed(folder: Path, old: str, new: str, name: str = "tried.yaml") -> ExtractMapping:
    assert old in WHOLE
    path = folder / name
    path.write_text(WHOLE.replace(old, new, 1), encoding="utf-8")
    return read_mapping(path)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{event: suspect_charged}", "{event: suspect_charges}", "no event that rulebooks know"),
        ("{event: suspect_charged}", "{}", "neither an event nor a withdrawal"),
        ("{withdraws: true}", "{withdraws: true, event: suspect_charged}", "or both"),
        ("  CHARGE/: {event: suspect_charged}", "  DIARY/: {event: suspect_charged}", "left out as well"),
        ("kind: whole}", "kind: whole, form: DD/MM/YYYY}", "has no `form`"),
        ("kind: day, form: DD/MM/YYYY}", "kind: day}", "needs `form`"),
        ('"true": ["Y"], ', "", "needs `true`"),
        ('"false": ["N"]', '"false": ["Y"]', "both true and false"),
        ("{value: true}", "{value: true, kind: truth}", "fixed value"),
        ("{column: months, kind: whole}", "{column: months}", "`kind` is missing"),
        ("{form: csv}", '{form: json_lines, delimiter: ";"}', "no delimiter"),
        ("source: tried", "source: other", "call both the same"),
        ("form: moment", "form: whenever", "changed_at"),
        ("  crime: crime\n", "", "crime"),
    ],
)
def test_a_mistake_in_a_mapping_names_its_line_and_the_mend(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(DatafileError) as found:
        changed(tmp_path, old, new)
    assert says in str(found.value)
    assert "Mend:" in str(found.value)
    told = WHOLE[: WHOLE.index(old)].count("\n") + 1
    assert found.value.line == told or says == "crime"


def test_a_fixed_attribute_is_given_as_it_stands() -> None:
    assert MAPPING.codes["TIER/"].attributes[0].value is True


def test_the_examples_of_the_area_are_sound_and_say_that_nobody_has_seen_the_columns() -> None:
    assert sources_of("gwent") == ("niche-events", "witness-care")
    assert [mapping_of(each, "gwent").columns_seen for each in sources_of("gwent")] == [False, False]
    with pytest.raises(NoSuchSource):
        mapping_of("courts", "gwent")


def test_checking_an_area_checks_its_mappings(tmp_path: Path) -> None:
    (tmp_path / "extracts").mkdir()
    (tmp_path / "extracts" / "tried.yaml").write_text(WHOLE.replace("suspect_charged", "nothing_known"))
    found = [each for each in mistakes(tmp_path) if "extracts" in each.file]
    assert [each.what for each in found] == ["`nothing_known` is no event that rulebooks know"]


def test_every_form_of_a_day_is_in_the_schema_and_read() -> None:
    assert set(schema()["$defs"]["form"]["enum"]) == set(FORMS)
    told = {
        "YYYY-MM-DD": "2026-07-01", "DD/MM/YYYY": "01/07/2026", "DD.MM.YYYY": "01.07.2026",
        "DD-Mon-YYYY": "01-JUL-2026", "YYYYMMDD": "20260701", "YYYY-MM-DD hh:mm:ss": "2026-07-01 00:30:00",
        "YYYY-MM-DDThh:mm:ss": "2026-07-01T00:30:00", "DD/MM/YYYY hh:mm": "01/07/2026 23:59",
        # Half past eleven at night in Greenwich is the next day in a London summer.
        "DD/MM/YYYY hh:mm:ss": "01/07/2026 23:59:59", "moment": "2026-06-30T23:30:00Z",
    }  # fmt: skip
    assert {form: day_of(text, form).isoformat() for form, text in told.items()} == dict.fromkeys(FORMS, "2026-07-01")


def test_a_file_of_another_delimiter_and_encoding_is_read(tmp_path: Path) -> None:
    mapping = changed(tmp_path, "{form: csv}", '{form: csv, delimiter: "|", encoding: cp1252}')
    path = written([row(crime="Tŷ–1".replace("ŷ", "y"))], tmp_path)
    path.write_bytes(path.read_text(encoding="utf-8").replace(",", "|").encode("cp1252") + b'"\x81"' + b"\r\n")
    (found, broken) = read_extract(path, mapping, today=TODAY)
    assert isinstance(found, ExtractRow)
    assert found.crime == "Ty–1"
    assert broken == Refused(3, "bad_text")


def test_json_lines_are_read_as_the_same_rows(tmp_path: Path) -> None:
    mapping = changed(tmp_path, "{form: csv}", "{form: json_lines}")
    rows = [row(), row(2, "SENTENCE", months="14"), row(3, "DIARY")]
    told = [*map(json.dumps, [{**rows[0], "no": 1, "extra": {}}, *rows[1:]]), "[]", '{"no": 1.5}', "nothing"]
    path = tmp_path / "extract.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(told).encode()))
    first, second, left_out, *refused = read_extract(path, mapping, today=TODAY)
    assert isinstance(left_out, LeftOut)
    assert [each.reason for each in refused if isinstance(each, Refused)] == [
        "not_object",
        "wrong_value:no",
        "not_json",
    ]
    as_csv = list(read_extract(written(rows, tmp_path), MAPPING, today=TODAY))
    said = [(each.event, each.event_id, each.attributes) for each in (first, second) if isinstance(each, ExtractRow)]
    assert said == [(each.event, each.event_id, each.attributes) for each in as_csv if isinstance(each, ExtractRow)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"crime,what\r\nC1,CHARGE\r\n", "The header lacks"),
        (b"\xff\xfec\x00r\x00", "UTF-16"),
    ],
)
def test_a_file_of_which_nothing_can_be_read_says_why_and_quotes_no_row(
    tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "extract.csv"
    path.write_bytes(content)
    with pytest.raises(FeedUnusable, match=says) as found:
        read_extract(path, MAPPING, today=TODAY)
    assert "C1" not in str(found.value)
