"""From a number of the page to the list of the duties that it counts, and the way back, both by the address alone."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from hawl.insight.compliance import words
from hawl.insight.compliance.asking import Asked
from hawl.rights.duties.columns import OUTSIDE
from hawl.rights.duties.counting import NoSuchNumber, Number
from hawl.rights.duties.recorded import TOLD_BY
from hawl.rights.rulebook import COUNTED_AS, built_in, vocabulary

# Gives the address of what is behind a cell, or None where nothing is to be opened.
Link = Callable[..., str | None]

# What of the duties a number counts, by the word for it in the address; nothing stands for all of them.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "counted": (),
    "due": ("kept", "late", "overdue"),
    "missed": ("late", "overdue"),
    **{name: (name,) for name in COUNTED_AS},
}
# What each part of a row's path names.
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "body": ("body",),
    "right": ("body", "right"),
    "duty": ("body", "right", "duty"),
    **{name: (name,) for name in ("quarter", "month", "council", "tier", "offence", "act")},
}
_TOLD = "told-"
_BETWEEN = "/"


def links(asked: Asked, *, sees_people: bool) -> Link:
    """Gives the address of the due list narrowed as asked, for who may see people; none for others.

    For headings: the due list knows neither periods nor columns, so that no number leads there but to `leads`.
    """

    def link(**narrowed: str) -> str | None:
        if not sees_people:
            return None
        query = {"council": asked.council, **narrowed}
        return f"{reverse('due')}?{urlencode(_given(query))}"

    return link


def leads(asked: Asked, *, sees_people: bool) -> Link:
    """Gives the address of the list behind a number of the page as asked, for who may see people; none for others."""
    filters, address = address_of(asked), reverse("compliance_cases")

    def lead(column: str, by: str = "", row: tuple[str, ...] = (), *, enforced: bool = True) -> str | None:
        if not sees_people:
            return None
        query = {**filters, "column": column, "advisory": "" if enforced else "yes"}
        named = {"by": by, "row": _BETWEEN.join(row)} if by else {}
        return f"{address}?{urlencode({**_given(query), **named})}"

    return lead


def no_link(*_asked: object, **_narrowed: object) -> None:
    """For tables that lead nowhere."""


def told(name: str) -> str:
    """The word in the address for a number of records, by one of TOLD_BY."""
    return f"{_TOLD}{name}"


def address_of(asked: Asked) -> dict[str, str]:
    """The filters of the page as its address has them: by these the way back is the page that was left."""
    return _given({"period": asked.period.key, "council": asked.council, "offence": asked.offence, "tier": asked.tier})


def number_asked(query: Mapping[str, str]) -> Number:
    """The number that an address of `leads` names. Raises NoSuchNumber for any other.

    Whether there is such a body, right or duty it does not ask: that say `row_named` and `is_known`.
    """
    column, by = query.get("column", ""), query.get("by", "")
    row = tuple(query.get("row", "").split(_BETWEEN)) if by else ()
    if not all(part.isprintable() for part in row) or query.get("advisory", "") not in ("", "yes"):
        raise NoSuchNumber(by)
    number = Number(by=by, row=row, enforced=query.get("advisory", "") == "")
    name = column.removeprefix(_TOLD)
    if name != column and name in TOLD_BY and number.enforced:
        return replace(number, told_by=name)
    if column in COLUMNS:
        return replace(number, columns=COLUMNS[column])
    raise NoSuchNumber(column)


def column_named(query: Mapping[str, str]) -> str:
    """What the number of an address counts, in a few words."""
    column = query.get("column", "")
    if column.startswith(_TOLD):
        return words.told_by(column.removeprefix(_TOLD))
    return words.column(column)


def row_named(number: Number, asked: Asked) -> list[tuple[str, str]]:
    """The headings under which the number stands, each with the name of its row as the page has it; none for the whole.

    Raises NoSuchNumber where no row of that heading can have this path.
    """
    headings = _HEADINGS.get(number.by, ())
    if len(headings) != len(number.row):
        raise NoSuchNumber(number.by)
    try:
        return [(_label(each), _named(each, key, asked)) for each, key in zip(headings, number.row, strict=True)]
    except ValueError as no_day:
        raise NoSuchNumber(number.by) from no_day


def is_known(number: Number, asked: Asked) -> bool:
    """Whether this release knows every name on the row's path: of what it knows, none may have been counted."""
    books = built_in()
    known: dict[str, Container[str]] = {
        "body": {bearer for book in books for bearer in book.bearers},
        "right": {str(OUTSIDE), *(str(one.number) for book in books for one in book.rights)},
        "duty": {one.id for book in books for one in book.duties},
        "council": {"", *asked.councils},
        "tier": set(asked.tiers),
        "offence": {"", *asked.kinds},
        "act": set(vocabulary().events),
    }
    named = zip(_HEADINGS.get(number.by, ()), number.row, strict=True)
    return all(key in known[heading] for heading, key in named if heading in known)


def _label(heading: str) -> str:
    return {
        "body": _("Owed by"),
        "right": _("Right"),
        "duty": _("Duty"),
        "quarter": _("Quarter"),
        "month": _("Month"),
        "council": _("Council"),
        "tier": _("Rights"),
        "offence": _("Kind of crime"),
        "act": _("Act"),
    }[heading]


def _named(heading: str, key: str, asked: Asked) -> str:
    if heading == "council":
        return words.council(key, asked.councils)
    if heading == "duty":
        return words.duty(key)[0]
    named: dict[str, Callable[[str], str]] = {
        "body": words.body,
        "right": words.right,
        "quarter": words.quarter,
        "month": words.month,
        "tier": words.tier,
        "offence": words.offence,
        "act": words.step,
    }
    return str(named[heading](key))


def _given(query: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items() if value}
