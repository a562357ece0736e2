from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access.actor import Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.foundations.datafiles import DatafileError
from hawl.foundations.measures.periods import month_end_before, quarter_of
from hawl.insight.compliance import measures as compliance_measures
from hawl.insight.compliance.measures import measures
from hawl.registers.cases.tests.makers import DESK, ThreePeople, account, make_case, organisation_id, three_people
from hawl.rights.duties.actions import recompute
from hawl.rights.duties.tests.test_figures import make_duty
from hawl.work.hub.actions import record_act

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


def lay_out(how_many: int) -> ThreePeople:
    """Kept and overdue duties, reported in the month before this one."""
    people = three_people()
    day = month_end_before(today())
    with acting_as(people.officer.actor()):
        for number in range(how_many):
            case = make_case(desk=organisation_id(DESK), reported=(today() - day).days, council="newport")
            make_duty(case, due_on=day - timedelta(days=1), standing="met" if number % 3 else "open")
    return people


def page(client: Client, path: str = "/compliance/") -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def numbers(soup: BeautifulSoup) -> list[str]:
    return [one.get_text(strip=True) for one in soup.select(".hawl-numbers__value")]


def test_an_officer_reads_exact_numbers_and_no_number_leads_to_a_list_of_other_rows(client: Client) -> None:
    client.force_login(lay_out(9).officer)
    soup = page(client)
    assert numbers(soup) == ["0%", "100%", "0%", "66.6%", "0", "3"]
    main = soup.select_one("main")
    assert main is not None
    assert {str(a["href"]).partition("?")[0] for a in main.select(".hawl-numbers a, td a")} == {"/compliance/cases/"}
    assert "window=overdue" not in str(main)
    headed = main.select_one("th a[href*='right=']")
    assert headed is not None
    assert client.get(str(headed["href"])).status_code == 200


def test_the_commissioners_office_reads_counts_of_all_and_finds_no_way_to_a_person(client: Client) -> None:
    people = lay_out(30)
    client.force_login(people.board)
    soup = page(client)
    assert numbers(soup) == ["0%", "100%", "0%", "66.6%", "0", "10"]
    main = soup.select_one("main")
    assert main is not None
    assert {str(a["href"]) for a in main.select("a") if a["href"] != "/compliance/"} == {"/papers/"}
    assert [field["name"] for field in main.select("select")] == ["period"]
    assert client.get("/cases/").status_code == 404


def test_small_numbers_stay_hidden_whatever_the_office_asks(client: Client) -> None:
    people = lay_out(9)  # three overdue
    client.force_login(people.board)
    for query in ("", "?council=newport", "?tier=standard", "?period=12-months", "?period=9999-q9", "?period=%00"):
        soup = page(client, f"/compliance/{query}")
        assert "fewer than 5" in numbers(soup)
        assert "3" not in {cell.get_text(strip=True) for cell in soup.select("td")}


def test_who_carries_no_figures_finds_no_page(client: Client) -> None:
    people = lay_out(1)
    client.force_login(people.stranger)
    assert client.get("/compliance/").status_code == 404
    client.logout()
    assert client.get("/compliance/").status_code == 302


def test_it_answers_get_alone(client: Client) -> None:
    client.force_login(three_people().officer)
    assert client.post("/compliance/").status_code == 405


def test_coverage_stands_before_every_rate(client: Client) -> None:
    client.force_login(lay_out(6).officer)
    soup = page(client)
    labels = [one.get_text(strip=True) for one in soup.select(".hawl-numbers__label")]
    assert labels.index("of outcomes known") < labels.index("kept in time")
    for table in soup.select("table"):
        heads = [one.get_text(strip=True) for one in table.select("thead th")]
        if "Kept in time" in heads:
            assert heads.index("Outcome known") < heads.index("Kept in time")


def test_being_referred_stands_beside_being_reached(client: Client) -> None:
    client.force_login(lay_out(3).officer)
    text = page(client).get_text(" ")
    assert "Being referred is not yet being reached" in text
    assert "The support service reached the victim." in text
    assert "The victim's needs were assessed." in text


def test_with_nothing_to_count_it_says_what_to_do(client: Client) -> None:
    client.force_login(three_people().officer)
    soup = page(client)
    assert "Nothing is counted for this period" in soup.get_text()
    assert not soup.select(".hawl-chart")


