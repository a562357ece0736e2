from __future__ import annotations

import datetime as dt
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from hawl.foundations.datafiles import DatafileError, Document, read

SCHEMA = {
    "type": "object",
    "required": ["services"],
    "additionalProperties": False,
    "properties": {
        "opened": {"type": "string", "format": "date"},
        "services": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["id", "name"],
                "additionalProperties": False,
                "properties": {
                    "id": {
                        "type": "string",
                        "pattern": "^[a-z]+$",
                        "description": "An id of small letters",
                    },
                    "kind": {"enum": ["charity", "police", "council"]},
                    "seats": {"type": "integer", "minimum": 1, "maximum": 9},
                    "name": {
                        "type": "object",
                        "required": ["en", "cy"],
                        "properties": {
                            "en": {"type": "string", "minLength": 1},
                            "cy": {
                                "type": "string",
                                "minLength": 1,
                                "description": "The Welsh name.",
                            },
                        },
                    },
                    "to": {"anyOf": [{"type": "null"}, {"type": "string", "format": "date"}]},
                },
            },
        },
    },
}


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "file.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def value(folder: Path, text: str) -> Any:
    return read(written(folder, f"x: {text}\n")).data["x"]


def mistake(folder: Path, text: str | bytes, schema: dict[str, Any] | None = None) -> DatafileError:
    with pytest.raises(DatafileError) as caught:
        read(written(folder, text), schema)
    return caught.value


@pytest.mark.parametrize(
    "word",
    [
        "yes",
        "no",
        "on",
        "off",
        "Yes",
        "NO",
        "y",
        "True",
        "FALSE",
        "01633",
        "0x1F",
        "1_000",
        "1:30",
        "1e3",
        "Null",
        "NULL",
        ".inf",
        ".nan",
        "+7",
        "=",
        "<<",
        "2026-4-1",
        "2026-04-01T10:00:00",
        "9" * 5000,
    ],
)
def test_a_word_that_yaml_would_guess_at_stays_text(tmp_path: Path, word: str) -> None:
    assert value(tmp_path, word) == word


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("2.50", 2.5),
        ("2026-04-01", dt.date(2026, 4, 1)),
        ('"2026-04-01"', "2026-04-01"),
        ('"true"', "true"),
        ('"7"', "7"),
        ('""', ""),
        ("Siân", "Siân"),
        ("[1, no]", [1, "no"]),
        ("{a: 1}", {"a": 1}),
    ],
)
def test_a_plain_value_has_its_type(tmp_path: Path, text: str, wanted: object) -> None:
    got = value(tmp_path, text)
    assert got == wanted
    assert type(got) is type(wanted)


def test_keys_are_always_text(tmp_path: Path) -> None:
    assert read(written(tmp_path, "2024: a\nno: b\n")).data == {"2024": "a", "no": "b"}


def test_each_part_knows_its_line(tmp_path: Path) -> None:
    document = read(written(tmp_path, "# head\na:\n  b:\n    - one\n    - c: two\n      d: three\n"))
    assert document.line() == 2
    assert document.line("a", "b") == 3
    assert document.line("a", "b", 1, "d") == 6
    assert document.line("a", "b", 1, "absent", "deeper") == 5
    assert str(document.error("it is off", "put it on", "a", "b", 0)).endswith(
        "file.yaml:4: it is off. Mend: put it on."
    )


def test_an_empty_file_holds_nothing_and_a_byte_order_mark_is_no_matter(tmp_path: Path) -> None:
    assert read(written(tmp_path, "")).data is None
    assert read(written(tmp_path, b"\xef\xbb\xbfa: 1\n")).data == {"a": 1}


def test_a_packaged_resource_reads_like_a_file(tmp_path: Path) -> None:
    written(tmp_path, "a: 1\n")
    found = files("hawl.foundations.datafiles") / "absent.yaml"
    with pytest.raises(DatafileError, match="cannot be read"):
        read(found)
    assert isinstance(read(tmp_path / "file.yaml"), Document)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "`a` is given twice"),
        ("a: 1\nb: [1,\n", 3, "not YAML"),
        ("a: 1\n\tb: 2\n", 2, "not YAML"),
        ("a: &x 1\nb: *x\n", 2, "an anchor"),
        ("a: 1\nb: !!python/object:os.system x\n", 2, "the tag"),
        ("a: 1\nb: 2026-02-30\n", 2, "not a date of the calendar"),
        ("a: 1\n---\nb: 2\n", 2, "not YAML"),
        (b"a: 1\nb: \xff\n", 2, "not UTF-8"),
        ("a: 1\nb: \x00\n", 2, "character"),
        ("[a, b]: 1\n", 1, "a key is a list"),
        ("[" * 5000 + "]" * 5000, 1, "nested too deeply"),
        ("[" * 200000, 1, "nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_line(tmp_path: Path, text: str | bytes, line: int, words: str) -> None:
    error = mistake(tmp_path, text)
    assert words in error.what
    assert error.mend
    assert error.line == line


def test_an_absent_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatafileError, match="cannot be read"):
        read(tmp_path / "absent.yaml")
    with pytest.raises(DatafileError, match="cannot be read"):
        read(tmp_path)


