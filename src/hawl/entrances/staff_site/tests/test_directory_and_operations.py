from __future__ import annotations

import uuid

import pytest
from bs4 import BeautifulSoup
from django.core.paginator import Paginator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hawl.entrances.staff_site import operations, wording
from hawl.foundations.access.actor import Role
from hawl.foundations.jobs.models import JobFailure
from hawl.registers.cases.tests.makers import COMMISSIONER, DESK, OTHER_PROVIDER, account, three_people
from hawl.registers.dated.values import Dated, PartDate
from hawl.work.intake.queries import Run, RunReport

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


def soup_of(client: Client, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


@pytest.mark.parametrize("path", ["/services/", "/bodies/"])
def test_everybody_who_works_here_reads_the_directory_in_both_languages(client: Client, path: str) -> None:
    people = three_people()
    for user in (people.officer, people.hub_worker, people.stranger, people.board):
        client.force_login(user)
        assert soup_of(client, path).html["lang"] == "en"  # type: ignore[index]
    assert soup_of(client, f"/cy{path}").html["lang"] == "cy"  # type: ignore[index]


def test_each_service_stands_once_under_what_became_of_it(client: Client) -> None:
    client.force_login(account(Role.HUB_WORKER, OTHER_PROVIDER))
    soup = soup_of(client, "/services/")
    keys = [one["id"] for one in soup.select("article")]
    assert len(keys) == len(set(keys)) > 9
    groups = {section.h2.get_text().split(" (")[0]: section for section in soup.select("section") if section.h2}
    assert "domestic" in groups["To be confirmed"].get_text()
    mental = next(one for one in soup.select("article") if "Mental health" in one.get_text())
    assert "Only from inside the hub" in mental.get_text()
    slavery = next(one for one in soup.select("article") if "Modern slavery" in one.h3.get_text())  # type: ignore[union-attr]
    assert "Paid for by another funder" in slavery.get_text()
    assert "Through the police unit" in slavery.get_text()


@pytest.mark.parametrize(("path", "most"), [("/services/", 22), ("/bodies/", 18), ("/operations/", 22)])
def test_pages_stay_within_their_statements(client: Client, path: str, most: int) -> None:
    client.force_login(account(Role.SPECIALIST_LEAD, DESK))
    with CaptureQueriesContext(connection) as taken:
        soup_of(client, path)
    assert len(taken) <= most


def test_operations_open_to_those_who_look_after_them(client: Client) -> None:
    people = three_people()
    for user, status in ((people.officer, 200), (people.hub_worker, 404), (people.stranger, 404), (people.board, 404)):
        client.force_login(user)
        assert client.get("/operations/").status_code == status
        assert client.get(f"/operations/feeds/{uuid.uuid4()}/").status_code == 404


def test_a_failure_is_looked_at_by_post_and_by_who_may(client: Client) -> None:
    failure = JobFailure.objects.create(job="feed-inbox", failed_at=timezone.now(), error="ValueError")
    path = f"/operations/failures/{failure.pk}/"
    client.force_login(account(Role.BOARD, COMMISSIONER))
    assert client.post(path).status_code == 404
    client.force_login(account(Role.VICTIM_CARE_OFFICER, DESK))
    assert "I have looked at this" in soup_of(client, "/operations/").get_text()
    assert client.get(path).status_code == 405
    failure.refresh_from_db()
    assert failure.looked_at is None
    assert client.post(path).status_code == 302
    failure.refresh_from_db()
    assert failure.looked_at is not None
    assert "I have looked at this" not in soup_of(client, "/operations/").get_text()
    assert client.post("/operations/failures/999999999/").status_code == 404


def test_an_empty_installation_says_what_to_do(client: Client) -> None:
    client.force_login(account(Role.STEWARD, COMMISSIONER))
    text = soup_of(client, "/operations/").get_text(" ")
    assert "Background work has never run here." in text
    assert "hawl feed check FILE" in text
    assert "hawl crime import FOLDER" in text


def test_a_run_lists_refused_rows_by_number_and_reason(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusal:
        def __init__(self, row_number: int, reason: str) -> None:
            self.row_number, self.reason = row_number, reason

    refused = [Refusal(7, "missing:person.ref"), Refusal(12, "a_code_of_later")]
    run = Run(uuid.uuid4(), "day.jsonl", timezone.now(), None, {"rows": 40, "rejected": 2, "routes": {"automatic": 3}})
    report = RunReport(run, (("missing:person.ref", 1), ("a_code_of_later", 1)), Paginator(refused, 200).page(1))  # type: ignore[arg-type]
    monkeypatch.setattr(operations.intake, "run_report", lambda *_, **__: report)
    client.force_login(account(Role.SPECIALIST_LEAD, DESK))
    soup = soup_of(client, f"/operations/feeds/{run.id}/")
    rows = [row.get_text("|", strip=True) for row in soup.select("tbody tr")]
    assert [row.split("|")[0] for row in rows] == ["7", "12"]
    assert "person.ref" in rows[0]
    assert "a_code_of_later" in rows[1]
    assert "not finished" in soup.get_text()


@pytest.mark.parametrize(
    ("since", "until", "means", "says"),
    [
        (None, None, "on", ""),
        ("2015", None, "on", "since 2015"),
        ("2015-07", None, "by", "since July 2015 at the latest"),
        ("2015", "2020-06", "on", "from 2015 to June 2020"),
        (None, "2020-06-30", "on", "until 30 June 2020"),
    ],
)
def test_when_a_fact_held_is_said_as_exactly_as_it_is_known(
    since: str | None, until: str | None, means: str, says: str
) -> None:
    fact = Dated(
        since=PartDate(since) if since else None, until=PartDate(until) if until else None, since_means=means,
        source=("G00",), certainty="read",
    )  # fmt: skip
    assert wording.span(fact) == says


def test_what_became_of_the_rows_is_told_to_the_steward_alone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {"rows": 40, "accepted": 38, "people": 7801, "cases": 7802, "events": 7803, "duties": 7804}
    run = Run(uuid.uuid4(), "day.jsonl", timezone.now(), None, {**counts, "routes": {"automatic": 7805}})
    report = RunReport(run, (), Paginator([], 200).page(1))  # type: ignore[arg-type]
    monkeypatch.setattr(operations.intake, "run_report", lambda *_, **__: report)
    monkeypatch.setattr(operations.intake, "runs", lambda *_: Paginator([run], 25).page(1))
    for role, told in ((Role.STEWARD, True), (Role.VICTIM_CARE_OFFICER, False), (Role.SPECIALIST_LEAD, False)):
        client.force_login(account(role, DESK))
        for path in (f"/operations/feeds/{run.id}/", "/operations/"):
            text = soup_of(client, path).get_text()
            assert "38" in text
            assert ("7,80" in text or "780" in text) is told