def test_every_chart_has_its_table_and_every_page_its_welsh(client: Client) -> None:
    client.force_login(lay_out(6).officer)
    soup = page(client)
    assert len(soup.select(".hawl-chart svg[role=img]")) == len(soup.select(".hawl-chart table")) > 3
    welsh = page(client, "/cy/compliance/")
    assert welsh.html is not None
    assert welsh.html["lang"] == "cy"
    heading = welsh.h1
    assert heading is not None
    assert heading.get_text() != "How the Code is kept"


@pytest.mark.parametrize("role", [Role.VICTIM_CARE_OFFICER, Role.BOARD])
def test_the_number_of_statements_stays_the_same(client: Client, role: Role) -> None:
    lay_out(1)
    client.force_login(account(role, DESK))
    counted = []
    for more in (0, 50):
        if more:
            lay_out(more)
        with CaptureQueriesContext(connection) as taken:
            page(client)
        counted.append(len(taken))
    assert counted[0] == counted[1]
    assert counted[1] <= 16


def test_a_period_is_read_from_the_address(client: Client) -> None:
    client.force_login(lay_out(6).officer)
    earlier = month_end_before(today()) - timedelta(days=400)
    soup = page(client, f"/compliance/?period={date(earlier.year, 1, 1).year}-q1")
    assert soup.select_one("select[name=period] option[selected]") is not None


def rows_of(soup: BeautifulSoup, caption: str) -> dict[str, list[str]]:
    """The rows of the table with that caption, by their heads."""
    table = next(each for each in soup.select("table") if each.caption and caption in each.caption.text)
    rows = [(row.th, row.select("td")) for row in table.select("tbody tr")]
    return {str(head.get_text(strip=True)): [cell.get_text(strip=True) for cell in cells] for head, cells in rows}


def test_a_referral_never_stands_without_reached_and_assessed(client: Client) -> None:
    for who in ("officer", "board"):
        client.force_login(getattr(lay_out(30), who))
        rows = rows_of(page(client), "five measures")
        referral = [name for name in rows if name.startswith("Referral to support")]
        assert any("4.4" in name for name in referral)
        assert {"Referred", "Reached by the service", "Needs assessed"} <= {
            name.rpartition(": ")[2] for name in referral
        }


def test_all_five_measures_stand_there_also_where_nothing_began(client: Client) -> None:
    client.force_login(lay_out(3).officer)
    names = list(rows_of(page(client), "five measures"))
    assert {name.partition(":")[0] for name in names} == {one.title.en for one in measures()}
    assert sum("nothing began in this period" in name for name in names) >= 3


def test_a_measure_of_a_duty_that_nobody_knows_is_told_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (files("hawl.insight.compliance") / "measures.yaml").read_text(encoding="utf-8")
    (tmp_path / "measures.yaml").write_text(text.replace('"3.1"', '"99.9"'), encoding="utf-8")
    monkeypatch.setattr(compliance_measures, "files", lambda _name: tmp_path)
    for cached in (measures, compliance_measures._document):
        cached.cache_clear()
    try:
        with pytest.raises(DatafileError, match=r"99\.9"):
            measures()
    finally:
        monkeypatch.undo()
        for cached in (measures, compliance_measures._document):
            cached.cache_clear()


def test_coverage_says_who_told_what_became_of_it_act_by_act_for_who_sees_people(client: Client) -> None:
    people = three_people()
    with acting_as(people.officer.actor()) as by:
        case = make_case(desk=organisation_id(DESK), reported=40)
        recompute(case_id=case.pk, by=by)
        record_act(by=by, case=case, event="needs_assessed", occurred_on=today())
    client.force_login(people.officer)
    rows = rows_of(page(client), "who told of it")
    assert rows["The victim's needs were assessed."] == ["0", "0", "1", "0", "0"]
    assert rows["All duties that are certain"] == ["0", "0", "1", "3", "0"]
    client.force_login(people.board)
    office = page(client, f"/compliance/?period={quarter_of(today() - timedelta(40)).key}")
    assert list(rows_of(office, "who told of it")) == ["All duties that are certain"]


def test_a_kind_of_crime_can_be_asked_for_by_who_sees_people(client: Client) -> None:
    people = three_people()
    with acting_as(people.officer.actor()) as by:
        for offence in ("arson", "arson", "rape"):
            case = make_case(desk=organisation_id(DESK), reported=40, offence=offence)
            recompute(case_id=case.pk, by=by)
    client.force_login(people.officer)
    assert len(rows_of(page(client), "By kind of crime")) == 2
    one = rows_of(page(client, "/compliance/?offence=arson"), "who told of it")
    assert one["All duties that are certain"][3] == "8"
