"""The pages of the papers: who keeps one, who reads it, and that it says what the board was shown."""

from __future__ import annotations

import uuid

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access.scope import acting_as
from hawl.insight.papers import queries
from hawl.insight.papers.actions import keep_paper
from hawl.insight.papers.tests.test_papers import cases_of, last_quarter
from hawl.registers.cases.tests.makers import ThreePeople, three_people
from hawl.rights.duties.actions import recompute

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


@pytest.fixture
def people() -> ThreePeople:
    return three_people()


def read(client: Client, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def numbers(soup: BeautifulSoup) -> list[str]:
    return [each.text for each in soup.select(".hawl-numbers__value")]


@pytest.mark.parametrize("prefix", ["", "/cy"])
def test_the_office_keeps_the_figures_of_a_quarter_and_reads_them_again(people: ThreePeople, prefix: str) -> None:
    quarter = last_quarter()
    cases_of(people, 12, quarter.since)
    client = Client()
    client.force_login(people.board)
    live = numbers(read(client, f"{prefix}/compliance/?period={quarter.key}"))
    kept = client.post(f"{prefix}/papers/keep/", {"period": quarter.key})
    assert kept.status_code == 302
    paper = read(client, kept["Location"])
    assert numbers(paper) == live
    # A referral never stands alone, on paper neither.
    rows = [each.get_text() for each in paper.select("table")[0].select("tbody th")]
    assert len([each for each in rows if "4.4" in each]) == 1
    beside = ("Reached by the service", "Needs assessed") if not prefix else ("Cyrhaeddwyd gan y gwasanaeth", "Aseswyd")
    assert all(any(words in each for each in rows) for words in beside)
    listed = read(client, f"{prefix}/papers/")
    assert len(listed.select("tbody tr")) == 1
    assert quarter.key not in {each["value"] for each in listed.select("option")}


@pytest.mark.parametrize("period", ["", "12-months", "9999-q9", "\u0000", "2020-q1x"])
def test_nonsense_is_told_and_keeps_nothing(people: ThreePeople, period: str) -> None:
    client = Client()
    client.force_login(people.board)
    answer = client.post("/papers/keep/", {"period": period})
    assert answer.status_code == 422
    assert "Choose a quarter from the list." in answer.content.decode()
    assert not read(client, "/papers/").select("tbody tr")


def test_who_sees_people_reads_papers_and_keeps_none(people: ThreePeople) -> None:
    with acting_as(people.board.actor()) as board:
        paper = keep_paper(by=board, period=last_quarter())
    client = Client()
    client.force_login(people.officer)
    assert read(client, f"/papers/{paper.pk}/").select("form[action$='/keep/']") == []
    assert read(client, "/papers/").select("form[action$='/keep/']") == []
    assert client.post("/papers/keep/", {"period": last_quarter().key}).status_code == 422


def test_who_carries_no_figures_finds_no_paper(people: ThreePeople) -> None:
    with acting_as(people.board.actor()) as board:
        paper = keep_paper(by=board, period=last_quarter())
    client = Client()
    client.force_login(people.stranger)
    for address in ("/papers/", f"/papers/{paper.pk}/"):
        assert client.get(address).status_code == 404
    client.force_login(people.board)
    assert client.get(f"/papers/{uuid.uuid4()}/").status_code == 404


def test_a_paper_that_is_not_what_was_kept_is_not_drawn(people: ThreePeople, monkeypatch: pytest.MonkeyPatch) -> None:
    with acting_as(people.board.actor()) as board:
        paper = keep_paper(by=board, period=last_quarter())
    monkeypatch.setattr(queries, "digest_of", lambda _kept: "another")
    client = Client()
    client.force_login(people.board)
    answer = client.get(f"/papers/{paper.pk}/")
    assert answer.status_code == 500
    assert "not what was kept" in answer.content.decode()
    assert "hawl-numbers__value" not in answer.content.decode()


@pytest.mark.parametrize("how_many", [1, 30])
def test_a_paper_costs_the_same_however_many_cases_there_are(people: ThreePeople, how_many: int) -> None:
    made = cases_of(people, how_many, last_quarter().since)
    with acting_as(people.officer.actor()) as by:
        recompute(case_id=made[0].pk, by=by)
    with acting_as(people.board.actor()) as board:
        paper = keep_paper(by=board, period=last_quarter())
    client = Client()
    client.force_login(people.board)
    client.get(f"/papers/{paper.pk}/")
    with CaptureQueriesContext(connection) as seen:
        assert client.get(f"/papers/{paper.pk}/").status_code == 200
    assert len(seen) == 13
