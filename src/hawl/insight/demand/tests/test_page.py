from __future__ import annotations

from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from hawl.foundations.measures import Figure, Words
from hawl.insight.demand import presenters, views
from hawl.registers.cases.tests.makers import three_people
from hawl.registers.demand.queries import (
    Choices,
    CouncilCount,
    Demand,
    HeldMonth,
    MonthCount,
    TypeCount,
    Wanted,
)

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]

CHOICES = Choices(("Gwent Police",), ("Newport", "Torfaen"), ("Anti-social behaviour", "Burglary"), (2024, 2025))


def held(month: date) -> HeldMonth:
    return HeldMonth("Gwent Police", month, 100, 9, 3, 2, "2021")


FOUND = Demand(
    wanted=Wanted(year=2025),
    crimes=70,
    asb=20,
    months=(MonthCount(date(2025, 1, 1), 70, 20),),
    councils=(CouncilCount("Newport", True, 50, 15), CouncilCount("Torfaen", True, 20, 5)),
    types=(TypeCount("Burglary", 70), TypeCount("Anti-social behaviour", 20)),
    held=(held(date(2024, 12, 1)), held(date(2025, 1, 1)), held(date(2025, 2, 1)), held(date(2025, 4, 1))),
    missing=(("Gwent Police", date(2025, 3, 1)),),
    choices=CHOICES,
)


@pytest.fixture
def imported(monkeypatch: pytest.MonkeyPatch) -> None:
    words = Words("Recorded", "Cofnodwyd")
    monkeypatch.setattr(views, "choices", lambda: CHOICES)
    monkeypatch.setattr(views, "figure", lambda key: Figure(key, words, words, words, "rows", lambda asked: FOUND))


def test_a_month_not_held_is_a_gap_and_one_without_rows_is_none() -> None:
    chart = presenters.shown(FOUND, {}).charts[0]
    assert [[cell.text for cell in row] for row in chart.rows] == [
        ["Jan 2025", "70", "20"], ["Feb 2025", "0", "0"], ["Mar 2025", "–", "–"], ["Apr 2025", "0", "0"],
    ]  # fmt: skip


def test_what_lies_outside_is_told_and_months_of_other_years_are_not_counted() -> None:
    shown = presenters.shown(FOUND, {})
    assert (shown.left_out, len(shown.held), shown.missing) == (15, 3, ["March 2025"])


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, Wanted(year=2025)),
        ({"year": "all", "council": "Torfaen"}, Wanted(council="Torfaen")),
        ({"year": "2024", "crime_type": "Burglary"}, Wanted(year=2024, crime_type="Burglary")),
        ({"year": "²", "council": "'; --", "crime_type": "x", "force": "y"}, Wanted(year=2025)),
        ({"year": "99999999999999999999"}, Wanted(year=2025)),
    ],
)
def test_nonsense_asks_for_what_is_shown_first(query: dict[str, str], wanted: Wanted) -> None:
    assert presenters.wanted(query, CHOICES) == wanted


@pytest.mark.usefixtures("imported")
def test_the_page_shows_each_chart_with_its_table_source_and_licence(client: Client) -> None:
    client.force_login(three_people().board)
    soup = BeautifulSoup(client.get("/demand/").content, "html.parser")
    assert len(soup.select(".hawl-chart svg[role=img]")) == len(soup.select(".hawl-chart table")) == 3
    text = soup.get_text(" ")
    assert "Open Government Licence v3.0" in text
    assert "March 2025" in text
    welsh = BeautifulSoup(client.get("/cy/demand/").content, "html.parser").get_text(" ")
    assert "Bwrgleriaeth" in welsh
    assert "Casnewydd" in welsh


def test_with_no_month_it_says_how_to_import(client: Client) -> None:
    client.force_login(three_people().officer)
    assert b"hawl crime import FOLDER" in client.get("/demand/").content


def test_who_carries_no_figures_finds_no_page(client: Client) -> None:
    client.force_login(three_people().stranger)
    assert client.get("/demand/").status_code == 404
