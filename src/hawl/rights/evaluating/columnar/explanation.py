"""The parts of an explanation that many rows share, worked out once for all of them.

Its text is that of `hawl.rights.rulebook.explaining.explain`, cut in three: the rule (by duty, trigger's code and
limit), the days that did not count (by the clock's first and last day), and who answered, which is a row's own.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from hawl.foundations.clock import WorkingCalendar
from hawl.rights.rulebook.explaining import explain, passed_over
from hawl.rights.rulebook.plan import Line
from hawl.rights.rulebook.records import Event

_OF_THE_ROW = frozenset({"skipped", "skipped_more", "answered", "answered_by", "bounded_by"})


def rule_told(line: Line, code: str, limit: int | None, calendar: WorkingCalendar) -> str:
    """The opening of the text: all that follows from the duty, the code that started it and the limit."""
    told = explain(line, Event("", "", code, None), limit, (None, None), (None, None), None, calendar)
    return "{" + _inside({key: told[key] for key in told if key not in _OF_THE_ROW}) + ", "


def skipped_told(started: dt.date | None, due: dt.date | None, calendar: WorkingCalendar) -> str:
    """The middle: the days between that did not count."""
    return _inside(passed_over(started, due, calendar)) + ", "


def _inside(part: Mapping[str, Any]) -> str:
    return json.dumps(part, ensure_ascii=False)[1:-1]
