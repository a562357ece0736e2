"""Charts drawn on the server: an SVG, its key, and always the table of the same numbers.

Every shape is placed in per cent, so that a chart fills a phone or a desk while its words keep their size. No inline
style and no script (the content security policy allows neither): colours come from the classes ``hawl-c-1`` to
``hawl-c-6`` and ``hawl-c-STATE``. Values are counts or rates, never negative.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

ROW = 48
BAR = 18
PLOT = 200
MAX_MONTH_LABELS = 6
LABELLED_SHARE = 9.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One horizontal bar; ``href`` leads to what is behind the number."""

    label: str
    value: float
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A part of every stack, or one line; ``colour`` ends a class name, such as ``1`` or ``overdue``."""

    label: str
    colour: str = "1"


@dataclass(frozen=True, slots=True)
class Stack:
    """One stacked bar; ``values`` in the order of the series."""

    label: str
    values: tuple[float, ...]
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the table; ``href`` as given for the bar, ``number`` when it should stand to the right."""

    text: str
    href: str | None = None
    number: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing that cannot be shown without its table (macro ``chart``)."""

    title: str
    svg: Markup
    key: tuple[Series, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def bars(title: str, rows: Sequence[Bar], *, says: str, of: str, counts: str) -> Chart:
    """Draw horizontal bars in the order given.

    ``says`` is the one sentence a person who cannot see it should get; ``of`` and ``counts`` head the table's columns.
    Raises ValueError for a negative value.
    """
    most = max((_checked(row.value) for row in rows), default=0)
    drawn = Markup("").join(
        _bar_words(index, row.label, row.value) + _rect(0, index * ROW + 24, _share(row.value, most), "1")
        for index, row in enumerate(rows)
    )
    table = tuple((Cell(row.label, row.href), Cell(number(row.value), number=True)) for row in rows)
    return Chart(title, _svg(title, says, len(rows) * ROW, drawn), (), (of, counts), table)


def stacked(title: str, rows: Sequence[Stack], series: Sequence[Series], *, says: str, of: str, total: str) -> Chart:
    """Draw each row as parts of its own whole, so that rows of unlike size can be compared.

    Raises ValueError when a row has not one value for each series, or a negative one.
    """
    drawn = Markup("")
    for index, row in enumerate(rows):
        if len(row.values) != len(series):
            raise ValueError(f"{row.label}: {len(row.values)} values for {len(series)} series")
        drawn += _bar_words(index, row.label, sum(row.values)) + _segments(index, row, series)
    table = tuple(
        (
            Cell(row.label, row.href),
            *(Cell(number(value), number=True) for value in row.values),
            Cell(number(sum(row.values)), number=True),
        )
        for row in rows
    )
    columns = (of, *(one.label for one in series), total)
    return Chart(title, _svg(title, says, len(rows) * ROW, drawn), tuple(series), columns, table)


def months(
    title: str, labels: Sequence[str], lines: Sequence[tuple[Series, Sequence[float | None]]], *, says: str, of: str
) -> Chart:
    """Draw one line for each series over the months named by ``labels``; None, for a month not held, leaves a gap.

    Raises ValueError when a line has not one value for each month, or a negative one.
    """
    for one, values in lines:
        if len(values) != len(labels):
            raise ValueError(f"{one.label}: {len(values)} values for {len(labels)} months")
    most = max((_checked(value) for _, values in lines for value in values if value is not None), default=0)
    top = _round_up(most)
    drawn = _grid(top) + Markup("").join(_line(values, top, one.colour) for one, values in lines)
    drawn += _month_labels(labels)
    table = tuple(
        (Cell(label), *(Cell(_or_dash(values[index]), number=True) for _, values in lines))
        for index, label in enumerate(labels)
    )
    key = tuple(one for one, _ in lines)
    return Chart(title, _svg(title, says, PLOT + 52, drawn), key, (of, *(one.label for one in key)), table)


def number(value: float) -> str:
    """Write a count with thousands commas, and a fraction with at most one decimal; the same in both languages."""
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.1f}"


def _or_dash(value: float | None) -> str:
    return "–" if value is None else number(value)


def _checked(value: float) -> float:
    if not value >= 0:
        raise ValueError(f"a chart cannot show {value!r}")
    return value


def _share(value: float, whole: float) -> float:
    return round(100 * value / whole, 2) if whole else 0.0


def _svg(title: str, says: str, height: int, drawn: Markup) -> Markup:
    key = hashlib.sha256(f"{title}\0{says}".encode()).hexdigest()[:10]
    return Markup(
        '<svg class="hawl-chart__svg" role="img" width="100%" height="{height}" aria-labelledby="t{key} d{key}">'
        '<title id="t{key}">{title}</title><desc id="d{key}">{says}</desc>{drawn}</svg>'
    ).format(key=key, title=title, says=says, height=max(height, 1), drawn=drawn)


def _bar_words(index: int, label: str, value: float) -> Markup:
    return Markup(
        '<text class="hawl-chart__label" x="0" y="{y}">{label}</text>'
        '<text class="hawl-chart__value" x="100%" y="{y}">{value}</text>'
        '<rect class="hawl-chart__track" x="0" y="{track}" width="100%" height="{height}"></rect>'
    ).format(y=index * ROW + 16, label=label, value=number(value), track=index * ROW + 24, height=BAR)


def _rect(x: float, y: float, width: float, colour: str) -> Markup:
    return Markup('<rect class="hawl-c-{colour}" x="{x}%" y="{y}" width="{width}%" height="{height}"></rect>').format(
        colour=colour, x=x, y=y, width=width, height=BAR
    )


def _segments(index: int, row: Stack, series: Sequence[Series]) -> Markup:
    whole = sum(_checked(value) for value in row.values)
    at, y, drawn = 0.0, index * ROW + 24, Markup("")
    for value, one in zip(row.values, series, strict=True):
        share = _share(value, whole)
        drawn += _rect(round(at, 2), y, share, one.colour)
        if share >= LABELLED_SHARE:
            drawn += Markup('<text class="hawl-chart__in hawl-in-{colour}" x="{x}%" y="{y}">{value}</text>').format(
                colour=one.colour, x=round(at + share / 2, 2), y=y + 14, value=number(value)
            )
        at += share
    return drawn


def _round_up(value: float) -> float:
    """The next number of the form 1, 2, 2.5, 5 or 10 times a power of ten, for the top of the scale."""
    if value <= 1:
        return 1
    power: float = 10 ** (len(str(int(value))) - 1)
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value)


def _grid(top: float) -> Markup:
    lines = Markup("")
    for part in (0, 0.5, 1):
        y = round(20 + PLOT * (1 - part), 1)
        lines += Markup(
            '<line class="hawl-chart__grid" x1="0" x2="100%" y1="{y}" y2="{y}"></line>'
            '<text class="hawl-chart__scale" x="0" y="{words}">{value}</text>'
        ).format(y=y, words=y - 4, value=number(top * part))
    return lines


def _line(values: Sequence[float | None], top: float, colour: str) -> Markup:
    points = [
        None if value is None else (_across(index, len(values)), round(100 * (1 - value / top), 2))
        for index, value in enumerate(values)
    ]
    lines = Markup("").join(
        Markup('<polyline class="hawl-chart__line hawl-l-{colour}" points="{path}"></polyline>').format(
            colour=colour, path=" ".join(f"{x},{y}" for x, y in run)
        )
        for run in _runs(points)
    )
    dots = Markup("").join(
        Markup('<circle class="hawl-c-{colour}" cx="{x}%" cy="{y}" r="3.5"></circle>').format(
            colour=colour, x=point[0], y=round(20 + PLOT * point[1] / 100, 1)
        )
        for point in points
        if point is not None
    )
    return (
        Markup(
            '<svg x="0" y="20" width="100%" height="{height}" viewBox="0 0 100 100" preserveAspectRatio="none">'
            "{lines}</svg>"
        ).format(height=PLOT, lines=lines)
        + dots
    )


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The points between gaps, each run to be joined by a line."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is not None:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]


def _across(index: int, count: int) -> float:
    """Leave room at both ends, so that the first and last dots and words are whole."""
    return round(8 + 84 * index / (count - 1), 2) if count > 1 else 50.0


def _month_labels(labels: Sequence[str]) -> Markup:
    """Name as many months as fit a desk; every other of them is left out on a phone, by its class."""
    every = max(1, -(-len(labels) // MAX_MONTH_LABELS))
    return Markup("").join(
        Markup('<text class="hawl-chart__month{other}" x="{x}%" y="{y}">{label}</text>').format(
            other=" hawl-chart__month--other" if index // every % 2 else "",
            x=_across(index, len(labels)),
            y=PLOT + 42,
            label=label,
        )
        for index, label in enumerate(labels)
        if index % every == 0
    )
