"""From counts to the charts, tables and numbers of the page; where each number leads is `leading`'s."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _
from markupsafe import Markup

from hawl.foundations.design.charts import Bar, Cell, Chart, Series, Stack, bars, stacked
from hawl.foundations.disclosure import Count
from hawl.foundations.languages.dates import short_day
from hawl.foundations.languages.texts import in_language
from hawl.foundations.measures.periods import period_of
from hawl.insight.compliance import words
from hawl.insight.compliance.asking import Asked
from hawl.insight.compliance.leading import Link, no_link, told
from hawl.insight.compliance.measures import measures
from hawl.rights.duties.figures import Compliance, Kept, Steps
from hawl.rights.duties.recorded import TOLD_BY, Records

# A change is told where at least so many duties stand behind each of two rates.
_TWO, _ENOUGH = 2, 100
_DRAWN = ("kept", "late", "overdue")


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first cell of a row heads it; `notes` stand below the first cells, in the same order."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()


def filters(asked: Asked) -> list[dict[str, object]]:
    """The fields of the filter; a reader of all cases chooses a period only."""
    fields: list[dict[str, object]] = [
        {
            "name": "period",
            "label": _("Period"),
            "value": asked.period.key,
            "options": [(one.key, words.period(one)) for one in asked.periods],
        }
    ]
    if asked.tiers:
        councils = [("", _("All councils")), *asked.councils.items()]
        tiers = [("", _("All")), *((code, words.tier(code)) for code in asked.tiers)]
        fields.append({"name": "council", "label": _("Council"), "value": asked.council, "options": councils})
        kinds = [("", _("All")), *sorted(asked.kinds.items(), key=lambda one: str(one[1]))]
        fields.append({"name": "offence", "label": _("Kind of crime"), "value": asked.offence, "options": kinds})
        fields.append({"name": "tier", "label": _("Rights"), "value": asked.tier, "options": tiers})
    return fields


def headline(answer: Compliance, held: Records, lead: Link = no_link) -> list[dict[str, object]]:
    """Coverage first: a rate says nothing of what is not known. A number of duties leads to these."""
    row = answer.enforced
    return [
        _recorded(held, lead),
        {
            "value": words.share(row.coverage, row.coverage_range),
            "label": _("of outcomes known"),
            "note": _("%(n)s duties not known") % {"n": words.count(row.counts["unknown"])},
            "note_href": _behind(row.counts["unknown"], lead, "unknown"),
            "state": "data_missing",
        },
        {
            "value": words.per_cent(answer.data_coverage),
            "label": _("of cases with more than the report"),
            "note": (_("of %(n)s cases, to the nearest 5") if answer.protected else _("of %(n)s cases"))
            % {"n": words.count(answer.cases)},
            "state": "data_missing",
        },
        {
            "value": words.share(row.rate, row.rate_range),
            "label": _("kept in time"),
            "note": _("of %(n)s whose time has come") % {"n": "–" if row.base is None else words.count(row.base)},
            "note_href": _behind(row.base, lead, "due"),
            "state": "met",
        },
        {
            "value": words.count(row.counts["late"]),
            "label": _("kept late"),
            "href": _behind(row.counts["late"], lead, "late"),
            "state": "met_late",
        },
        {
            "value": words.count(row.counts["overdue"]),
            "label": _("overdue"),
            "href": _behind(row.counts["overdue"], lead, "overdue"),
            "state": "overdue",
        },
    ]


def _recorded(held: Records, lead: Link) -> dict[str, object]:
    return {
        "value": words.per_cent(held.coverage),
        "label": _("have a record of what became of them"),
        "note": _("%(n)s duties have none") % {"n": words.count(held.told_by["none"])},
        "note_href": _behind(held.told_by["none"], lead, told("none")),
        "state": "data_missing",
    }


def _behind(n: Count | None, lead: Link, column: str, *row: object, **narrowed: object) -> str | None:
    """Where a number leads: nowhere where it counts nothing, or is not shown."""
    return lead(column, *row, **narrowed) if isinstance(n, int) and n else None


def _number(n: Count, lead: Link, column: str, *row: object, **narrowed: object) -> Cell:
    return Cell(words.count(n), _behind(n, lead, column, *row, **narrowed), number=True)


def coverage_table(held: Records, lead: Link = no_link) -> Table:
    """Who told what became of the duties: over all acts and, for who counts their own cases, act by act."""
    heads = tuple(words.told_by(name) for name in TOLD_BY)
    whole: tuple[str, tuple[object, ...], Mapping[str, Count]] = (_("All duties that are certain"), (), held.told_by)
    rows = [whole, *((str(words.step(one.act)), ("act", (one.act,)), one.told_by) for one in held.acts)]
    return Table(
        _("What there is a record of, and who told of it"),
        (_("Act"), *heads),
        tuple(
            (Cell(name), *(_number(counts[each], lead, told(each), *row) for each in TOLD_BY))
            for name, row, counts in rows
        ),
    )


def measures_table(answer: Compliance, steps: Steps, lead: Link = no_link) -> Table:
    """The five measures that forces return, each with its duties, and referral never without what came of it."""
    held = {row.path[2]: (row, True) for row in answer.duties}
    held |= {row.path[2]: (row, False) for row in answer.advisory_duties}
    counted = {step.event: step.n for step in steps.steps}
    rows: list[tuple[Cell, ...]] = []
    for measure in measures():
        title = str(in_language(measure.title))
        rows += [_measured(title, *held[each], lead) for each in measure.duties if each in held]
        if not any(each in held for each in measure.duties):
            rows.append((Cell(f"{title}: {_('nothing began in this period')}"), *_blank(4)))
        for step in measure.steps:
            name = _("%(measure)s: cases in which this is recorded: %(step)s") % {
                "measure": title,
                "step": words.short_step(step),
            }
            rows.append((Cell(name), Cell(words.count(counted[step]), number=True), *_blank(3)))
    columns = (_("Measure"), _("Counted"), _("Outcome known"), _("Kept in time"), _("Late or overdue"))
    return Table(_("The five measures that forces return"), columns, tuple(rows))


def _measured(title: str, row: Kept, enforced: bool, lead: Link) -> tuple[Cell, ...]:
    missed = [row.counts[name] for name in ("late", "overdue")]
    shown = [n for n in missed if isinstance(n, int)]
    late = sum(shown) if len(shown) == len(missed) else None
    return (
        Cell(f"{title}: {words.duty(row.path[2])[0]}"),
        _number(row.total, lead, "counted", "duty", row.path, enforced=enforced),
        Cell(words.share(row.coverage, row.coverage_range), number=True),
        Cell(words.share(row.rate, row.rate_range), number=True),
        Cell(
            _("not shown") if late is None else words.count(late),
            _behind(late, lead, "missed", "duty", row.path, enforced=enforced),
            number=True,
        ),
    )


def _blank(how_many: int) -> tuple[Cell, ...]:
    return (Cell("–", number=True),) * how_many


def trend(answer: Compliance) -> str:
    """What changed between the last two quarters that are over, in one sentence; empty where it cannot be said."""
    over = [row for row in answer.quarters if _is_over(row, answer.as_of)]
    if len(over) < _TWO:
        return ""
    before, last = over[-_TWO:]
    if before.rate is None or last.rate is None or min(before.base or 0, last.base or 0) < _ENOUGH:
        return ""
    told = {
        "quarter": words.quarter(last.path[0]), "before": words.quarter(before.path[0]),
        "now": words.per_cent(last.rate), "then": words.per_cent(before.rate),
        "known": words.share(last.coverage, last.coverage_range),
        "was": words.share(before.coverage, before.coverage_range),
    }  # fmt: skip
    return (
        _(
            "Kept in time: %(now)s of those that began in %(quarter)s, %(then)s in %(before)s. "
            "Outcomes known: %(known)s, and %(was)s before."
        )
        % told
    )


def _is_over(row: Kept, day: date) -> bool:
    quarter = period_of(row.path[0], day)
    return quarter is not None and quarter.until <= day


def charts(answer: Compliance, asked: Asked, lead: Link = no_link) -> list[Chart]:
    """By right, by body, by quarter and month, by council, by kind of crime and by tier; each with its table."""
    found = [
        _kept_chart("right", _("By right"), _("Right"), answer.rights, lead, lambda path: words.right(path[1]),
                    lambda path: words.right_number(path[1])),
        _kept_chart("body", _("By body"), _("Owed by"), answer.bodies, lead, lambda path: words.body(path[0])),
        _kept_chart("quarter", _("By quarter in which the clock started"), _("Quarter"), answer.quarters, lead,
                    lambda path: words.quarter(path[0])),
        _kept_chart("month", _("By month in which the clock started"), _("Month"), answer.months, lead,
                    lambda path: words.month(path[0])),
        _kept_chart("council", _("By council"), _("Council"), answer.councils, lead,
                    lambda path: words.council(path[0], asked.councils)),
        _kept_chart("offence", _("By kind of crime"), _("Kind of crime"), answer.offences, lead,
                    lambda path: words.offence(path[0])),
        _kept_chart("tier", _("By kind of rights"), _("Rights"), answer.tiers, lead,
                    lambda path: words.tier(path[0])),
    ]  # fmt: skip
    return [chart for chart in found if chart.rows]


def month_heads(months: Iterable[date]) -> tuple[str, ...]:
    """`Nov 2026`, to stand close together."""
    return tuple(short_day(month).split(" ", 1)[1] for month in months)


def _kept_chart(
    by: str,
    title: str,
    of: str,
    rows: Sequence[Kept],
    lead: Link,
    name: Callable[[tuple[str, ...]], str],
    label: Callable[[tuple[str, ...]], str] | None = None,
) -> Chart:
    """`label` is what stands at the bar, where `name` is too long for a phone."""
    timed = [row for row in rows if _is_timed(row)]
    drawn = [
        Stack((label or name)(row.path), tuple(float(n) for n in values))
        for row in timed
        if (values := _whole(row.counts)) and any(values)
    ]
    series = [Series(_("Kept in time"), "met"), Series(_("Kept late"), "met_late"), Series(_("Overdue"), "overdue")]
    says = _("Each bar is divided into duties kept in time, kept late and overdue. The table gives the numbers.")
    chart = stacked(title, drawn, series, says=says, of=of, total=_("All"))
    columns = (of, _("Outcome known"), _("Kept in time"), _("Kept late"), _("Overdue"))
    table = tuple(
        (
            Cell(name(row.path)),
            Cell(words.share(row.coverage, row.coverage_range), number=True),
            Cell(words.share(row.rate, row.rate_range), number=True),
            _number(row.counts["late"], lead, "late", by, row.path),
            _number(row.counts["overdue"], lead, "overdue", by, row.path),
        )
        for row in timed
    )
    if not drawn:
        none = Markup('<p class="govuk-body">{}</p>').format(_("Not drawn: some of these numbers are not shown."))
        return replace(chart, columns=columns, rows=table, key=(), svg=none)
    return replace(chart, columns=columns, rows=table)


def _whole(counts: Mapping[str, Count]) -> tuple[int, ...] | None:
    """The drawn counts, None where one of them is not shown."""
    found = tuple(n for n in (counts[name] for name in _DRAWN) if isinstance(n, int))
    return found if len(found) == len(_DRAWN) else None


def duty_tables(answer: Compliance, link: Link = no_link, lead: Link = no_link) -> list[Table]:
    """Every duty with all its counts: with a time limit, without one, and those that are advisory only.

    `link` leads from a duty's name to the list of what is due, `lead` from a number to the duties that it counts.
    """
    timed = [row for row in answer.duties if _is_timed(row)]
    open_ended = [row for row in answer.duties if row not in timed]
    closed, unknown = (_("Closed with a reason"), "closed"), (_("Not known"), "unknown")
    limited = ((_("Kept"), "kept"), (_("Late"), "late"), (_("Overdue"), "overdue"), (_("Running"), "running"),
               closed, unknown)  # fmt: skip
    unlimited = ((_("Done"), "done"), (_("No record of it yet"), "open"), closed, unknown)

    def columns(counted: Sequence[tuple[str, str]], *, rated: bool = True, enforced: bool = True) -> Columns:
        def number(name: str) -> Callable[[Kept], Cell]:
            return lambda row: _number(row.counts[name], lead, name, "duty", row.path, enforced=enforced)

        shares = (_coverage, _rate) if rated else (_coverage,)
        return (*(share() for share in shares), *((head, number(name)) for head, name in counted))

    found = [
        _duty_table(_("Every duty with a time limit"), timed, columns(limited), link),
        _duty_table(
            _("Duties to which the source sets no time limit"), open_ended, columns(unlimited, rated=False), link
        ),
        _duty_table(
            _("Advisory duties: likely, but not certain in law"),
            answer.advisory_duties,
            columns(limited, enforced=False),
            link,
        ),
    ]
    return [table for table in found if table.rows]


# The heads of a table's columns, each with what gives its cell.
Columns = Sequence[tuple[str, Callable[[Kept], Cell]]]


def _coverage() -> tuple[str, Callable[[Kept], Cell]]:
    return _("Outcome known"), lambda row: Cell(words.share(row.coverage, row.coverage_range), number=True)


def _rate() -> tuple[str, Callable[[Kept], Cell]]:
    return _("Kept in time"), lambda row: Cell(words.share(row.rate, row.rate_range), number=True)


def _is_timed(row: Kept) -> bool:
    return any(row.counts[name] != 0 for name in (*_DRAWN, "running"))


def _duty_table(title: str, rows: Iterable[Kept], columns: Columns, link: Link) -> Table:
    named = [(row, *words.duty(row.path[2])) for row in rows]
    return Table(
        title,
        (_("Duty"), *(head for head, _cell in columns)),
        tuple(
            (Cell(name, link(bearer=row.path[0], right=row.path[1])), *(cell(row) for _head, cell in columns))
            for row, name, _says in named
        ),
        tuple(says for _row, _name, says in named),
    )


def steps_chart(steps: Steps) -> Chart:
    """The steps from the report to support, in the order in which they should happen."""
    rows = (steps.cases, *steps.steps)
    drawn = [Bar(words.short_step(row.event), float(row.n)) for row in rows if isinstance(row.n, int)]
    says = _("One bar for each step; its length is the number of cases in which the step is recorded.")
    chart = bars(_("From the report to support"), drawn, says=says, of=_("Step"), counts=_("Cases"))
    table = tuple(
        (
            Cell(str(words.step(row.event))),
            Cell(words.count(row.n), number=True),
            *(Cell(words.count(n), number=True) for n in row.months),
        )
        for row in (*rows, steps.declined)
    )
    return replace(chart, columns=(_("Step"), _("Cases"), *month_heads(steps.months)), rows=table)