GOOD = """opened: 2026-04-01
services:
  - id: hub
    name:
      en: Hub
      cy: Hwb
    to: null
"""


def test_a_right_file_passes_its_schema(tmp_path: Path) -> None:
    assert read(written(tmp_path, GOOD), SCHEMA).data["opened"] == dt.date(2026, 4, 1)


@pytest.mark.parametrize(
    ("old", "new", "line", "what", "mend"),
    [
        ("      cy: Hwb\n", "", 4, "`name.cy` is missing", "give the Welsh name"),
        ("en: Hub", "en: 12", 5, "`name.en` is a number, where text is wanted", "put it in quotes"),
        (
            "en: Hub",
            "en: 2026-01-01",
            5,
            "`name.en` is a date, where text is wanted",
            "put it in quotes",
        ),
        ("en: Hub", 'en: ""', 5, "`name.en` is empty", "fill it or take the key out"),
        (
            "id: hub",
            "id: Hub 1",
            3,
            "`id` is `Hub 1`, which is not written as it should be",
            "give an id of small letters",
        ),
        (
            "id: hub",
            "id: hub\n    kind: charty",
            4,
            "`kind` is `charty`, which is not a value it may have",
            "did you mean `charity`?",
        ),
        (
            "id: hub",
            "id: hub\n    kind: zzz",
            4,
            "`kind` is `zzz`, which is not a value it may have",
            "use one of `charity`, `police`, `council`",
        ),
        (
            "id: hub",
            "id: hub\n    seets: 3",
            4,
            "`seets` is not known here",
            "did you mean `seats`?",
        ),
        (
            "id: hub",
            "id: hub\n    seats: 0",
            4,
            "`seats` is 0, which is too small",
            "give 1 or more",
        ),
        (
            "id: hub",
            "id: hub\n    seats: 10",
            4,
            "`seats` is 10, which is too large",
            "give 9 or less",
        ),
        (
            "opened: 2026-04-01",
            'opened: "2026-04-01"',
            1,
            "`opened` is `2026-04-01`, which is not a date",
            "write it as year-month-day, such as 2026-04-01, without quotes",
        ),
        (
            "opened: 2026-04-01",
            "opened: 7",
            1,
            "`opened` is a number, where a date is wanted",
            "give a date",
        ),
        (
            "  - id: hub",
            "  - 7\n  - id: hub",
            3,
            "entry 1 of `services` is a number, where a table of keys is wanted",
            "give a table of keys",
        ),
        ("    name:", "    nmae:", 4, "`nmae` is not known here", "did you mean `name`?"),
        (
            "to: null",
            "to: later",
            7,
            "`to` is `later`, which is not a date",
            "write it as year-month-day, such as 2026-04-01, without quotes",
        ),
    ],
)
def test_a_mistake_names_its_line_and_the_mend(
    tmp_path: Path, old: str, new: str, line: int, what: str, mend: str
) -> None:
    assert old in GOOD
    error = mistake(tmp_path, GOOD.replace(old, new), SCHEMA)
    assert (error.line, error.what, error.mend) == (line, what, mend)


def test_the_mistake_that_stands_first_is_told_first(tmp_path: Path) -> None:
    text = GOOD.replace("opened: 2026-04-01", "opened: 7").replace("en: Hub", "en: 12")
    assert mistake(tmp_path, text, SCHEMA).line == 1


def test_an_empty_file_against_a_schema_is_a_mistake_and_not_a_crash(tmp_path: Path) -> None:
    assert mistake(tmp_path, "", SCHEMA).what == "the file is empty, where a table of keys is wanted"
    assert mistake(tmp_path, "services: []\n", SCHEMA).what == "`services` is empty"
