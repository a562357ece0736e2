"""The macros that we use draw what govuk-frontend's own fixtures say, and ours draw what they are given."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from jinja2 import Environment

from hawl.foundations.design.charts import Bar, bars
from hawl.foundations.design.states import STATES
from hawl.foundations.design.timeline import Happened, Moment, Owed

FRONTEND = Path(__file__).parents[5] / "build/node/node_modules/govuk-frontend/dist/govuk/components"
TEMPLATES = Path(__file__).parents[3]
HOSTILE = '"><script>alert(1)</script>'


def _environment() -> Environment:
    return next(engine.env for engine in engines.all() if hasattr(engine, "env"))


def _used() -> set[str]:
    pages = TEMPLATES.glob("**/templates/**/*.html")
    return {
        name for page in pages for name in re.findall(r"govuk_frontend_jinja/components/([a-z-]+)/", page.read_text())
    }


def _shape(node: Tag) -> Iterator[tuple[str, Any]]:
    for child in node.children:
        if isinstance(child, Tag):
            attributes = {
                key: sorted(value) if isinstance(value, list) else value for key, value in child.attrs.items()
            }
            yield child.name, (attributes, list(_shape(child)))
        elif words := " ".join(str(child).split()):
            yield "", words


def test_every_macro_that_we_use_draws_what_govuk_frontend_says() -> None:
    if not FRONTEND.exists():
        pytest.skip("govuk-frontend is not fetched: run `make styles`")
    compared = 0
    for component in sorted(_used()):
        macro = "govuk" + "".join(part.title() for part in component.split("-"))
        source = (
            f'{{% from "govuk_frontend_jinja/components/{component}/macro.html" import {macro} %}}{{{{ {macro}(p) }}}}'
        )
        template = _environment().from_string(source)
        for fixture in json.loads((FRONTEND / component / "fixtures.json").read_text())["fixtures"]:
            drawn = BeautifulSoup(template.render(p=fixture["options"]), "html.parser")
            wanted = BeautifulSoup(fixture["html"], "html.parser")
            assert list(_shape(drawn)) == list(_shape(wanted)), (component, fixture["name"])
            compared += 1
    assert compared > 20


def _draw(call: str, **context: Any) -> BeautifulSoup:
    names = "status, timeline, filters, sort_heading, pages, empty, numbers, progress, chart"
    source = f'{{% from "design/parts.html" import {names} with context %}}'
    return BeautifulSoup(_environment().from_string(source + call).render(**context), "html.parser")


@pytest.mark.parametrize("state", [*STATES, "unheard of"])
def test_a_state_is_told_in_words_and_not_by_colour_alone(state: str) -> None:
    tag = _draw("{{ status(state) }}", state=state).strong
    assert len(tag.get_text()) > 3
    assert tag.span["aria-hidden"] == "true"


def _moments() -> list[Moment]:
    day = date(2026, 11, 5)
    late = Owed(
        "Refer to support", "Police", "met_late", date(2026, 11, 9), date(2026, 11, 11), "Right 4", limit=2, used=4
    )
    return [Moment(Happened("Crime reported", day, "Feed"), (late,)), Moment(Happened(HOSTILE, None, HOSTILE))]


def test_a_timeline_shows_what_happened_beside_what_was_owed() -> None:
    drawn = _draw("{{ timeline(moments, today) }}", moments=_moments(), today=date(2026, 11, 22))
    first, second = drawn.ol.find_all("li", recursive=False)
    assert first.h3.get_text() == "Crime reported"
    owed = first.select_one(".hawl-owed").get_text(" ", strip=True)
    for words in (
        "Refer to support",
        "Kept late",
        "Owed by Police",
        "9 November 2026",
        "11 November 2026",
        "2 working days over",
        "Right 4",
    ):
        assert words in owed
    assert len(first.select(".hawl-strip__day--over")) == 2
    assert not second.select(".hawl-owed")
    assert "Day not recorded" in second.get_text()
    assert not drawn.find_all("script")
    assert "Today, 22 November 2026" in drawn.get_text()


def test_a_timeline_is_read_in_welsh() -> None:
    with translation.override("cy"):
        drawn = _draw("{{ timeline(moments, today) }}", moments=_moments(), today=date(2026, 11, 22)).get_text(" ")
    for words in ("Cadwyd yn hwyr", "5 Tachwedd 2026", "2 ddiwrnod gwaith dros yr amser"):
        assert words in " ".join(drawn.split())


def test_pages_keep_the_filter_and_name_the_page_that_is_open() -> None:
    request = RequestFactory().get("/due/?body=police&page=3")
    drawn = _draw("{{ pages(page) }}", page=Paginator(range(1234), 50).page(3), request=request)
    assert "Showing 101 to 150 of 1,234" in drawn.get_text()
    assert drawn.find(attrs={"aria-current": "page"}).get_text(strip=True) == "3"
    assert drawn.find("a", rel="next")["href"] == "?body=police&page=4"


def test_one_page_shows_how_many_and_no_links() -> None:
    drawn = _draw("{{ pages(page) }}", page=Paginator(range(3), 50).page(1))
    assert "Showing 1 to 3 of 3" in drawn.get_text()
    assert not drawn.find_all("a")


@pytest.mark.parametrize(
    ("now", "told", "leads_to"), [("due", "ascending", "-due"), ("-due", "descending", "due"), ("name", "none", "due")]
)
def test_a_heading_sorts_on_the_server_and_starts_again_at_the_first_page(now: str, told: str, leads_to: str) -> None:
    request = RequestFactory().get("/due/?page=3&body=police")
    drawn = _draw("{{ sort_heading('Due', 'due', now) }}", now=now, request=request)
    assert drawn.th["aria-sort"] == told
    assert drawn.a["href"] == f"?body=police&order={leads_to}"


def test_a_filter_keeps_what_was_chosen_and_works_without_script() -> None:
    fields = [
        {"name": "body", "label": "Body", "value": "b", "options": [("a", "A"), ("b", "B")]},
        {"name": "q", "label": "Reference", "value": HOSTILE},
    ]
    drawn = _draw("{{ filters(fields, keep={'order': 'due'}) }}", fields=fields)
    assert drawn.form["method"] == "get"
    assert [option["value"] for option in drawn.find_all("option", selected=True)] == ["b"]
    assert drawn.find("input", id="filter-q")["value"] == HOSTILE
    assert drawn.find("input", type="hidden")["value"] == "due"
    assert {label["for"] for label in drawn.find_all("label")} == {"filter-body", "filter-q"}


def test_an_empty_list_says_what_to_do_next() -> None:
    drawn = _draw("{% call empty('Nothing is due') %}<a href='/'>Look at all</a>{% endcall %}")
    assert drawn.h2.get_text() == "Nothing is due"
    assert drawn.a


def test_a_chart_is_never_without_its_table() -> None:
    figure = bars("Cases", [Bar("Newport", 3120, "/n/")], says="Newport has most.", of="Council", counts="Cases")
    drawn = _draw("{{ chart(figure) }}", figure=figure)
    assert drawn.svg.title.get_text() == "Cases"
    assert drawn.table.th.get_text() == "Council"
    assert drawn.table.td.get_text() == "3,120"
    assert drawn.table.find("a")["href"] == "/n/"


def test_progress_is_told_in_words_too() -> None:
    drawn = _draw("{{ progress('Feed', 3400, 5000) }}")
    assert (drawn.progress["value"], drawn.progress["max"]) == ("3400", "5000")
    assert "3,400 of 5,000" in drawn.p.get_text()


def test_numbers_lead_to_what_is_behind_them() -> None:
    drawn = _draw("{{ numbers([{'value': 1204, 'label': 'kept', 'href': '/k/', 'state': 'met'}]) }}")
    assert drawn.select_one(".hawl-numbers__value").get_text() == "1,204"
    assert drawn.a["href"] == "/k/"
