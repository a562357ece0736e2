"""The cases behind each number of the page: the rows that it counts, what a row says, and a way back."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.insight.compliance.tests.pages import OVERDUE, clicked, listed, read
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import (
    DESK,
    ThreePeople,
    make_case,
    make_event,
    make_person,
    make_self_referred,
    organisation_id,
)
from hawl.rights.duties.models import Duty
from hawl.rights.duties.tests.test_figures import make_duty
from hawl.rights.rulebook import STATES

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]

FILTERS = ("", "?council=newport&tier=enhanced", "?offence=arson&council=torfaen", "?period={quarter}&tier=standard")


def lay_out(chance: random.Random, how_many: int, *, visible_to: list[int]) -> None:
    """Cases with duties of the measures and others, in every state, and what was recorded of them."""
    for _ in range(how_many):
        person = make_person(desk=visible_to[0], visible_to=visible_to)
        case = make_case(
            desk=visible_to[0], person=person, reported=chance.randrange(1, 300),
            council=chance.choice(["newport", "torfaen", ""]), offence=chance.choice(["arson", "rape"]),
        )  # fmt: skip
        for duty_id in ("3.1", "4.4", "6.1a", "7.1", "11.4", "12.1"):
            if chance.random() < 0.4:
                lay_duty(chance, case, duty_id)


def lay_duty(chance: random.Random, case: Case, duty_id: str) -> None:
    done = today() - timedelta(days=chance.randrange(9))
    made = make_duty(
        case, duty_id=duty_id, right=int(duty_id.split(".")[0]), bearer=chance.choice(["police", "cps"]),
        standing=chance.choice(["open", *STATES]), enforced=chance.random() < 0.8,
        tier=chance.choice(["enhanced", "standard", "undetermined"]), done_on=chance.choice([None, done]),
        due_on=chance.choice([None, today() - timedelta(days=chance.randrange(-5, 90))]),
    )  # fmt: skip
    if chance.random() < 0.5:
        author = chance.choice(["feed:gwent", "extract:courts", "user:1"])
        make_event(case, "support_referral_made", done, asserted_by=author, about=made.trigger_event_id)


@pytest.mark.parametrize("query", FILTERS)
def test_each_number_of_the_page_leads_to_as_many_rows(people: ThreePeople, client: Client, query: str) -> None:
    quarter = f"{today().year}-q{(today().month + 2) // 3}"
    with acting_as(people.officer.actor()):
        lay_out(random.Random(query), 30, visible_to=[organisation_id(DESK)])
    client.force_login(people.officer)
    found = dict(clicked(read(client, f"/compliance/{query.format(quarter=quarter)}")))
    assert len(found) > 20
    assert {href: listed(read(client, href)) for href in found} == found
    asked = parse_qs(urlsplit(query.format(quarter=quarter)).query)
    for href in found:
        kept = parse_qs(urlsplit(href).query)
        assert {name: kept[name] for name in asked} == asked


def test_no_number_of_duties_is_left_without_its_list(people: ThreePeople, client: Client) -> None:
    with acting_as(people.officer.actor()):
        lay_out(random.Random(8), 30, visible_to=[organisation_id(DESK)])
    client.force_login(people.officer)
    soup = read(client, "/compliance/")
    of_cases = ("cases in which", "From the report to support")
    left = [
        (table.caption.text, cell.text)
        for table in soup.select("main table")
        if table.caption and table.caption.text not in of_cases
        for row in table.select("tbody tr")
        if not any(words in row.text for words in of_cases)
        for cell in row.select("td")
        if re.fullmatch("[1-9][0-9,]*", cell.text.strip()) and not cell.a
    ]
    assert left == []
    nothing = [cell for cell in soup.select("main td") if cell.text.strip() == "0"]
    assert nothing
    assert not [cell for cell in nothing if cell.a], "a number of nothing leads nowhere"


def test_a_link_says_aloud_of_what_its_number_is(people: ThreePeople, client: Client) -> None:
    with acting_as(people.officer.actor()):
        make_duty(make_case(desk=organisation_id(DESK), reported=40, council="newport"))
    client.force_login(people.officer)
    said = [str(link.get("aria-label")) for link in read(client, "/compliance/").select("main td a")]
    assert "1, Overdue: Newport" in said
    assert all(label.split(",")[0].isdigit() for label in said)


def test_a_row_leads_to_the_case_and_to_the_duty_and_names_nobody(people: ThreePeople, client: Client) -> None:
    with acting_as(people.officer.actor()):
        case = make_case(desk=organisation_id(DESK), reported=40)
        event = Case.objects.get(pk=case.pk).events.get()
        make_duty(case, due_on=date(2026, 1, 5), trigger_event_id=event.event_id)
    client.force_login(people.officer)
    soup = read(client, OVERDUE)
    (row,) = soup.select("main tbody tr")
    head, what = row.select("th a")[0], row.select("td a")[0]
    assert head.text == case.reference["crime_ref"]
    assert str(case.pk) in str(head["href"])
    assert client.get(str(head["href"])).status_code == 200
    asked = parse_qs(urlsplit(str(what["href"])).query)
    assert (asked["duty"], asked["from"]) == (["4.4"], [event.event_id])
    assert client.get(str(what["href"])).status_code == 200
    cells = [" ".join(cell.text.split()) for cell in row.select("td")]
    assert cells[0].startswith("4.4 Refer to a support service")
    assert cells[0].endswith("The police")
    assert cells[2:] == ["5 Jan 2026", "!Overdue", "–"]
    assert "Siân" not in soup.text
    assert "ap Rhys" not in soup.text


def test_a_duty_without_a_clock_or_a_day_says_so_and_by_which_day_it_is_counted(
    people: ThreePeople, client: Client
) -> None:
    with acting_as(people.officer.actor()):
        make_duty(make_case(desk=organisation_id(DESK), reported=40), started_on=None, due_on=None)
    client.force_login(people.officer)
    (row,) = read(client, OVERDUE.replace("overdue", "open")).select("main tbody tr")
    cells = [cell.get_text(" ", strip=True) for cell in row.select("td")]
    assert cells[1].endswith("day of the report")
    assert cells[2:4] == ["No day set", "○ No time limit"]


@pytest.mark.parametrize(("days", "column", "done"), [(1, "overdue", "–"), (0, "late", None), (-1, "late", None)])
def test_what_is_done_after_today_is_open_in_the_list_as_in_the_count(
    people: ThreePeople, client: Client, days: int, column: str, done: str | None
) -> None:
    on = today() + timedelta(days=days)
    with acting_as(people.officer.actor()):
        make_duty(make_case(desk=organisation_id(DESK), reported=40), standing="met_late", done_on=on)
    client.force_login(people.officer)
    (row,) = read(client, OVERDUE.replace("overdue", column)).select("main tbody tr")
    state, said = (cell.get_text(" ", strip=True) for cell in row.select("td")[3:])
    assert ("Overdue" in state) == (column == "overdue")
    assert (said == "–") == (done == "–")


def test_who_came_without_the_police_has_no_crime_number(people: ThreePeople, client: Client) -> None:
    with acting_as(people.hub_worker.actor()) as worker:
        make_duty(make_self_referred(worker, came_on=today() - timedelta(days=40)), bearer="service_provider")
    client.force_login(people.hub_worker)
    assert "No crime number" in [link.text for link in read(client, OVERDUE).select("main tbody th a")]
    client.force_login(people.officer)
    assert listed(read(client, OVERDUE)) == 0


@pytest.mark.parametrize("column", ["overdue", "told-none"])
def test_a_list_costs_the_same_statements_for_one_row_and_for_fifty(
    people: ThreePeople, client: Client, column: str
) -> None:
    client.force_login(people.officer)
    counted = []
    for more in (1, 49):
        with acting_as(people.officer.actor()):
            for _ in range(more):
                make_duty(make_case(desk=organisation_id(DESK), reported=40))
        with CaptureQueriesContext(connection) as taken:
            rows = read(client, OVERDUE.replace("overdue", column)).select("main tbody tr")
        counted.append((len(rows), len(taken)))
    assert [rows for rows, _ in counted] == [1, 50]
    assert counted[0][1] == counted[1][1]
    assert counted[1][1] <= 15


@pytest.mark.parametrize(
    "query",
    [
        "",
        "column=",
        "column=everything",
        "column=told-nobody",
        "column=told-",
        "column=%00",
        "column=overdue&by=nothing&row=x",
        "column=overdue&by=duty",
        "column=overdue&by=duty&row=police/4",
        "column=overdue&by=duty&row=police/4/99.9",
        "column=overdue&by=duty&row=police/4/4.4/5",
        "column=overdue&by=duty&row=nobody/4/4.4",
        "column=overdue&by=right&row=police/99",
        "column=overdue&by=body&row=%00",
        "column=overdue&by=body&row=",
        "column=overdue&by=month&row=2026-13-01",
        "column=overdue&by=month&row=",
        "column=overdue&by=quarter&row=2026-q9",
        "column=overdue&by=quarter&row=12-months",
        "column=overdue&by=council&row=atlantis",
        "column=overdue&by=offence&row=nonsense",
        "column=overdue&by=tier&row=",
        "column=overdue&by=act&row=vps_explained",
        "column=told-none&by=act&row=no_event",
        "column=told-none&by=duty&row=police/4/4.4",
        "column=told-none&advisory=yes",
        "column=overdue&advisory=no",
        "column=overdue&by=body&row=%F0%28%8C%28",
        "column=overdue&by=body&row=police%0A",
    ],
)
def test_an_address_that_names_no_number_is_not_found(people: ThreePeople, client: Client, query: str) -> None:
    with acting_as(people.officer.actor()):
        make_duty(make_case(desk=organisation_id(DESK), reported=40))
    client.force_login(people.officer)
    assert client.get(f"/compliance/cases/?{query}").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "%00", "2", "99999999999999999999999", "1.5"])
def test_a_page_that_is_none_gives_the_nearest(people: ThreePeople, client: Client, page: str) -> None:
    with acting_as(people.officer.actor()):
        make_duty(make_case(desk=organisation_id(DESK), reported=40))
    client.force_login(people.officer)
    assert listed(read(client, f"{OVERDUE}&page={page}")) == 1


def test_filters_that_are_none_ask_for_all_as_on_the_page_itself(people: ThreePeople, client: Client) -> None:
    with acting_as(people.officer.actor()):
        make_duty(make_case(desk=organisation_id(DESK), reported=40))
    client.force_login(people.officer)
    strange = "period=9999-q9&council=atlantis&tier=royal&offence=nonsense"
    assert listed(read(client, f"/compliance/cases/?{strange}&column=overdue")) == 1


def test_a_known_row_of_which_nothing_is_counted_says_so_and_leads_back(people: ThreePeople, client: Client) -> None:
    client.force_login(people.officer)
    for row in ("by=duty&row=police/4/4.4", "by=council&row=", "by=month&row=2026-10-01", "by=tier&row=enhanced"):
        soup = read(client, f"/compliance/cases/?period=12-months&tier=standard&column=running&{row}")
        assert "Nothing is counted here now" in soup.text
        assert {str(link["href"]) for link in soup.select("main a")} == {"/compliance/?period=12-months&tier=standard"}


def test_a_duty_of_a_book_that_is_no_longer_shipped_has_its_list(people: ThreePeople, client: Client) -> None:
    with acting_as(people.officer.actor()):
        make_duty(make_case(desk=organisation_id(DESK), reported=40), duty_id="88.8", bearer="guild", right=88)
    client.force_login(people.officer)
    found = {href: n for href, n in clicked(read(client, "/compliance/")) if "88.8" in href}
    assert found
    assert {href: listed(read(client, href)) for href in found} == found


def test_the_way_back_goes_to_the_page_with_its_filters(people: ThreePeople, client: Client) -> None:
    with acting_as(people.officer.actor()):
        make_duty(
            make_case(desk=organisation_id(DESK), reported=40, council="newport", offence="rape"), tier="enhanced"
        )
    client.force_login(people.officer)
    query = {"period": "12-months", "council": "newport", "offence": "rape", "tier": "enhanced"}
    page = client.get("/compliance/", query)
    hrefs = [href for href, _ in clicked(BeautifulSoup(page.content, "html.parser"))]
    assert any("by=quarter" in href for href in hrefs)
    for href in hrefs:
        back = read(client, href).select("main a")[0]
        assert parse_qs(urlsplit(str(back["href"])).query) == {name: [value] for name, value in query.items()}
    chosen = read(client, str(back["href"])).select("main option[selected]")
    assert [option["value"] for option in chosen] == list(query.values())


def test_the_page_says_which_number_it_is(people: ThreePeople, client: Client) -> None:
    with acting_as(people.officer.actor()):
        make_duty(
            make_case(desk=organisation_id(DESK), reported=40, council="newport"), enforced=False, tier="enhanced"
        )
    client.force_login(people.officer)
    filters = "period=12-months&council=newport&tier=enhanced&offence=burglary_dwelling"
    soup = read(client, f"/compliance/cases/?{filters}&column=missed&by=duty&row=police/4/4.4&advisory=yes")
    assert soup.select("h1")[0].text == "Late or overdue: 1 duty"
    told = {each.dt.text: each.dd.text for each in soup.select("main dl div") if each.dt and each.dd}
    assert told["Duty"].startswith("4.4")
    assert told["Owed by"] == "The police"
    assert told["How sure"].startswith("Advisory")
    assert (told["Council"], told["Rights"]) == ("Newport", "Enhanced rights")
    assert told["Period"].startswith("Last 12 months")
    assert "Kind of crime" in told
    plain = read(client, "/compliance/cases/?period=12-months&column=missed")
    assert [each.text for each in plain.select("main dl dt")] == ["Period"]


def test_the_welsh_page_is_in_welsh_and_leads_to_welsh_pages(people: ThreePeople, client: Client) -> None:
    with acting_as(people.officer.actor()):
        make_duty(make_case(desk=organisation_id(DESK), reported=40))
    client.force_login(people.officer)
    found = dict(clicked(read(client, "/cy/compliance/")))
    assert all(href.startswith("/cy/compliance/cases/") for href in found)
    soup = read(client, f"/cy{OVERDUE}")
    assert isinstance(soup.html, Tag)
    assert soup.html["lang"] == "cy"
    assert soup.select("h1")[0].text.endswith(": 1 ddyletswydd")
    assert all(str(link["href"]).startswith("/cy/") for link in soup.select("main a"))
    english = read(client, OVERDUE)
    for part in ("main th", "main .govuk-caption-l", "main caption", "main p", "title"):
        pairs = zip(soup.select(part), english.select(part), strict=True)
        assert not [one.text for one, other in pairs if one.text == other.text and not one.select("bdi")], part


def test_without_its_key_a_reference_says_that_it_was_erased(
    people: ThreePeople, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting_as(people.officer.actor()):
        make_duty(make_case(desk=organisation_id(DESK), reported=40))
    client.force_login(people.officer)
    monkeypatch.setattr("hawl.insight.compliance.listing.can_open", lambda *_: False)
    assert [link.text for link in read(client, OVERDUE).select("main tbody th a")] == ["Erased"]


def test_the_rows_are_of_duties_that_are_there(people: ThreePeople, client: Client) -> None:
    with acting_as(people.officer.actor()):
        lay_out(random.Random(3), 20, visible_to=[organisation_id(DESK)])
        held = Duty.objects.filter(enforced=True, standing="declined", done_on__isnull=True)
        expected = sorted((duty.duty_id, duty.trigger_event_id) for duty in held)
    client.force_login(people.officer)
    soup = read(client, OVERDUE.replace("overdue", "closed"))
    shown = [parse_qs(urlsplit(str(a["href"])).query) for a in soup.select("main tbody td a")]
    assert expected
    assert set(expected) <= {(each["duty"][0], each["from"][0]) for each in shown}
