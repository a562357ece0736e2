"""Names of Wales as they are met: which are one person's and which are two people's."""

from __future__ import annotations

from pathlib import Path

import pytest

from hawl.registers.linking.tests.lists import HOUSE, linked, row

DAY = "1984-03-17"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Siân|Jones", "Sian|Jones"), ("Llŷr|Evans", "LLYR|EVANS"), ("Rhys|Morgan", "Rees|Morgan"),
        ("Siân|Jones", "Jane|Jones"), ("Dafydd|Lloyd", "David|Lloyd"), ("Siôn|Price", "John|Price"),
        ("Catrin|ap Rhys", "Catrin|Price"), ("Owain|ap Huw", "Owain|Pugh"), ("Mair|ferch Dafydd", "Mair|Davies"),
        ("Siân Mair|Rees", "Siân|Rees"), ("Gwenllian|Powell", "Gwenlian|Powell"), ("Elin|Hughes", "Elin|Huws"),
        ("Ffion|Prys-Jones", "Ffion|Jones"), ("Jones|Siân", "Siân|Jones"), ("Mrs Nerys|Bowen", "Nerys|Bowen"),
        ("Deborah|Hill", "Debbie|Hill"), ("S|Jones", "Siân|Jones"),
    ],
)  # fmt: skip
def test_one_person_is_found_in_the_forms_of_their_name(tmp_path: Path, one: str, other: str) -> None:
    assert linked(tmp_path, row("1", one, DAY, **HOUSE), row("2", other, DAY, **HOUSE)) == [{"1", "2"}]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ffion|Jones", "Fiona|Jones"), ("Carys|Evans", "Cerys|Evans"), ("Dylan|Morgan", "Dyfan|Morgan"),
        ("Siân|Price", "Siôn|Price"), ("Nia|Lewis", "Niamh|Lewis"), ("Rhys|Parry", "Rhun|Parry"),
        ("Megan|Rees", "Mared|Rees"), ("Ieuan|Hughes", "Ifor|Hughes"), ("Peredur|Bebb", "Gwydion|Bebb"),
        ("A|Rees", "I|Rees"),
    ],
)  # fmt: skip
def test_twins_of_one_house_are_two_however_alike_their_names(tmp_path: Path, one: str, other: str) -> None:
    same = HOUSE | {"email": "teulu@post.example"}
    assert linked(tmp_path, row("1", one, DAY, **same), row("2", other, DAY, **same)) == []


@pytest.mark.parametrize(
    "written", ["17/03/1984", "1984-03-17T00:00:00", "17.3.1984", "19840317", "1984-03-18", "1984-03-71"]
)
def test_a_day_written_otherwise_or_with_a_slip_is_still_of_one_person(tmp_path: Path, written: str) -> None:
    assert linked(tmp_path, row("1", "Nerys|Bowen", DAY, **HOUSE), row("2", "Nerys|Bowen", written, **HOUSE)) == [
        {"1", "2"}
    ]


def test_a_day_and_month_turned_round_are_still_of_one_person(tmp_path: Path) -> None:
    rows = row("1", "Nerys|Bowen", "1984-03-07", **HOUSE), row("2", "Nerys|Bowen", "1984-07-03", **HOUSE)
    assert linked(tmp_path, *rows) == [{"1", "2"}]


def test_two_strangers_of_a_common_name_are_not_one_for_want_of_a_day(tmp_path: Path) -> None:
    assert linked(tmp_path, row("1", "David|Jones"), row("2", "David|Jones")) == []


def test_somebody_who_moved_and_changed_number_is_known_by_name_and_day(tmp_path: Path) -> None:
    elsewhere = {"address": "9 Stryd Nant", "postcode": "CF44 7BB", "phone": "07700 900321"}
    assert linked(tmp_path, row("1", "Esyllt|Vaughan", DAY, **HOUSE), row("2", "Esyllt|Vaughan", DAY, **elsewhere)) == [
        {"1", "2"}
    ]


def test_who_married_is_known_by_the_rest(tmp_path: Path) -> None:
    own = {"email": "esyllt.v@post.example", "phone": "07700 900321"}
    assert linked(tmp_path, row("1", "Esyllt|Vaughan", DAY, **own), row("2", "Esyllt|Hill", DAY, **own)) == [{"1", "2"}]
