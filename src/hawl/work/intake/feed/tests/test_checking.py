"""Each reason for refusing a row, the boundaries of each limit, and what is kept intact."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from hawl.work.intake.feed.checking import Checker, Refusal
from hawl.work.intake.feed.fields import CONTACT, CRIME, EVENT, PERSON, ROW, SUSPECT
from hawl.work.intake.feed.kinds import Text
from hawl.work.intake.feed.rows import FeedRow
from hawl.work.intake.feed.tests.examples import TODAY, full_row, small_row
from hawl.work.intake.reasons import refusal_words

NAUGHTY = Path(__file__).parents[6].parent / "shared/data/naughty-strings/blns.json"
SECTIONS = {
    "": ROW,
    "crime": CRIME,
    "person": PERSON,
    "suspect": SUSPECT,
    "contacts": CONTACT,
    "events": EVENT,
}
TEXTS = [
    (f"{section}__{field.name}" if section else field.name, field)
    for section, table in SECTIONS.items()
    for field in table
    if isinstance(field.kind, Text)
]


def checked(row: Any) -> FeedRow:
    return Checker(TODAY).check(row, 7)


def reason_of(row: Any) -> str | None:
    try:
        checked(row)
    except Refusal as refusal:
        return refusal.reason
    return None


def test_a_full_row_is_taken_with_every_field() -> None:
    row = checked(full_row())
    assert (row.row_number, row.source, row.version) == (7, "gwent-police", 3)
    assert row.sent_at == datetime(2026, 11, 21, 2, 10, tzinfo=UTC)
    assert row.crime.occurred_from == date(2026, 11, 19)
    assert row.crime.place == "Tŷ Coch,\n2 Heol y Bont"
    assert row.person.given_name == "Siân"
    assert row.person.access_needs == ("bsl", "large_print")
    assert row.suspect.known is False
    assert row.contacts[0].ring == "yes"
    assert row.events[0].attributes["in_welsh"] is True


def test_what_a_small_row_leaves_out_is_not_taken_for_a_no() -> None:
    row = checked(small_row())
    assert row.suspect.known is None
    assert row.suspect.lives_here is None
    assert row.person.risk == "not_assessed"
    assert row.person.agreement == "not_asked"
    assert row.person.deceased is None
    assert (row.contacts, row.events, row.crime.flags) == ((), (), ())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (None, "not_object"),
        ([], "not_object"),
        ("row", "not_object"),
        (full_row(extra=1), "wrong_columns"),
        (full_row(crime__extra=1), "wrong_columns"),
        (full_row(contacts__extra=1), "wrong_columns"),
        (full_row(source=None), "missing:source"),
        (full_row(record_id="   "), "missing:record_id"),
        (full_row(crime=None), "missing:crime"),
        (full_row(person=None), "missing:person"),
        (full_row(crime__ref=None), "missing:crime.ref"),
        (full_row(crime__reported_on=None), "missing:crime.reported_on"),
        (full_row(person__family_name=" "), "missing:person.family_name"),
        (full_row(contacts__value=None), "missing:contacts.value"),
        (full_row(events__event_id=None), "missing:events.event_id"),
        (full_row(crime=[]), "wrong_value:crime"),
        (full_row(suspect="none"), "wrong_value:suspect"),
        (full_row(contacts={}), "wrong_value:contacts"),
        (full_row(events=["one"]), "wrong_value:events"),
        (full_row(version=0), "wrong_value:version"),
        (full_row(version=2**31), "wrong_value:version"),
        (full_row(version="3"), "wrong_value:version"),
        (full_row(version=True), "wrong_value:version"),
        (full_row(version=1.5), "wrong_value:version"),
        (full_row(version=float("inf")), "wrong_value:version"),
        (full_row(crime__offence="burglary"), "wrong_value:crime.offence"),
        (full_row(crime__flags=["arson"]), "wrong_value:crime.flags"),
        (full_row(crime__flags="hate"), "wrong_value:crime.flags"),
        (full_row(crime__flags=["hate"] * 21), "too_long:crime.flags"),
        (full_row(crime__lsoa="S01000001"), "wrong_value:crime.lsoa"),
        (full_row(crime__title=5), "wrong_value:crime.title"),
        (full_row(person__role="suspect"), "wrong_value:person.role"),
        (full_row(person__age=131), "wrong_value:person.age"),
        (full_row(person__deceased="yes"), "wrong_value:person.deceased"),
        (full_row(person__language="Cymraeg"), "wrong_value:person.language"),
        (full_row(contacts__ring="maybe"), "wrong_value:contacts.ring"),
        (full_row(contacts=full_row()["contacts"] * 11), "too_long:contacts"),
        (full_row(events=full_row()["events"] * 2), "wrong_value:events.event_id"),
        (full_row(events__event="Written confirmation"), "wrong_value:events.event"),
        (full_row(events__attributes=[]), "wrong_value:events.attributes"),
        (full_row(events__attributes={"a": []}), "wrong_value:events.attributes"),
        (full_row(events__attributes={"a": float("nan")}), "wrong_value:events.attributes"),
        (full_row(events__attributes={"a": 10**400}), "wrong_value:events.attributes"),
        (full_row(events__attributes={"a": "\x00"}), "bad_text:events.attributes"),
        (full_row(crime__reported_on="20/11/2026"), "wrong_date:crime.reported_on"),
        (full_row(crime__reported_on="20261120"), "wrong_date:crime.reported_on"),
        (full_row(crime__reported_on="2026-11-31"), "wrong_date:crime.reported_on"),
        (full_row(crime__reported_on="2026-11-20\n"), "wrong_date:crime.reported_on"),
        (full_row(crime__reported_on="٢٠٢٦-11-20"), "wrong_date:crime.reported_on"),
        (full_row(person__born_on="1899-12-31"), "wrong_date:person.born_on"),
        (full_row(person__born_on="2025-02-29"), "wrong_date:person.born_on"),
        (full_row(sent_at="2026-11-21T02:10:00"), "wrong_date:sent_at"),
        (full_row(sent_at="2026-11-21T25:10:00Z"), "wrong_date:sent_at"),
        (full_row(crime__occurred_to="2026-11-18"), "wrong_date:crime.occurred_to"),
        (full_row(crime__occurred_from="2026-11-21", crime__occurred_to=None),
         "wrong_date:crime.occurred_from"),
        (full_row(crime__reported_on="2026-11-23"), "future_date:crime.reported_on"),
        (full_row(events__occurred_on="2027-01-01"), "future_date:events.occurred_on"),
        (full_row(sent_at="2026-11-23T00:00:00Z"), "future_date:sent_at"),
        (full_row(person__given_name="Si\x00ân"), "bad_text:person.given_name"),
        (full_row(person__given_name="Si\nân"), "bad_text:person.given_name"),
        (full_row(crime__note="\ud800"), "bad_text:crime.note"),
        (full_row(crime__note="bell \x07"), "bad_text:crime.note"),
        (full_row(suspect__person_ref="GWP-P-88213"), "wrong_value:suspect.person_ref"),
        (full_row(person__on_behalf_of="GWP-P-88213"), "wrong_value:person.on_behalf_of"),
        (full_row(person__kind="organisation", person__named_contact=None),
         "missing:person.named_contact"),
        (full_row(person__kind="organisation", person__organisation_name=""),
         "missing:person.organisation_name"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_taken_is_refused_with_its_reason(row: Any, reason: str) -> None:
    assert reason_of(row) == reason
    assert refusal_words(reason).cy


def test_an_organisation_with_a_named_contact_needs_no_family_name() -> None:
    assert reason_of(full_row(person__kind="organisation", person__family_name=None)) is None


def test_today_is_not_the_future_and_tomorrow_is() -> None:
    assert reason_of(full_row(crime__reported_on="2026-11-22")) is None
    assert reason_of(full_row(crime__reported_on="2026-11-23")) == "future_date:crime.reported_on"


def test_the_day_of_sending_is_the_day_in_london() -> None:
    summer = Checker(date(2026, 6, 30))
    row = small_row(crime__reported_on="2026-06-29", sent_at="2026-06-30T22:59:59Z")
    assert summer.check(row, 1)
    with pytest.raises(Refusal, match="future_date:sent_at"):
        summer.check({**row, "sent_at": "2026-06-30T23:00:00Z"}, 1)


def test_only_known_events_are_taken_when_the_events_are_known() -> None:
    assert Checker(TODAY, {"written_confirmation_sent"}).check(full_row(), 1)
    with pytest.raises(Refusal, match=r"wrong_value:events\.event"):
        Checker(TODAY, {"suspect_arrested"}).check(full_row(), 1)


@pytest.mark.parametrize(("path", "field"), TEXTS, ids=[path for path, _ in TEXTS])
def test_each_text_is_taken_up_to_its_limit_and_no_further(path: str, field: Any) -> None:
    dotted = path.replace("__", ".")
    assert reason_of(full_row(**{path: "ŵ" * field.kind.longest})) is None
    assert reason_of(full_row(**{path: "ŵ" * (field.kind.longest + 1)})) == f"too_long:{dotted}"


@pytest.mark.parametrize("name", ["Llŷr", "Siân", "ap Rhys", "O'Brien", "D’Arcy", "Gwên ferch Ŵan", "Tŷ-Gwyn", "Ffïon"])
def test_welsh_names_and_apostrophes_stay_intact(name: str) -> None:
    assert checked(full_row(person__family_name=name)).person.family_name == name
    decomposed = unicodedata.normalize("NFD", f"  {name}\u00a0")
    assert checked(full_row(person__family_name=decomposed)).person.family_name == name


def test_line_breaks_in_a_note_are_kept_and_made_alike() -> None:
    assert checked(full_row(crime__note="un\r\ndau\rtri\n")).crime.note == "un\ndau\ntri"


@pytest.mark.parametrize(("path", "field"), TEXTS, ids=[path for path, _ in TEXTS])
def test_naughty_strings_are_kept_intact_or_refused_with_a_reason(path: str, field: Any) -> None:
    if not NAUGHTY.exists():
        pytest.skip("../shared/data/naughty-strings is not here")
    section, _, name = path.partition("__")
    kept = 0
    for text in json.loads(NAUGHTY.read_text(encoding="utf-8")):
        reason = reason_of(full_row(**{path: text}))
        if reason is not None:
            code, where = reason.split(":")
            assert code in ("bad_text", "too_long", "missing")
            assert where == path.replace("__", ".")
            continue
        row = checked(full_row(**{path: text}))
        part: Any = getattr(row, section)
        part = part[0] if isinstance(part, tuple) else part
        found = getattr(part, name) if name else part
        wanted = unicodedata.normalize("NFC", text).strip().replace("\r\n", "\n") or None
        assert found == wanted
        kept += 1
    assert kept > (400 if field.kind.longest >= 60 else 150)


def test_the_crime_report_is_an_event_made_once_from_the_row() -> None:
    sent = {"event_id": "X", "event": "crime_reported", "occurred_on": "2026-11-01"}
    row = checked(full_row(events=[sent, *full_row()["events"]]))
    assert [(e.event, e.event_id) for e in row.all_events()] == [
        ("crime_reported", "GWP-000123-V1-reported"),
        ("written_confirmation_sent", "GWP-000123-V1-1"),
    ]
    assert row.all_events()[0].occurred_on == date(2026, 11, 20)


def test_equal_content_has_equal_bytes_and_a_changed_leaf_has_others() -> None:
    row = checked(full_row())
    again = Checker(TODAY).check(full_row(sent_at="2026-11-22T01:00:00Z"), 99)
    assert row.canonical() == again.canonical()
    assert row != again
    for change in (
        {"version": 4},
        {"crime__note": "other"},
        {"person__repeat": False},
        {"suspect__known": None},
        {"contacts__ring": "no"},
        {"events__attributes": {}},
    ):
        assert checked(full_row(**change)).canonical() != row.canonical()
