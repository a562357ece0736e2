"""One row of an extract against the mapping of its source. Pure: no Django, no clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hawl.work.extracts.days import day_of, moment_of
from hawl.work.extracts.mapping import Attribute, Code, Day, ExtractMapping, Rows
from hawl.work.extracts.rows import ExtractRow, LeftOut
from hawl.work.intake.feed.checking import Refusal

Cells = Mapping[str, str]
LONGEST_ID = 200
_WHOLE = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks rows of one source. `today` is the day in London after which nothing can have happened."""

    mapping: ExtractMapping
    today: date

    def check(self, cells: Cells, number: int) -> ExtractRow | LeftOut:
        """The row that these cells are, by their columns' names. Raises Refusal with the reason why it is none."""
        mapping = self.mapping
        if any(_is_of(cells, each) for each in mapping.left_out_rows):
            return LeftOut(number)
        code = _code(cells, mapping.code)
        if code in mapping.left_out_codes:
            return LeftOut(number)
        if code not in mapping.codes:
            raise Refusal("unknown_code")
        kind = mapping.codes[code]
        withdraws = kind.withdraws or (mapping.withdrawn is not None and _is_of(cells, mapping.withdrawn))
        return self._withdrawal(cells, number) if withdraws else self._event(cells, number, kind)

    def _event(self, cells: Cells, number: int, kind: Code) -> ExtractRow:
        mapping = self.mapping
        occurred = self._day(cells, mapping.occurred_on, "occurred_on")
        received = self._day(cells, mapping.received_on, "received_on")
        if occurred and received and received < occurred:
            raise Refusal("received_before_occurred")
        return ExtractRow(
            number,
            _id(cells, mapping.crime, "crime", required=True),
            *self._whose(cells),
            _whole_id(cells, mapping.event_id, "event_id"),
            kind.event,
            occurred,
            received,
            _whole_id(cells, mapping.about, "about", required=False),
            self._changed(cells),
            attributes_of(cells, kind),
        )

    def _withdrawal(self, cells: Cells, number: int) -> ExtractRow:
        mapping = self.mapping
        crime = _id(cells, mapping.crime, "crime", required=False)
        event_id = _whole_id(cells, mapping.event_id, "event_id")
        return ExtractRow(
            number, crime, *self._whose(cells), event_id, "", None, None, "", self._changed(cells)
        )  # fmt: skip

    def _whose(self, cells: Cells) -> tuple[str, str]:
        mapping = self.mapping
        return _id(cells, mapping.record, "record"), _id(cells, mapping.person, "person")

    def _day(self, cells: Cells, told: Day | None, name: str) -> date | None:
        found = _read(cells, told, name)
        if found is not None and found.date() > self.today:
            raise Refusal(f"future_date:{name}")
        return found.date() if found else None

    def _changed(self, cells: Cells) -> datetime | None:
        return _read(cells, self.mapping.changed_at, "changed_at")


def attributes_of(cells: Cells, kind: Code) -> dict[str, Any]:
    """Numbers, truth values, days and codes of an event; what is blank and need not be there is left away."""
    found = {each.name: _attribute(cells, each) for each in kind.attributes}
    return {name: value for name, value in found.items() if value is not None}


def _attribute(cells: Cells, told: Attribute) -> bool | int | str | None:
    if not told.column:
        return told.value
    text = cells.get(told.column, "").strip()
    if not text:
        if told.required:
            raise Refusal(f"missing:{told.name}")
        return None
    if told.kind == "whole":
        if not _WHOLE.fullmatch(text):
            raise Refusal(f"wrong_value:{told.name}")
        return int(text)
    if told.kind == "day":
        return _text_of_day(text, told)
    if text not in told.words:
        raise Refusal(f"wrong_value:{told.name}")
    return told.words[text]


def _text_of_day(text: str, told: Attribute) -> str:
    try:
        return day_of(text, told.form).isoformat()
    except (ValueError, OverflowError):
        raise Refusal(f"wrong_date:{told.name}") from None


def _read(cells: Cells, told: Day | None, name: str) -> datetime | None:
    text = cells.get(told.column, "").strip() if told else ""
    if told is None or not text:
        if told and told.required:
            raise Refusal(f"missing:{name}")
        return None
    try:
        return moment_of(text, told.form)
    except (ValueError, OverflowError):
        raise Refusal(f"wrong_date:{name}") from None


def _is_of(cells: Cells, rows: Rows) -> bool:
    return cells.get(rows.column, "").strip() in rows.values


def _id(cells: Cells, column: str, name: str, *, required: bool = False) -> str:
    text = cells.get(column, "").strip() if column else ""
    if required and not text:
        raise Refusal(f"missing:{name}")
    if len(text) > LONGEST_ID:
        raise Refusal(f"too_long:{name}")
    if not text.isprintable():
        raise Refusal("bad_text")
    return text


def _code(cells: Cells, columns: tuple[str, ...]) -> str:
    """The values of the columns with / between them. Of some a code may have nothing, not of all."""
    found = [_id(cells, column, "code") for column in columns]
    if not any(found):
        raise Refusal("missing:code")
    return "/".join(found)


def _whole_id(cells: Cells, columns: tuple[str, ...], name: str, *, required: bool = True) -> str:
    """An id of one column or several: half an id would be that of something else, so it is none."""
    found = [_id(cells, column, name) for column in columns]
    if found and all(found):
        return "/".join(found)
    if required:
        raise Refusal(f"missing:{name}")
    return ""
