"""Every public page, in both languages, as a browser without script sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from hawl.entrances.public_site import views
from hawl.entrances.public_site.rights import code_in_force
from hawl.entrances.public_site.services import Group, ServiceShown
from hawl.foundations.design.headers import ALWAYS
from hawl.foundations.languages.texts import Text

pytestmark = pytest.mark.process("public")

PAGES = [
    "",
    "rights/",
    "rights/1/",
    "rights/6/",
    "rights/12/",
    "services/",
    "leaving/",
    "about/",
    "accessibility/",
    "privacy/",
    "cookies/",
    "no-such-page/",
]
ADDRESSES = [prefix + page for page in PAGES for prefix in ("/", "/cy/")]
# What a title or an address must not say to whoever reads the history of a browser.
TELLING = re.compile(
    r"victim|abuse|crime|police|court|refuge|rape|violence|sexual|offen[cd]|dioddef|cam-?drin|trosedd|heddlu|llys|trais|rhywiol",
    re.IGNORECASE,
)

SERVICE = ServiceShown(
    key="a",
    name=Text("Connect <Gwent>", "en"),
    run_by=(Text("A charity", "en"),),
    about=Text("About it", "en"),
    how=Text("Ring", "en"),
    whom=("Any crime", "Aged 8 to 18"),
    phones=("0300 123 2133",),
    texts=(),
)


@pytest.fixture(autouse=True)
def _services(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(views, "directory", lambda: [Group(Text("Any crime", "en"), (SERVICE,))])
    return iter(())


def _page(address: str) -> BeautifulSoup:
    return BeautifulSoup(Client().get(address).content, "html.parser")


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_answers_with_one_heading_in_its_language(address: str) -> None:
    answer = Client().get(address)
    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == (404 if "no-such-page" in address else 200)
    assert page.html["lang"] == answer["Content-Language"] == ("cy" if address.startswith("/cy/") else "en")
    assert len(page.find_all("h1")) == 1


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_has_the_way_out_and_its_twin(address: str) -> None:
    page = _page(address)
    prefix = "/cy" if address.startswith("/cy/") else ""
    assert page.find(attrs={"data-hawl-leave-control": True})["href"] == f"{prefix}/leave/"
    twin = page.find("a", attrs={"rel": "alternate"})
    other = address.removeprefix("/cy") if prefix else f"/cy{address}"
    expected = ("/" if prefix else "/cy/") if "no-such-page" in address else other
    assert twin["href"] == expected
    assert twin["lang"] != page.html["lang"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_neither_title_nor_address_tells_what_a_page_is_about(address: str) -> None:
    assert not TELLING.search(_page(address).title.get_text())
    assert not TELLING.search(address)


def test_the_check_of_titles_can_fail() -> None:
    assert TELLING.search("Help for victims of crime")
    assert TELLING.search("Cymorth i ddioddefwyr")


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_sets_a_cookie_or_asks_for_anything_elsewhere(address: str) -> None:
    answer = Client().get(address)
    page = BeautifulSoup(answer.content, "html.parser")
    assert not answer.cookies
    asked = [tag.get("src") or tag.get("href") for tag in page.find_all(["script", "link", "img", "iframe", "source"])]
    assert asked
    assert all(one.startswith("/") and not one.startswith("//") for one in asked)
    assert not page.find_all(style=True)
    assert not page.find_all("style")
    assert all(script.get("src") and not script.get_text() for script in page.find_all("script"))


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_headers(address: str) -> None:
    answer = Client().get(address)
    assert {name: answer[name] for name in ALWAYS} == ALWAYS
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == ("all" if address in ("/", "/cy/") else "noindex")


@pytest.mark.parametrize("prefix", ["/", "/cy/"])
def test_every_link_of_ours_leads_to_a_page_in_the_same_language(prefix: str) -> None:
    for page in PAGES:
        for link in _page(prefix + page).find_all("a", href=re.compile("^/")):
            if link.get("rel") == ["alternate"] or "leave/" in link["href"]:
                continue
            assert link["href"].startswith("/cy/") == (prefix == "/cy/"), link
            assert Client().get(link["href"]).status_code == 200, link


def test_all_twelve_rights_are_listed_with_who_owes_them() -> None:
    rights = _page("/rights/").select(".hawl-right")
    assert [right.select_one(".hawl-right__number").get_text() for right in rights] == [str(n) for n in range(1, 13)]
    assert all("Owed by: " in right.get_text() for right in rights)


def test_a_right_says_who_owes_what_by_when_and_what_to_do() -> None:
    page = _page("/rights/6/").main.get_text(" ", strip=True)
    assert "Within 5 working days from the day of the arrest." in page
    assert "If you have enhanced rights: within 1 working day from the day of the arrest." in page
    assert "The police must tell you that a suspect was arrested." in page
    assert "If this right is not kept" in page
    assert "How sure we are" in page


def test_what_is_only_likely_stands_after_what_was_checked_and_says_so() -> None:
    page = _page("/rights/6/").main.get_text(" ", strip=True)
    checked, apart, likely = page.partition("What is likely too")
    assert apart
    assert "suspect was charged" in checked
    assert "first hearing" in likely
    assert "could not check" in likely
    assert "could not check" not in checked


def test_who_owes_a_duty_is_said_where_several_bodies_do() -> None:
    assert "Who owes it" in _page("/rights/6/").get_text()
    assert "Who owes it" not in _page("/rights/10/").get_text()


def test_a_right_without_a_number_of_days_does_not_invent_one() -> None:
    page = _page("/rights/3/").main.get_text(" ", strip=True)
    assert "sets no number of days" in page
    assert not re.search(r"Within \d", page)


def test_a_right_of_which_we_hold_no_duty_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    book = code_in_force()
    assert book is not None
    fewer = replace(book, duties=tuple(duty for duty in book.duties if duty.right != 9))
    monkeypatch.setattr("hawl.entrances.public_site.views.code_in_force", lambda: fewer)
    assert "We hold no time limit for this right yet" in _page("/rights/9/").get_text()
    assert "We hold no time limit for this right yet" not in _page("/rights/8/").get_text()


def test_each_clock_is_said_in_plain_words() -> None:
    told = _page("/rights/2/").get_text()
    assert "Before the interview." in told
    assert "Without unjustified delay; no number of days is set." in told
    assert "As often as was agreed with you." in _page("/rights/6/").get_text()
    assert "For as long as it is needed." in _page("/rights/1/").get_text()
    assert "Cyn y cyfweliad." in _page("/cy/rights/2/").get_text()


@pytest.mark.parametrize("number", [0, 13, 999999999999])
def test_there_is_no_thirteenth_right(number: int) -> None:
    assert Client().get(f"/rights/{number}/").status_code == 404


def test_services_show_how_to_reach_them_and_nothing_breaks_out() -> None:
    page = _page("/services/")
    assert page.find("a", href="tel:03001232133").get_text() == "0300 123 2133"
    assert page.find("h3").get_text() == "Connect <Gwent>"
    assert "Aged 8 to 18" in page.get_text()


def test_a_text_that_fell_back_to_english_is_marked_on_a_welsh_page() -> None:
    assert _page("/cy/services/").find("h3").span["lang"] == "en"


def test_no_services_says_what_to_do_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "directory", list)
    assert "call 999" in _page("/services/").main.get_text()


@pytest.mark.parametrize("address", ["/leave/", "/cy/leave/"])
def test_leaving_works_as_a_plain_link_and_empties_the_cache(address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 302
    assert not answer["Location"].startswith("/")
    assert '"cache"' in answer["Clear-Site-Data"]
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"


def test_leaving_by_script_needs_no_token_and_no_page() -> None:
    answer = Client(enforce_csrf_checks=True).post("/leave/")
    assert answer.status_code == 204


def test_leaving_cannot_be_made_to_lead_elsewhere() -> None:
    usual = Client().get("/leave/")["Location"]
    assert Client().get("/leave/?next=https://evil.example")["Location"] == usual


def test_a_page_that_fails_still_has_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(views, "directory", fail)
    for address, words in (("/services/", "not your doing"), ("/cy/services/", "Nid chi")):
        answer = Client(raise_request_exception=False).get(address)
        page = BeautifulSoup(answer.content, "html.parser")
        assert answer.status_code == 500
        assert words in page.get_text()
        assert page.find(attrs={"data-hawl-leave-control": True})
        assert "planted" not in page.get_text()


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_only_answer_to_reading(method: str) -> None:
    assert getattr(Client(), method)("/rights/").status_code == 405
