from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawl.foundations.design.charts import Bar, Chart, Series, Stack, bars, months, number, stacked

SVG = "{http://www.w3.org/2000/svg}"
amounts = st.integers(min_value=0, max_value=10**9)
words = st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=30)


def _tree(chart: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(f'<div xmlns="http://www.w3.org/2000/svg">{chart.svg}</div>')  # noqa: S314


def _widths(chart: Chart) -> list[float]:
    return [
        float(one.attrib["width"].rstrip("%"))
        for one in _tree(chart).iter(f"{SVG}rect")
        if one.attrib["class"] != "hawl-chart__track"
    ]


def test_a_bar_is_as_long_as_its_share_of_the_longest() -> None:
    chart = bars("Kept", [Bar("Newport", 10), Bar("Torfaen", 5), Bar("Elsewhere", 0)], says="x", of="a", counts="b")
    assert _widths(chart) == [100, 50, 0]


def test_the_table_holds_the_same_numbers_as_were_given() -> None:
    chart = bars("Kept", [Bar("Newport", 1234.0, "/n/"), Bar("Torfaen", 0.5)], says="x", of="Council", counts="Cases")
    assert chart.columns == ("Council", "Cases")
    assert [[cell.text for cell in row] for row in chart.rows] == [["Newport", "1,234"], ["Torfaen", "0.5"]]
    assert chart.rows[0][0].href == "/n/"


@given(st.lists(st.tuples(words, amounts), max_size=8))
def test_any_words_and_numbers_make_a_whole_svg_with_title_and_description(rows: list[tuple[str, int]]) -> None:
    chart = bars("<b>&", [Bar(label, value) for label, value in rows], says='">', of="a", counts="b")
    svg = _tree(chart)[0]
    assert svg.attrib["role"] == "img"
    assert [one.text for one in svg if one.tag in (f"{SVG}title", f"{SVG}desc")] == ["<b>&", '">']


def test_hostile_words_stay_words() -> None:
    hostile = '"><script>alert(1)</script>'
    chart = bars(hostile, [Bar(hostile, 1)], says=hostile, of="a", counts="b")
    assert "<script" not in chart.svg
    assert not list(_tree(chart).iter(f"{SVG}script"))


def test_the_parts_of_a_stack_fill_it() -> None:
    kept, late = Series("Kept", "met"), Series("Late", "met_late")
    chart = stacked(
        "By body", [Stack("Police", (3, 1)), Stack("None", (0, 0))], [kept, late], says="x", of="Body", total="All"
    )
    assert _widths(chart) == [75, 25, 0, 0]
    assert [[cell.text for cell in row] for row in chart.rows] == [["Police", "3", "1", "4"], ["None", "0", "0", "0"]]


@given(st.lists(amounts, min_size=1, max_size=6))
def test_a_stack_never_runs_over_its_edge(values: list[int]) -> None:
    series = [Series(str(index)) for index in range(len(values))]
    chart = stacked("t", [Stack("row", tuple(values))], series, says="x", of="a", total="b")
    assert sum(_widths(chart)) <= 100.1


def test_a_month_stands_as_high_as_its_share_of_the_scale() -> None:
    chart = months("t", ["Jan", "Feb", "Mar"], [(Series("All"), (0, 5, 10))], says="x", of="Month")
    line = next(_tree(chart).iter(f"{SVG}polyline"))
    assert line.attrib["points"] == "8.0,100.0 50.0,50.0 92.0,0.0"
    assert [[cell.text for cell in row] for row in chart.rows] == [["Jan", "0"], ["Feb", "5"], ["Mar", "10"]]


def test_thirty_eight_months_name_no_more_than_fit_a_phone() -> None:
    labels = [f"m{index}" for index in range(38)]
    chart = months("t", labels, [(Series("All"), range(38))], says="x", of="Month")
    named = [one for one in _tree(chart).iter(f"{SVG}text") if "hawl-chart__month" in one.attrib["class"]]
    on_a_phone = [one for one in named if "--other" not in one.attrib["class"]]
    assert (len(named), len(on_a_phone)) == (6, 3)
    assert len(chart.rows) == 38


@pytest.mark.parametrize("value", [-1, float("nan")])
def test_what_cannot_be_drawn_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="cannot show"):
        bars("t", [Bar("x", value)], says="x", of="a", counts="b")


def test_a_missing_number_is_refused() -> None:
    with pytest.raises(ValueError, match="1 values for 2"):
        stacked("t", [Stack("x", (1,))], [Series("a"), Series("b")], says="x", of="a", total="b")
    with pytest.raises(ValueError, match="1 values for 2"):
        months("t", ["Jan", "Feb"], [(Series("a"), (1,))], says="x", of="a")


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (999, "999"), (1000, "1,000"), (12.25, "12.2"), (1234567, "1,234,567")]
)
def test_numbers_are_written_with_commas(value: float, text: str) -> None:
    assert number(value) == text


def test_a_month_not_held_is_a_gap_and_not_a_zero() -> None:
    chart = months("T", ["a", "b", "c", "d", "e"], [(Series("s"), [4, 2, None, 3, 1])], says="x", of="m")
    assert [row[1].text for row in chart.rows] == ["4", "2", "–", "3", "1"]
    assert chart.svg.count("<polyline") == 2
    assert chart.svg.count("<circle") == 4
